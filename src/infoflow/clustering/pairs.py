"""Histograms of Euclidean distances and cosine similarities within and between classes.

All pairs where that is affordable, otherwise a uniform sample of pairs with the standard error of every bin; memory
never grows with n². The exact means over all pairs, in one streaming pass, are in :mod:`infoflow.clustering.scatter`
and :mod:`infoflow.clustering.cosine`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._random import stream
from infoflow._types import Array, IntArray
from infoflow.clustering.histogram import Histogram, HistogramCounts
from infoflow.clustering.inputs import BLOCK_ELEMENTS, Rows, as_class_values, as_range, as_rows
from infoflow.clustering.pair_sample import PairPopulation

EXACT_WORK = 2**26
"""All pairs are taken by default if pairs x (d + 32) is at most this (0.1 s): 1000 samples of d <= 100."""
_PAIR_OVERHEAD = 32
"""What classing and counting a pair costs, in coordinates."""
_TILE = 512
_TINY = 1e-60


@dataclass(frozen=True, kw_only=True)
class PairHistograms:
    """Histograms over pairs of the same class and of different classes; None where there is no such pair."""

    within: Histogram | None
    between: Histogram | None


def distance_histograms(
    representations: Any,
    labels: Any,
    *,
    bins: int = 50,
    distance_range: Any | None = None,
    exact: bool | None = None,
    n_pairs: int = 20_000,
    seed: int = 0,
) -> PairHistograms:
    """Return histograms of ``|t_i - t_j|`` over pairs of the same class and over pairs of different classes.

    Args:
        representations: Shape (n, d).
        labels: Integers, shape (n,).
        bins: Equal bins.
        distance_range: ``(low, high)``, to compare epochs or networks; None: 0 to twice the largest distance from the
            mean, which no pair exceeds.
        exact: Take all pairs (10 000 samples have 5e7: some seconds); None: if pairs x (d + 32) <= ``EXACT_WORK``.
        n_pairs: Pairs drawn of each kind otherwise; a bin's standard error is at most ``1/(2 sqrt(n_pairs))``.
        seed: Seed of the draw.

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match, or a count below 1.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than two samples, or all are the same point and no range is given.
    """
    rows = as_rows("representations", representations)
    values = as_class_values("labels", labels, n=rows.n)
    ends = (0.0, diameter_bound(rows)) if distance_range is None else as_range("distance_range", distance_range)
    if ends[1] == 0:
        raise IllPosedError(f"distances have no range: all {rows.n} samples are the same point; give distance_range")
    pairs = _Pairs(rows, values, np.arange(rows.n), _checks.as_count("bins", bins), ends)
    return pairs.histograms("distance", _distances, _tile_distances, exact, n_pairs, seed)


def cosine_histograms(
    representations: Any,
    labels: Any,
    *,
    bins: int = 50,
    exact: bool | None = None,
    n_pairs: int = 20_000,
    seed: int = 0,
) -> PairHistograms:
    """Return histograms of ``t_i·t_j / (|t_i||t_j|)`` on [-1, 1] over pairs of the same and of different classes.

    Samples whose representation is the zero vector have no direction: they are left out and counted in
    ``n_excluded``. Rounding beyond ±1 (a few eps) is put back to ±1.

    Args:
        representations: Shape (n, d); not centred.
        labels: Integers, shape (n,).
        bins: Equal bins.
        exact: As in :func:`distance_histograms`.
        n_pairs: Likewise.
        seed: Likewise.

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match, or a count below 1.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than two samples that are not the zero vector.
    """
    rows = as_rows("representations", representations)
    values = as_class_values("labels", labels, n=rows.n)
    kept = np.concatenate([np.flatnonzero(block.any(axis=1)) + part.start for part, block in rows.blocks()])
    pairs = _Pairs(rows, values, kept, _checks.as_count("bins", bins), (-1.0, 1.0))
    return pairs.histograms("cosine", paired_cosines, _tile_cosines, exact, n_pairs, seed)


def diameter_bound(rows: Rows) -> float:
    """Return twice the largest distance from the mean, rounded up: no two samples are farther apart."""
    origin = rows.block(0, 1)  # exactly zero for samples that are all the same point
    mean = sum((block - origin).sum(axis=0) for _, block in rows.blocks()) / rows.n
    largest = max(float(np.square(block - origin - mean).sum(axis=1).max()) for _, block in rows.blocks())
    return 2 * np.sqrt(largest) * (1 + 1e-9)


def unit_rows(x: Array) -> Array:
    """Return rows, none of them zero, divided by their norms."""
    x = _scaled(x)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def paired_cosines(a: Array, b: Array) -> Array:
    """Return the cosines of rows of ``a`` with the same rows of ``b``, none of them zero; shape (k,)."""
    a, b = _scaled(a), _scaled(b)
    sq_norms = np.einsum("ij,ij->i", a, a) * np.einsum("ij,ij->i", b, b)
    return np.clip(np.einsum("ij,ij->i", a, b) / np.sqrt(sq_norms), -1.0, 1.0)


def _scaled(x: Array) -> Array:
    """Return ``x``, or rows divided by their largest entry where products of squares could leave float64's range."""
    largest = np.abs(x).max(axis=1, keepdims=True)
    return x if largest.min() > _TINY and largest.max() < 1 / _TINY else x / largest


