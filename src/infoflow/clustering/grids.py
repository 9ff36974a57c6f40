"""Grids that cut representations into bins: fixed, per neuron, adaptive."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._types import Array
from infoflow.clustering.inputs import BLOCK_ELEMENTS, Rows, as_range, as_rows, check_width

ACTIVATION_RANGES = {
    "tanh": (-1.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "relu6": (0.0, 6.0),
}
"""Ranges of the bounded activations, by lower-case name; any other activation has the range of its data."""
_SMALLEST_WIDTH = 1e-150
"""Narrower bins could not be numbered in float64; a range below it counts as one point."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Grid:
    """A cut of every coordinate into numbered bins; made by one of the ``*_grid`` functions.

    Attributes:
        scheme: ``"fixed"``, ``"per_neuron"`` or ``"adaptive"``.
        name: The grid in short, such as ``"width=0.07"``; a key for tables.
        low: Left end of bin 0, shape (1,) for all coordinates or (d,).
        high: Right end of the last bin, likewise; infinite for a grid without end.
        width: Bin width, likewise; empty for an adaptive grid.
        n_bins: Bins of the range; None for a grid without end.
        edges: Inner edges of an adaptive grid, increasing; empty for the others.
    """

    scheme: str
    name: str
    low: Array
    high: Array
    width: Array
    n_bins: int | None
    edges: Array

    def check(self, rows: Rows) -> None:
        """Raise ``ValueError`` unless the rows have the dimension of a per-neuron grid."""
        if len(self.low) > 1:
            check_width("representations", rows, len(self.low))

    def index(self, x: Array) -> Array:
        """Return bin numbers, whole numbers as float64, shape of ``x`` (k, d).

        Equal-width grids go on beyond their range with the same width, so no value is clipped; the right end of the
        range belongs to the last bin inside. Numbers beyond 2**53 mean bins narrower than float64's spacing of the
        values: distinct values then have distinct numbers as far as float64 tells them apart.
        """
        if self.scheme == "adaptive":
            return np.searchsorted(self.edges, x, side="right").astype(np.float64)
        number = np.floor((x - self.low) / self.width)
        if self.n_bins is not None:
            # Rounding of the quotient must not move a value across the ends of the range.
            inside = (x >= self.low) & (x <= self.high)
            np.clip(number, 0, self.n_bins - 1, out=number, where=inside)
            np.maximum(number, self.n_bins, out=number, where=x > self.high)
        return number + 0.0  # makes one number of 0.0 and -0.0


def fixed_grid(*, width: float | None = None, n_bins: int | None = None, bin_range: Any | None = None) -> Grid:
    """Return a grid of equal bins, the same for every coordinate and every epoch.

    Args:
        width: Bin width; bin 0 begins at the left end of ``bin_range``, or at 0 without one (so ``floor(t / width)``).
        n_bins: Or, the number of bins on ``bin_range``.
        bin_range: ``(low, high)`` or the name of an activation in ``ACTIVATION_RANGES``.

    Raises:
        TypeError: Not numbers.
        ValueError: Not exactly one of ``width`` and ``n_bins``, ``n_bins`` without a range, a width below 1e-150, an
            unknown activation or an empty range.
    """
    if (width is None) == (n_bins is None):
        raise ValueError(f"exactly one of width and n_bins must be given, got width={width!r}, n_bins={n_bins!r}")
    ends = _ends(bin_range)
    if width is not None:
        size = _checks.as_number("width", width)
        if not _SMALLEST_WIDTH <= size < np.inf:
            raise ValueError(f"width must be finite and at least {_SMALLEST_WIDTH:g}, got {size:g}")
        low = 0.0 if ends is None else ends[0]
        return _equal(f"width={size:.12g}", np.array([low]), np.array([np.inf]), None, np.array([size]))
    count = _checks.as_count("n_bins", n_bins)
    if ends is None:
        raise ValueError("bin_range must be given with n_bins for a fixed grid, got None")
    return _equal(f"n_bins={count}", np.array([ends[0]]), np.array([ends[1]]), count)


