"""A noisy network's layer beside the same layer of its deterministic twin, on the same bins and ranges."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from infoflow._errors import IllPosedError
from infoflow.clustering.cosine import cosine_to_reference
from infoflow.clustering.histogram import Histogram
from infoflow.clustering.inputs import Rows, as_class_values, as_rows
from infoflow.clustering.pairs import diameter_bound
from infoflow.clustering.summary import ClusteringSummary, clustering_summary


@dataclass(frozen=True, eq=False, kw_only=True)
class TwinSummary:
    """Clustering of the noisy and of the noiseless representation of the same inputs.

    Attributes:
        noisy: Summary of T, with noise.
        deterministic: Summary of the twin, without noise anywhere.
        cosine: Histogram of the cosine between each input's two representations; None if all have a zero vector.
    """

    noisy: ClusteringSummary
    deterministic: ClusteringSummary
    cosine: Histogram | None

    def as_dict(self) -> dict[str, float]:
        """Return both tables of scalars, keys prefixed ``noisy.`` and ``deterministic.``, and the mean cosine."""
        table = {f"noisy.{key}": value for key, value in self.noisy.as_dict().items()}
        table |= {f"deterministic.{key}": value for key, value in self.deterministic.as_dict().items()}
        table["cosine_to_deterministic"] = float("nan") if self.cosine is None else self.cosine.mean
        return table


def twin_summary(noisy: Any, deterministic: Any, labels: Any, *, bins: int = 50, **settings: Any) -> TwinSummary:
    """Return the clustering summaries of a noisy representation and of its deterministic twin, side by side.

    Both use one range of distances and one range of fixed bins: those given, else the smallest that hold both.

    Args:
        noisy: Representations with noise, shape (n, d).
        deterministic: Representations of the same inputs without noise, shape (n, d).
        labels: Integers, shape (n,).
        bins: Bins of all histograms.
        settings: Further settings of :func:`clustering_summary`.

    Raises:
        TypeError: Not numeric, or an unknown setting.
        ValueError: Shapes do not match, or a setting is out of range.
        NonFiniteError: NaN or infinity.
    """
    pair = as_rows("noisy", noisy), as_rows("deterministic", deterministic)
    if pair[0].shape != pair[1].shape:
        raise ValueError(f"deterministic must have shape {pair[0].shape} as noisy, got {pair[1].shape}")
    values = as_class_values("labels", labels, n=pair[0].n)
    settings = {"distance_range": _distance_range(pair), "bin_range": _value_range(pair)} | {
        name: value for name, value in settings.items() if value is not None or name == "n_bins"
    }
    first, second = (clustering_summary(rows, values, bins=bins, **settings) for rows in pair)
    try:
        cosine = cosine_to_reference(*pair, bins=bins)
    except IllPosedError:
        cosine = None
    return TwinSummary(noisy=first, deterministic=second, cosine=cosine)


def _distance_range(pair: tuple[Rows, Rows]) -> tuple[float, float] | None:
    """Return ends that hold the distances of both, or None if all points of each are the same."""
    high = max(diameter_bound(rows) for rows in pair)
    return (0.0, high) if high > 0 else None


def _value_range(pair: tuple[Rows, Rows]) -> tuple[float, float] | None:
    """Return ends that hold the values of both, or None if all are equal."""
    ends = [(block.min(), block.max()) for rows in pair for _, block in rows.blocks()]
    low, high = float(np.min(ends)), float(np.max(ends))
    return (low, high) if low < high else None
