"""Entropy of binned representations: what the information planes of noiseless networks showed.

``H(Bin(T))`` is the entropy of the joint bin vector of all coordinates. In a deterministic network it is
``I(X; Bin(T))``, and **not** I(X;T), which does not depend on the weights there: it falls when representations cluster
into fewer bins, and with narrow bins it stays at its ceiling ln n (theory: clustering). With noise in T it is the
plug-in entropy of the binned noisy representation, biased down where cells are seen only a few times.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

import numpy as np

from infoflow import _checks
from infoflow._types import Array, IntArray
from infoflow.clustering.grids import Grid, adaptive_grid, data_grid, fixed_grid, per_neuron_grid
from infoflow.clustering.inputs import Rows, as_class_values, as_rows, check_width

SCHEMES = ("fixed", "per_neuron", "adaptive")
_EXACT_DIMENSIONS = 4
"""Up to this d the cell's own bytes are the key; above, their 128-bit hash."""


@dataclass(frozen=True, kw_only=True)
class BinnedEntropy:
    """Entropies of binned representations, in nats; every sample has probability 1/n.

    Attributes:
        H_bin: ``H(Bin(T))``, between 0 and ln n.
        H_bin_given_y: ``H(Bin(T)|Y)``; None without labels.
        I_y_bin: ``I(Y;Bin(T)) = H(Bin(T)) - H(Bin(T)|Y)``, between 0 and H(Y); None without labels.
        ceiling: ln n.
        n: Samples.
        n_cells: Occupied cells.
        grid: The grid's name, such as ``"width=0.07"``.
        scheme: ``"fixed"``, ``"per_neuron"`` or ``"adaptive"``.
    """

    H_bin: float
    H_bin_given_y: float | None
    I_y_bin: float | None
    ceiling: float
    n: int
    n_cells: int
    grid: str
    scheme: str

    @property
    def pinned(self) -> bool:
        """Whether every sample has a cell of its own, so that ``H_bin`` is ln n whatever the representation is."""
        return self.n_cells == self.n


