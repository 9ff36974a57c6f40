"""Randomly shifted lattices in the noise: unbiased replicates that tell how far a rule of nodes is off.

For δ uniform on the unit cube, ``h^d Σ_{j in Z^d} φ(h(j+δ)) g(h(j+δ))`` has expectation ``E g(Z)`` for every g, and
its spread is tiny for smooth g. With ``g = f - Q_k``, ``Q_k`` the value of the nodes at centre k, its mean over shifts
is the error of the nodes. Only j with ``h|j| <= REACH`` count: what is left out has probability at most ``3e-7``.
"""

import math
from collections.abc import Callable

import numpy as np

from infoflow._random import stream
from infoflow._types import Array

SPACING = {1: 0.4, 2: 1.0, 3: 1.25}
"""Spacing h by dimension: a constant, summed over the lattice, varies by ``2 d exp(-2π²/h²)``, at most 2e-5, of it."""

REACH = 6.9

_REPLICATES = 16
_POINTS_AT_ONCE = 1 << 19


def lattice_size(d: int) -> int:
    """Return the number of points of one shifted lattice in d dimensions."""
    return len(_lattice(d))


def points_per_centre(n: int, d: int) -> int:
    """Return how many points the replicates take at each of n centres."""
    return _per_centre(n) * lattice_size(d)


def distance_from_replicates(values: Callable[[Array], Array], rule: Array, d: int, seed: int) -> tuple[float, float]:
    """Return the root mean square distance between a rule's average and that of unbiased replicates, and its d.o.f.

    With ``D`` the replicates' differences from the rule it is ``sqrt(mean(D)² + var(D)/size)``: its square has at
    least the squared error of the rule as expectation.

    Args:
        values: From noise (n, q, d) to values (n, q) at the points of every centre.
        rule: Value of the rule at every centre, shape (n,).
        d: Dimension.
        seed: Seed of the shifts.
    """
    n = len(rule)
    generator = stream(seed, "shifted lattices")
    rows = [_differences(values, rule, SPACING[d] * generator.random((n, 1, d))) for _ in range(_per_centre(n))]
    differences = np.concatenate(rows)
    spread = float(differences.var(ddof=1)) / differences.size
    return math.hypot(float(differences.mean()), math.sqrt(spread)), float(differences.size - 1)


def _per_centre(n: int) -> int:
    return max(1, math.ceil(_REPLICATES / n))


def _lattice(d: int) -> Array:
    h = SPACING[d]
    most = int(REACH / h)
    axis: Array = h * np.arange(-most - 1.0, most + 1.0)  # with shifts in [0, h) it is symmetric about 0
    points = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1).reshape(-1, d)
    return points[np.sum((points + 0.5 * h) ** 2, axis=1) <= REACH**2]


def _differences(values: Callable[[Array], Array], rule: Array, shifts: Array) -> Array:
    """Return ``Σ_j w_j (f(z_j) - rule)`` for every centre, ``z_j`` its shifted lattice, shape (n,)."""
    n, _, d = shifts.shape
    lattice = _lattice(d)
    total = np.zeros(n)
    step = max(1, _POINTS_AT_ONCE // n)
    for start in range(0, len(lattice), step):
        z = lattice[None, start : start + step] + shifts
        weights = np.exp(-0.5 * np.sum(z**2, axis=2)) * (SPACING[d] / math.sqrt(2.0 * math.pi)) ** d
        total += np.sum(weights * (values(z) - rule[:, None]), axis=1)
    return total
