"""What a probe returns: intervals, their table with where each layer stands, and the clustering beside it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from infoflow._result import Interval
from infoflow.estimators import LayerInterval
from infoflow.monitor.standing import standing

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class ProbeResult:
    """One measurement of a network; informations in nats.

    Attributes:
        intervals: Pairs of layer and interval: by quantity, mode, and layer in the order of the network.
        clustering: Columns layer, measure, noisy, deterministic; None where it was not asked for.
        layer_seconds: Time that each layer's draws and evaluation took.
        seconds: Time of the whole measurement.
        clustering_seconds: Its part for the clustering.
        reason: Why no more was drawn.
        m: Inputs measured on; X is uniform on them.
        n_inputs: Inputs given: more than ``m`` where a subset was measured.
    """

    intervals: tuple[LayerInterval, ...]
    clustering: "pd.DataFrame | None"
    layer_seconds: dict[str, float]
    seconds: float
    clustering_seconds: float
    reason: str
    m: int
    n_inputs: int

    @property
    def table(self) -> "pd.DataFrame":
        """One row per quantity, mode and layer.

        Columns: layer, quantity, lower, estimate, upper, width, mode, status, standing (see
        :func:`infoflow.monitor.standing`), d, n, r, m, ceiling, confidence, decoder, message, seconds.
        """
        import pandas as pd

        return pd.DataFrame([self._row(layer, interval) for layer, interval in self.intervals])

    def interval(self, layer: str, quantity: str = "I(X;T)", mode: str = "certified") -> Interval:
        """Return one interval.

        Raises:
            KeyError: It was not measured.
        """
        for name, found in self.intervals:
            if (name, found.quantity, found.mode) == (layer, quantity, mode):
                return found
        raise KeyError(f"{quantity} of layer {layer!r} ({mode}) must be one of the measured intervals")

    def __str__(self) -> str:
        """Return the certified rows as text."""
        table = self.table
        shown = table[table["mode"] == table["mode"].iloc[0]]
        columns = ["layer", "quantity", "lower", "estimate", "upper", "standing", "d", "n", "r"]
        subset = f", {self.m} of {self.n_inputs} inputs" if self.m < self.n_inputs else f", {self.m} inputs"
        text = shown[columns].to_string(index=False, float_format=lambda value: f"{value:.3f}")
        return f"{text}\n{shown['mode'].iloc[0]} intervals, nats{subset}, {self.seconds:.1f} s ({self.reason})"

    def _row(self, layer: str, interval: Interval) -> dict[str, object]:
        return {
            "layer": layer,
            "quantity": interval.quantity,
            "lower": interval.lower,
            "estimate": interval.estimate,
            "upper": interval.upper,
            "width": interval.width,
            "mode": interval.mode,
            "status": str(interval.status),
            "standing": standing(interval),
            "d": interval.d,
            "n": interval.n,
            "r": interval.r,
            "m": interval.m,
            "ceiling": interval.ceiling,
            "confidence": interval.confidence,
            "decoder": interval.decoder,
            "message": interval.message,
            "seconds": self.layer_seconds[layer],
        }
