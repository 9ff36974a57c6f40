"""What a monitor hands on at each measured epoch, and who may receive it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from infoflow.monitor.result import ProbeResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHORT = {"I(X;T)": "I_XT", "I(Y;T)": "I_YT"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """One epoch's measurements.

    Attributes:
        epoch: Epochs of training done.
        results: By split, such as ``"train"`` and ``"test"``.
        losses: What the training loop gave beside.
        monitor_seconds: Time spent on measurements so far, this one included.
        overhead: ``monitor_seconds`` over the time since the start without it.
    """

    epoch: int
    results: Mapping[str, ProbeResult]
    losses: Mapping[str, float]
    monitor_seconds: float
    overhead: float

    def scalars(self) -> dict[str, float]:
        """Return everything finite as flat scalars: informations as ``SPLIT/I_XT/LAYER/lower`` and so on, in nats.

        Certified intervals (or the only mode measured); clustering as ``SPLIT/clustering/LAYER/MEASURE/noisy``.
        """
        values: dict[str, float] = {name: float(value) for name, value in self.losses.items()}
        for split, result in self.results.items():
            mode = _shown_mode(result)
            for layer, interval in result.intervals:
                if interval.mode == mode:
                    stem = f"{split}/{_SHORT.get(interval.quantity, interval.quantity)}/{layer}"
                    ends = {"lower": interval.lower, "estimate": interval.estimate, "upper": interval.upper}
                    values |= {f"{stem}/{end}": value for end, value in ends.items()}
            values |= _clustering(split, result)
        values |= {"monitor/seconds": self.monitor_seconds, "monitor/overhead": self.overhead}
        return {name: value for name, value in values.items() if math.isfinite(value)}

    def bands(self) -> list[str]:
        """Return the stems of the scalars that come as estimate, lower and upper."""
        return [name.removesuffix("/lower") for name in self.scalars() if name.endswith("/lower")]

    def figure(self) -> "Figure":
        """Return a figure of the intervals by layer, one panel per quantity, splits side by side."""
        return intervals_figure(self)


@runtime_checkable
class RecordSink(Protocol):
    """Receives every record of a monitor. What it raises is reported once and never stops the training."""

    def record(self, record: Record) -> None:
        """Take one record."""
        ...


@runtime_checkable
class ScalarLogger(Protocol):
    """A logger in the shape of Weights & Biases' runs: the scalars of a record in one call."""

    def log(self, data: dict[str, Any], step: int) -> Any:
        """Take the scalars of an epoch."""
        ...


class ScalarSink:
    """Hands the scalars of each record to a logger with ``log(dict, step=)``."""

    def __init__(self, logger: ScalarLogger):
        self._logger = logger

    def record(self, record: Record) -> None:
        """Call ``log``."""
        self._logger.log(record.scalars(), step=record.epoch)


def intervals_figure(record: Record) -> "Figure":
    """Return bars from the lower to the upper end and the estimates, in nats, by layer and split."""
    from matplotlib.figure import Figure

    quantities = list(dict.fromkeys(i.quantity for result in record.results.values() for _, i in result.intervals))
    figure = Figure(figsize=(4.5 * len(quantities), 3.2), layout="constrained")
    for panel, quantity in enumerate(quantities, start=1):
        axes = figure.add_subplot(1, len(quantities), panel)
        for shift, (split, result) in enumerate(record.results.items()):
            mode = _shown_mode(result)
            chosen = [(name, i) for name, i in result.intervals if (i.quantity, i.mode) == (quantity, mode)]
            place = np.arange(len(chosen)) + 0.2 * shift
            lower, upper = (np.array([getattr(i, end) for _, i in chosen]) for end in ("lower", "upper"))
            axes.vlines(place, lower, upper, color=f"C{shift}", linewidth=5, alpha=0.4, label=split)
            axes.plot(place, [i.estimate for _, i in chosen], "o", color=f"C{shift}", markersize=4)
            axes.set_xticks(np.arange(len(chosen)), [name for name, _ in chosen])
        axes.set_title(f"{quantity}, epoch {record.epoch}")
        axes.set_xlabel("layer")
        axes.set_ylabel("nats")
        axes.set_ylim(bottom=0.0)
        axes.legend(fontsize="small")
    return figure


def _shown_mode(result: ProbeResult) -> str:
    modes = [interval.mode for _, interval in result.intervals]
    return "certified" if "certified" in modes else modes[0]


def _clustering(split: str, result: ProbeResult) -> dict[str, float]:
    if result.clustering is None:
        return {}
    columns = (result.clustering[name].tolist() for name in ("layer", "measure", "noisy", "deterministic"))
    values: dict[str, float] = {}
    for layer, measure, noisy, plain in zip(*columns, strict=True):
        stem = f"{split}/clustering/{layer}/{measure}"
        values |= {f"{stem}/noisy": noisy, f"{stem}/deterministic": plain}
    return values
