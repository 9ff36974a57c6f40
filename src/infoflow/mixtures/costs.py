"""Sizes of Fourier grids and the measured costs by which engines are chosen."""

import math

from infoflow._types import Array

# Transforms work on a grid finer by two per axis, of 16-byte numbers: 256 MB at most.
MOST_MODES = {1: 8_000_000, 2: 4_000_000, 3: 2_000_000}
# Measured on one core of an AVX2 machine: seconds per pair of the pruned engine, and per mode and point of a pair of
# transforms.
PAIR_S = 3.5e-9
_MODE_S = {1: 4e-7, 2: 5e-7, 3: 1.1e-6}
_POINT_S = {1: 1.5e-7, 2: 5e-7, 3: 4e-6}
LOWEST_DENSITY = 1e-6  # relative to W φ(0): lower densities need not meet the tolerance by transforms


def radius(tol: float) -> float:
    """Return R, in units of beta, such that ``e^{-R²/2} = LOWEST_DENSITY · tol``."""
    return math.sqrt(-2.0 * math.log(LOWEST_DENSITY * tol))


def half_modes(extent: Array, beta: float, reach: float) -> list[int]:
    """Return, for each axis, the number of positive frequencies below ``reach / beta``."""
    return [math.ceil(reach / beta * float(side + 2.0 * reach * beta) / (2.0 * math.pi)) for side in extent]


def n_modes(extent: Array, beta: float, reach: float) -> int:
    """Return the number of frequencies for a box of sides ``extent`` (d,)."""
    return math.prod(2 * k + 1 for k in half_modes(extent, beta, reach))


def transform_s(d: int, modes: int, n_points: int, factor: float = 1.0) -> float:
    """Return the estimated seconds of a pair of transforms; ``factor`` counts pairs on the same grid."""
    return _MODE_S[d] * modes * factor + _POINT_S[d] * n_points
