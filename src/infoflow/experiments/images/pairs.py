"""Cosines and distances over all pairs of images of one layer, from one matrix of inner products."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._types import Array, IntArray

COSINE_BINS = 100
DISTANCE_BINS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class PairStatistics:
    """Means and histograms over all pairs of images, of the same and of different classes.

    Attributes:
        within_cosine: Mean cosine over pairs of one class; NaN where there is none.
        between_cosine: Mean cosine over pairs of two classes.
        within_distance: Mean Euclidean distance over pairs of one class.
        between_distance: Mean Euclidean distance over pairs of two classes.
        cosines: Pairs per bin on [-1, 1]: of one class, of two; shape (2, COSINE_BINS).
        distances: Likewise, between 0 and ``largest``; shape (2, DISTANCE_BINS).
        largest: Right end of the bins of the distances.
    """

    within_cosine: float
    between_cosine: float
    within_distance: float
    between_distance: float
    cosines: IntArray
    distances: IntArray
    largest: float

    def means(self) -> dict[str, float]:
        """Return the four means by name."""
        names = ("within_cosine", "between_cosine", "within_distance", "between_distance")
        return {name: getattr(self, name) for name in names}


def pair_statistics(rows: npt.NDArray[np.floating[Any]], labels: IntArray) -> PairStatistics:
    """Return cosines and distances over all pairs of rows.

    ``|a - b|² = |a|² + |b|² - 2 a·b`` in float64: of representations of order 1 right to some 1e-7. A zero vector has
    no direction; its cosines count as 0.

    Args:
        rows: Representations, shape (m, d), m >= 2.
        labels: Classes, shape (m,).
    """
    wide = rows.astype(np.float64)
    products = wide @ wide.T
    norms = np.sqrt(np.diag(products))
    lengths = np.where(norms > 0, norms, 1.0)
    upper = np.triu_indices(len(rows), k=1)
    alike = labels[upper[0]] == labels[upper[1]]
    cosines = np.clip((products / lengths[:, None] / lengths)[upper], -1.0, 1.0)
    squares = (norms[:, None] ** 2 + norms**2 - 2 * products)[upper]
    distances = np.sqrt(np.maximum(squares, 0.0))
    largest = float(distances.max()) or 1.0
    return PairStatistics(
        within_cosine=_mean(cosines[alike]),
        between_cosine=_mean(cosines[~alike]),
        within_distance=_mean(distances[alike]),
        between_distance=_mean(distances[~alike]),
        cosines=_counts(cosines, alike, -1.0, 1.0, COSINE_BINS),
        distances=_counts(distances, alike, 0.0, largest, DISTANCE_BINS),
        largest=largest,
    )


def _mean(values: Array) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _counts(values: Array, alike: npt.NDArray[np.bool_], low: float, high: float, bins: int) -> IntArray:
    both = [np.histogram(values[chosen], bins=bins, range=(low, high))[0] for chosen in (alike, ~alike)]
    return np.stack(both).astype(np.int64)
