"""What figures take from a run: estimates, layers, epochs and kept representations, each checked with one line."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from infoflow import _checks
from infoflow._errors import RunFolderError
from infoflow._types import IntArray
from infoflow.runs import Run

NOISY, TWIN = "representations", "twin"


def estimates(run: Run, quantity: str, mode: str) -> pd.DataFrame:
    """Return the rows of a run's table of one quantity and mode.

    Raises:
        ValueError: There are none.
    """
    table = run.table
    table = table[(table["quantity"] == quantity) & (table["mode"] == mode)]
    if table.empty:
        raise ValueError(f"run must hold {mode} estimates of {quantity} for this figure, got none in {run.path}")
    return table


def stored_layers(run: Run, *, twin: bool = False) -> list[str]:
    """Return the layers whose representations are stored, in the order of the network.

    Raises:
        RunFolderError: The run kept no representations.
    """
    kind = TWIN if twin else NOISY
    names = [name.removeprefix(f"{kind}/") for name in run.arrays.names() if name.startswith(f"{kind}/")]
    if not names:
        whose = " of the deterministic twin" if twin else ""
        raise RunFolderError(f"run must keep representations{whose} for this figure, got no {kind}/… in {run.path}")
    order = {layer: index for index, layer in enumerate(dict.fromkeys(run.table["layer"]))}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def chosen_layers(run: Run, layers: Sequence[str] | str | None, *, twin: bool = False) -> list[str]:
    """Return the layers asked for, all by default.

    Raises:
        RunFolderError: The run kept no representations.
        ValueError: A layer is not among them.
    """
    present = stored_layers(run, twin=twin)
    wanted = present if layers is None else [layers] if isinstance(layers, str) else list(layers)
    for layer in wanted:
        _checks.one_of("layer", layer, present)
    if not wanted:
        raise ValueError("layers must name at least one layer, got none")
    return wanted


def chosen_epochs(run: Run, layer: str, epochs: Sequence[int] | None, count: int, *, twin: bool = False) -> list[int]:
    """Return the epochs asked for, or ``count`` of the stored ones: first, last, and log-spaced between them.

    Raises:
        ValueError: An epoch is not stored, or ``count`` is below one.
    """
    present = run.arrays.epochs(f"{TWIN if twin else NOISY}/{layer}")
    if epochs is None:
        return spread(present, _checks.as_count("n_epochs", count))
    wanted = sorted({_checks.as_count("epochs", epoch, minimum=0) for epoch in epochs})
    missing = [epoch for epoch in wanted if epoch not in present]
    if missing or not wanted:
        nearest = ", ".join(str(min(present, key=lambda e: abs(e - epoch))) for epoch in missing)
        hint = f" (nearest stored: {nearest})" if missing else ""
        raise ValueError(f"epochs must be stored ones, got {missing or 'none'}{hint}")
    return wanted


def spread(epochs: Sequence[int], count: int) -> list[int]:
    """Return at most ``count`` of the ascending ``epochs``, evenly spaced in ln(1 + epoch), first and last included."""
    if len(epochs) <= count:
        return list(epochs)
    if count == 1:
        return [epochs[-1]]
    shade = np.log1p(np.asarray(epochs, dtype=np.float64))
    targets = np.linspace(shade[0], shade[-1], count)
    nearest = {int(np.abs(shade - target).argmin()) for target in targets}
    return [epochs[index] for index in sorted(nearest)]


def representation(run: Run, layer: str, epoch: int, *, twin: bool = False) -> npt.NDArray[Any]:
    """Return the kept noiseless representations of a layer, shape (kept inputs, d); convolutions are flattened.

    Raises:
        RunFolderError: They are not stored, or the file is damaged.
    """
    array = run.arrays.load(f"{TWIN if twin else NOISY}/{layer}", epoch)
    return array.reshape(len(array), -1)


def kept_labels(run: Run) -> IntArray:
    """Return the labels of the kept inputs, shape (kept inputs,).

    Raises:
        RunFolderError: Labels or kept inputs are not stored, or do not fit each other.
    """
    labels, kept = run.arrays.load("labels"), run.arrays.load("kept_inputs")
    if kept.size and kept.max() >= len(labels):
        raise RunFolderError(f"kept inputs must be rows of the {len(labels)} labels, got {kept.max()} in {run.path}")
    return labels[kept]


def source_name(*, twin: bool) -> str:
    """Return whose representations are shown, for a title."""
    return "deterministic twin" if twin else "noisy network, before noise"
