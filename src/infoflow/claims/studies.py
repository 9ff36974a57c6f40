"""The 12-bit runs that several claims share: their settings, and where the numbers of a run come from."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.claims.context import Context
from infoflow.experiments.config import ExperimentConfig
from infoflow.runs import Run

LAYERS = ("T1", "T2", "T3", "T4", "T5")
EARLY = 100
"""Up to this epoch lies the first rise and fall, after it the second (published run: 25 and 80, 500 and 9999)."""


class Curve(NamedTuple):
    """An information over the estimated epochs, ascending, with intervals that hold together; nats.

    Attributes:
        epoch: Epochs, shape (k,).
        lower: Certified lower ends, shape (k,).
        estimate: Point estimates, shape (k,).
        upper: Certified upper ends, shape (k,).
    """

    epoch: IntArray
    lower: Array
    estimate: Array
    upper: Array


def szt_config(context: Context) -> ExperimentConfig:
    """Return the settings of the tanh runs; all intervals of one run and quantity hold together with 95 %."""
    checkpoints = context.choose(20, 60)
    together = 1.0 - 0.05 / (checkpoints + 1)
    return ExperimentConfig(checkpoints=checkpoints, n=480, r=12, confidence=together, kept_inputs=256)


def szt_runs(context: Context) -> Sequence[Run]:
    """Return the tanh runs of the 12-bit problem, one for each seed."""
    return context.study("szt-tanh", szt_config(context))


def variant_runs(context: Context, name: str, **changes: object) -> Sequence[Run]:
    """Return runs that differ from the tanh runs in some settings, estimated at fewer epochs, quick ones cut short."""
    checkpoints, epochs = context.choose((8, 2000), (24, 10_000))
    together = 1.0 - 0.05 / (checkpoints + 1)
    config = szt_config(context).changed(checkpoints=checkpoints, epochs=epochs, confidence=together)
    return context.study(name, config.changed(**changes))


def curve(run: Run, layer: str, quantity: str = "I(X;T)") -> Curve:
    """Return the certified intervals of one layer of a run, over epochs."""
    table = run.table
    rows = table[(table["layer"] == layer) & (table["quantity"] == quantity) & (table["mode"] == "certified")]
    rows = rows.sort_values("epoch")
    lower, estimate, upper = (rows[name].to_numpy(np.float64) for name in ("lower", "estimate", "upper"))
    return Curve(rows["epoch"].to_numpy(np.int64), lower, estimate, upper)


def measure(run: Run, layer: str, name: str, epochs: IntArray) -> Array:
    """Return a clustering measure of one layer at the given epochs, shape (k,)."""
    rows = run.measures
    chosen = rows[(rows["layer"] == layer) & (rows["measure"] == name)]
    return _at(chosen["epoch"], chosen["value"], epochs)


def history(run: Run, name: str, epochs: IntArray) -> Array:
    """Return a loss or accuracy at the given epochs, shape (k,)."""
    rows = run.history
    return _at(rows["epoch"], rows[name], epochs)


def _at(stored: Iterable[int], values: Iterable[float], epochs: IntArray) -> Array:
    by_epoch = dict(zip(stored, values, strict=True))
    return np.array([by_epoch[int(epoch)] for epoch in epochs], dtype=np.float64)


def history_until(run: Run, name: str, last: int) -> float:
    """Return a loss or accuracy at the latest epoch recorded up to ``last``."""
    rows = run.history
    return float(rows.loc[rows["epoch"] <= last, name].iloc[-1])


def label(run: Run) -> str:
    """Return the name of a run among those of its study."""
    return f"seed {run.manifest['seed']}"