class CellCounts:
    """Samples per occupied cell of a grid, over a stream; memory is one entry per occupied cell (and class).

    Counts are exact up to d = 4. Above, cells are told apart by a 128-bit BLAKE2b digest: among c cells some two share
    one with probability below c²/2**129 (1.5e-27 for a million cells).

    Args:
        grid: The grid; fixed for the whole stream.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._d: int | None = None
        self._labelled: bool | None = None
        self._counts: Counter[tuple[int, bytes]] = Counter()

    def update(self, representations: Any, labels: Any | None = None) -> Self:
        """Add samples.

        Args:
            representations: Shape (k, d).
            labels: Integers, shape (k,); in every call or in none.

        Raises:
            TypeError: Not numeric.
            ValueError: Shapes do not match each other, the grid or earlier calls, or labels come and go.
            NonFiniteError: NaN or infinity.
        """
        rows = as_rows("representations", representations)
        values = None if labels is None else as_class_values("labels", labels, n=rows.n)
        _count_cells([self], rows, values)
        return self

    def merge(self, other: "CellCounts") -> "CellCounts":
        """Return the counts of the samples of both; neither is changed.

        Raises:
            ValueError: The grids differ, or only one side has labels.
        """
        if self._grid is not other._grid:
            raise ValueError("cell counts to merge must share one grid")
        if None not in (self._labelled, other._labelled) and (self._labelled, self._d) != (other._labelled, other._d):
            raise ValueError("cell counts to merge must have the same d and both labels or neither")
        result = CellCounts(self._grid)
        source = other if self._d is None else self
        result._d, result._labelled = source._d, source._labelled
        result._counts = self._counts + other._counts
        return result

    def result(self) -> BinnedEntropy:
        """Return the entropies so far.

        Raises:
            ValueError: No sample has been added.
        """
        if not self._counts:
            raise ValueError("cell counts must see samples before their result, got none")
        cells: Counter[bytes] = Counter()
        by_class: dict[int, list[int]] = {}
        for (label, cell), count in self._counts.items():
            cells[cell] += count
            by_class.setdefault(label, []).append(count)
        n = self._counts.total()
        H_bin = _entropy(cells.values())
        conditional = None
        if self._labelled:
            conditional = math.fsum(sum(counts) / n * _entropy(counts) for counts in by_class.values())
        return BinnedEntropy(
            H_bin=H_bin,
            H_bin_given_y=conditional,
            I_y_bin=None if conditional is None else H_bin - conditional,
            ceiling=math.log(n),
            n=n,
            n_cells=len(cells),
            grid=self._grid.name,
            scheme=self._grid.scheme,
        )

    def _check(self, rows: Rows, labelled: bool) -> None:
        self._grid.check(rows)
        if self._d is not None:
            check_width("representations", rows, self._d)
        if self._labelled not in (None, labelled):
            raise ValueError("labels must be given in every update or in none")

    def _add(self, x: Array, labels: IntArray) -> None:
        self._counts.update(zip(labels.tolist(), _keys(self._grid.index(x)), strict=True))


def binned_entropy(
    representations: Any,
    labels: Any | None = None,
    *,
    width: float | None = None,
    n_bins: int | None = None,
    bin_range: Any | None = None,
    scheme: str = "fixed",
) -> BinnedEntropy:
    """Return the entropy of the binned representation, ``H(Bin(T)) = -Σ_cells (c/n) ln(c/n)``.

    See the module for what it measures. Exact for the given samples; no clipping: equal-width bins go on beyond their
    range.

    Args:
        representations: Shape (n, d).
        labels: Integers, shape (n,), for ``H(Bin(T)|Y)`` and ``I(Y;Bin(T))``.
        width: Width of the bins, ``"fixed"`` only.
        n_bins: Or, bins per coordinate.
        bin_range: ``(low, high)`` or an activation's name such as ``"tanh"``; ``"fixed"`` only. None: bins start at 0
            for ``width``, and divide the range of the data for ``n_bins``.
        scheme: ``"fixed"``, ``"per_neuron"`` (equal bins on each coordinate's own range) or ``"adaptive"`` (bins with
            equally many distinct values).

    Returns:
        Entropies in nats, see :class:`BinnedEntropy`.

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match, not exactly one of ``width`` and ``n_bins``, or an argument that the scheme
            does not have.
        NonFiniteError: NaN or infinity.
    """
    rows = as_rows("representations", representations)
    grid = _grid(rows, width, n_bins, bin_range, _checks.one_of("scheme", scheme, SCHEMES))
    return binned_entropies(rows, [grid], labels)[0]


def binned_entropies(
    representations: Any, grids: Sequence[Grid], labels: Any | None = None
) -> tuple[BinnedEntropy, ...]:
    """Return the binned entropies on several grids, in one pass over the samples.

    Args:
        representations: Shape (n, d).
        grids: Grids, such as ``[fixed_grid(width=w) for w in (0.01, 0.07, 0.5)]``.
        labels: Integers, shape (n,), or None.

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match.
        NonFiniteError: NaN or infinity.
    """
    rows = as_rows("representations", representations)
    values = None if labels is None else as_class_values("labels", labels, n=rows.n)
    counters = [CellCounts(grid) for grid in grids]
    _count_cells(counters, rows, values)
    return tuple(counter.result() for counter in counters)


def _grid(rows: Rows, width: float | None, n_bins: int | None, bin_range: Any | None, scheme: str) -> Grid:
    if scheme == "fixed":
        if n_bins is not None and width is None and bin_range is None:
            return data_grid(rows, n_bins)
        return fixed_grid(width=width, n_bins=n_bins, bin_range=bin_range)
    if width is not None or bin_range is not None or n_bins is None:
        raise ValueError(
            f"scheme {scheme!r} must have n_bins and neither width nor bin_range, "
            f"got n_bins={n_bins!r}, width={width!r}, bin_range={bin_range!r}"
        )
    return per_neuron_grid(rows, n_bins) if scheme == "per_neuron" else adaptive_grid(rows, n_bins)


def _count_cells(counters: Sequence[CellCounts], rows: Rows, labels: IntArray | None) -> None:
    for counter in counters:
        counter._check(rows, labels is not None)
    values = np.zeros(rows.n, np.int64) if labels is None else labels
    for part, block in rows.blocks():
        for counter in counters:
            counter._add(block, values[part])
    for counter in counters:
        counter._d, counter._labelled = rows.d, labels is not None


def _keys(cells: Array) -> list[bytes]:
    """Return one key per row: its bytes, or their 128-bit hash in more than four dimensions."""
    stride = cells.shape[1] * 8
    data = memoryview(np.ascontiguousarray(cells).tobytes())
    parts = (data[start : start + stride] for start in range(0, len(data), stride))
    if cells.shape[1] <= _EXACT_DIMENSIONS:
        return [bytes(part) for part in parts]
    return [blake2b(part, digest_size=16).digest() for part in parts]


def _entropy(counts: Iterable[int]) -> float:
    """Return the entropy in nats of probabilities proportional to counts."""
    c = np.fromiter(counts, dtype=np.float64)
    n = c.sum()
    return float(np.sum(c / n * np.log(n / c)))