def _distances(a: Array, b: Array) -> Array:
    return np.linalg.norm(a - b, axis=1)


def _tile_distances(a: Array, b: Array) -> Array:
    return np.asarray(cdist(a, b), dtype=np.float64)


def _tile_cosines(a: Array, b: Array) -> Array:
    return np.clip(unit_rows(a) @ unit_rows(b).T, -1.0, 1.0)


class _Pairs:
    """Pairs of the kept samples and the two histograms they fill."""

    def __init__(self, rows: Rows, labels: IntArray, kept: IntArray, bins: int, ends: tuple[float, float]) -> None:
        self._rows, self._kept = rows, kept
        self._labels = labels[kept]
        self._within, self._between = HistogramCounts(*ends, bins), HistogramCounts(*ends, bins)

    def histograms(
        self,
        quantity: str,
        paired: Callable[[Array, Array], Array],
        tiled: Callable[[Array, Array], Array],
        exact: bool | None,
        n_pairs: int,
        seed: int,
    ) -> PairHistograms:
        """Fill and return the histograms with ``paired`` (row by row) or ``tiled`` (every row with every row)."""
        _checks.as_count("n_pairs", n_pairs)
        k = len(self._kept)
        if k < 2:
            raise IllPosedError(f"{quantity} needs at least two samples with a value, got {k} of {self._rows.n}")
        work = k * (k - 1) // 2 * (self._rows.d + _PAIR_OVERHEAD)
        everything = work <= EXACT_WORK if exact is None else exact
        if everything:
            self._all(tiled)
        else:
            self._sample(paired, n_pairs, seed)
        excluded = self._rows.n - k
        return PairHistograms(
            within=self._within.result(f"{quantity}, same class", n_excluded=excluded, exact=everything),
            between=self._between.result(f"{quantity}, different classes", n_excluded=excluded, exact=everything),
        )

    def _all(self, tiled: Callable[[Array, Array], Array]) -> None:
        step = max(1, min(_TILE, BLOCK_ELEMENTS // self._rows.d))
        for i in range(0, len(self._kept), step):
            left = self._rows.take(self._kept[i : i + step])
            for j in range(i, len(self._kept), step):
                right = left if i == j else self._rows.take(self._kept[j : j + step])
                values = tiled(left, right)
                alike = self._labels[i : i + step, None] == self._labels[None, j : j + step]
                once = np.triu(np.ones(values.shape, bool), k=1) if i == j else np.ones(values.shape, bool)
                self._within.add(values[once & alike])
                self._between.add(values[once & ~alike])

    def _sample(self, paired: Callable[[Array, Array], Array], n_pairs: int, seed: int) -> None:
        population = PairPopulation.of(self._labels)
        if population.n_within:
            first, second = population.draw_within(n_pairs, stream(seed, "pairs of one class"))
            self._fill(self._within, paired, first, second)
        if population.n_between:
            first, second = population.draw_between(n_pairs, stream(seed, "pairs of two classes"))
            self._fill(self._between, paired, first, second)

    def _fill(
        self, counts: HistogramCounts, paired: Callable[[Array, Array], Array], first: IntArray, second: IntArray
    ) -> None:
        for part in _parts(len(first), self._rows.d):
            a, b = self._rows.take(self._kept[first[part]]), self._rows.take(self._kept[second[part]])
            counts.add(paired(a, b))


def _parts(n: int, d: int) -> Iterator[slice]:
    step = max(1, BLOCK_ELEMENTS // d)
    for start in range(0, n, step):
        yield slice(start, start + step)
