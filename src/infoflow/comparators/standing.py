"""What to say of a value: outside its range, near its ceiling, or without an answer."""

import math

from infoflow._result import Status, warn_status
from infoflow.comparators.comparison import Comparison

MARGIN = 0.1
"""Nats below a ceiling within which a larger truth would look the same."""
_ROUNDING = 1e-9


def range_standing(nats: float, ceiling: float) -> tuple[Status, str]:
    """Return status and sentence of an information that must lie between 0 and ``ceiling``."""
    if not math.isfinite(nats):
        return Status.VACUOUS, f"the value is {nats:g}: coincident samples have no density"
    if not -_ROUNDING <= nats <= ceiling + _ROUNDING:
        distance = -nats if nats < 0 else nats - ceiling
        return Status.OUTSIDE_BRACKET, (
            f"{distance:.3g} nats outside [0, {ceiling:.4f}], where every such information lies"
        )
    return Status.OK, ""


def ceiling_standing(nats: float, ceiling: float, name: str) -> tuple[Status, str]:
    """Return status and sentence of an estimate that cannot pass ``ceiling``, called ``name``, by construction."""
    if ceiling > 0 and ceiling - nats < MARGIN:
        return Status.NEAR_CEILING, (
            f"{max(0.0, ceiling - nats):.3g} nats below {name} = {ceiling:.4f}, the most this estimator can say"
        )
    return Status.OK, ""


def reported(row: Comparison) -> Comparison:
    """Return ``row`` after the one warning that its status asks for."""
    warn_status(f"{row.estimator} {row.quantity}", row.status, row.message, stacklevel=4)
    return row
