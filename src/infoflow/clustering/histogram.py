"""Histograms with the error of every bin, filled from a stream of values."""

import math
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array, IntArray


@dataclass(frozen=True, eq=False, kw_only=True)
class Histogram:
    """Distribution of a value over pairs of samples, or over samples.

    Attributes:
        quantity: What is counted, such as ``"cosine, same class"``.
        edges: Bin edges, shape (bins + 1,); a bin holds its left edge, the last one its right edge too.
        counts: Values per bin, shape (bins,).
        n: Values seen, those outside the edges included.
        n_outside: Values outside the edges.
        n_excluded: Samples left out because the value is undefined for them (zero vectors for a cosine).
        exact: Whether the values are all there are; otherwise they are an independent random sample.
        mean: Mean of the values seen, those outside included.
        mean_stderr: Standard error of the mean as an estimate over all pairs; 0 where ``exact``.
    """

    quantity: str
    edges: Array
    counts: IntArray
    n: int
    n_outside: int
    n_excluded: int
    exact: bool
    mean: float
    mean_stderr: float

    @property
    def fractions(self) -> Array:
        """Part of the values in every bin, shape (bins,)."""
        return self.counts / self.n

    @property
    def stderr(self) -> Array:
        """Standard error of the fractions, ``sqrt(p (1 - p) / n)``; zeros where ``exact``; shape (bins,)."""
        p = self.fractions
        return np.zeros_like(p) if self.exact else np.sqrt(p * (1 - p) / self.n)


class HistogramCounts:
    """Counts and moments of a stream of values; memory is one number per bin.

    Args:
        low: Left end.
        high: Right end, above ``low``.
        bins: Equal bins between them.
    """

    def __init__(self, low: float, high: float, bins: int) -> None:
        self._low, self._high = low, high
        self._counts = np.zeros(bins, np.int64)
        self._n = 0
        self._mean = 0.0
        self._sq_sum = 0.0  # Σ (v - mean)²

    def add(self, values: Array) -> None:
        """Count finite values, shape (k,)."""
        if not len(values):
            return
        self._counts += np.histogram(values, bins=len(self._counts), range=(self._low, self._high))[0]
        mean = float(values.mean())
        n = self._n + len(values)
        delta = mean - self._mean
        self._sq_sum += float(np.square(values - mean).sum()) + delta * delta * self._n * len(values) / n
        self._mean += delta * len(values) / n
        self._n = n

    def result(self, quantity: str, *, n_excluded: int = 0, exact: bool = True) -> Histogram | None:
        """Return the histogram, or None if there was no value."""
        if self._n == 0:
            return None
        variance = self._sq_sum / (self._n - 1) if self._n > 1 else float("nan")
        return Histogram(
            quantity=quantity,
            edges=np.histogram_bin_edges(np.empty(0), bins=len(self._counts), range=(self._low, self._high)),
            counts=self._counts.copy(),
            n=self._n,
            n_outside=self._n - int(self._counts.sum()),
            n_excluded=n_excluded,
            exact=exact,
            mean=self._mean,
            mean_stderr=0.0 if exact else math.sqrt(variance / self._n),
        )
