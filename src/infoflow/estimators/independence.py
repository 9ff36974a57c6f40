"""Refuse fresh draws that are the centres again: the lower end would be an upper one."""

import numpy as np

from infoflow._errors import IllPosedError
from infoflow._types import Array

_INPUTS_LOOKED_AT = 64


def check_independent(centres: Array, fresh: Array) -> None:
    """Raise if fresh draws of an input recur among its centres, as when both were drawn from one seed.

    Repeated values are no sign by themselves (a saturated or deterministic S repeats), so only centres whose value
    occurs once count; independent draws of a continuous S never meet them.

    Args:
        centres: Shape (m, n, d).
        fresh: Shape (m, r, d).

    Raises:
        IllPosedError: At least half of an input's fresh draws are such centres, for at least half of the inputs looked
            at (up to 64, evenly spaced).
    """
    m = len(centres)
    looked_at = np.unique(np.linspace(0, m - 1, min(m, _INPUTS_LOOKED_AT)).astype(np.int64))
    n_repeated = sum(_repeats(centres[i], fresh[i]) for i in looked_at)
    if 2 * n_repeated >= len(looked_at):
        raise IllPosedError(
            f"fresh must be drawn independently of centres (another seed), got the same draws for {n_repeated} of "
            f"{len(looked_at)} inputs"
        )


def _repeats(centres: Array, fresh: Array) -> bool:
    values, counts = np.unique(centres, axis=0, return_counts=True)
    once = values[counts == 1]
    if len(once) < 2:
        return False
    known = {row.tobytes() for row in once}
    n_found = sum(row.tobytes() in known for row in fresh)
    return 2 * n_found >= len(fresh)