def data_grid(representations: Any, n_bins: int) -> Grid:
    """Return ``n_bins`` equal bins on the range of all values of the layer (one range for all coordinates).

    Raises:
        TypeError, ValueError, NonFiniteError: As :func:`per_neuron_grid`.
    """
    low, high = _column_ends(as_rows("representations", representations))
    count = _checks.as_count("n_bins", n_bins)
    ends = np.array([low.min()]), np.array([high.max()])
    return _equal(f"n_bins={count}", *ends, count)


def per_neuron_grid(representations: Any, n_bins: int) -> Grid:
    """Return ``n_bins`` equal bins on each coordinate's own range; a constant coordinate has one bin.

    Args:
        representations: Shape (n, d).
        n_bins: Bins per coordinate.

    Raises:
        TypeError: Not numeric, or ``n_bins`` not an integer.
        ValueError: Wrong shape, or ``n_bins`` < 1.
        NonFiniteError: NaN or infinity.
    """
    low, high = _column_ends(as_rows("representations", representations))
    count = _checks.as_count("n_bins", n_bins)
    return _equal(f"per_neuron={count}", low, high, count, scheme="per_neuron")


def adaptive_grid(representations: Any, n_bins: int) -> Grid:
    """Return ``n_bins`` bins that hold equally many of the layer's distinct activation values.

    One set of edges for all coordinates. With n·d above 2**22 values the edges come from every k-th row.

    Args:
        representations: Shape (n, d).
        n_bins: Bins.

    Raises:
        TypeError: Not numeric, or ``n_bins`` not an integer.
        ValueError: Wrong shape, or ``n_bins`` < 1.
        NonFiniteError: NaN or infinity.

    Source: Chelombiev, Houghton & O'Donnell, "Adaptive Estimators Show Information Compression in Deep Neural
    Networks", ICLR 2019, entropy-based adaptive binning.
    """
    rows = as_rows("representations", representations)
    count = _checks.as_count("n_bins", n_bins)
    step = -(-rows.n * rows.d // BLOCK_ELEMENTS)
    levels = np.unique(rows.take(np.arange(0, rows.n, step)))
    first = np.unique(np.arange(1, count) * len(levels) // count)
    return Grid(
        scheme="adaptive",
        name=f"adaptive={count}",
        low=levels[:1],
        high=levels[-1:],
        width=np.empty(0),
        n_bins=count,
        edges=levels[first[first > 0]],
    )


def _equal(
    name: str, low: Array, high: Array, n_bins: int | None, width: Array | None = None, scheme: str = "fixed"
) -> Grid:
    """Return an equal-width grid; where the range is one point there is one bin, of width 1."""
    if width is None:
        width = (high - low) / (n_bins or 1)
        width = np.where(width > _SMALLEST_WIDTH, width, 1.0)
    return Grid(scheme=scheme, name=name, low=low, high=high, width=width, n_bins=n_bins, edges=np.empty(0))


def _ends(bin_range: Any | None) -> tuple[float, float] | None:
    if isinstance(bin_range, str):
        return ACTIVATION_RANGES[_checks.one_of("bin_range", bin_range, tuple(ACTIVATION_RANGES))]
    return None if bin_range is None else as_range("bin_range", bin_range)


def _column_ends(rows: Rows) -> tuple[Array, Array]:
    low, high = np.full(rows.d, np.inf), np.full(rows.d, -np.inf)
    for _, block in rows.blocks():
        np.minimum(low, block.min(axis=0), out=low)
        np.maximum(high, block.max(axis=0), out=high)
    return low, high


SZT_GRID = fixed_grid(n_bins=30, bin_range="tanh")
"""30 bins on [-1, 1], as in Shwartz-Ziv & Tishby, "Opening the Black Box of Deep Neural Networks", 2017."""
SAXE_GRID = fixed_grid(width=0.07)
"""Width 0.07 from 0, as in Saxe et al., "On the Information Bottleneck Theory of Deep Learning", ICLR 2018."""
