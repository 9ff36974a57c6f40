"""Gauss–Hermite nodes in the noise, for d <= 3: an average over ``t = c_k + beta z`` without chance.

Per centre ``E f(Z) = Σ_l w_l f(z_l)`` over the tensor grid of q nodes an axis, exact for polynomials of degree 2q - 1
in every coordinate. Orders are raised until the rules agree. The difference of two successive rules is a mean over
centres of ``Δ_k``; its size is taken as ``|mean Δ| + 2 sd(Δ)/sqrt(n)``, so that single centres cannot cancel by luck,
and the disagreement is the larger one of the last *two* differences: a kink far out in the noise can lie between the
nodes of two rules but seldom of three. What a component just beyond the outermost node x would add unseen comes on
top: two components meet there in ``ln(1 + e^{2x(z-x)})``, whose mean is about ``2φ(x)/x``. It says when to stop, and
before any chance whether nodes are worth taking; the standard error comes from
:mod:`infoflow.estimators.shifted_lattice`. Certified intervals do without nodes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array

ORDERS = {1: (4, 8, 12, 16, 24, 32, 48, 64), 2: (4, 6, 8, 12, 16, 24), 3: (3, 4, 6, 8, 12)}
"""Nodes an axis that are tried one after the other, by dimension."""

AGREEMENT = 1e-8
"""Nats from which on two rules agree well enough to stop."""

_POINTS_AT_ONCE = 1 << 19


@dataclass(frozen=True)
class Quadrature:
    """A quadrature over all centres.

    Attributes:
        means: Average of f at every centre, by the finest rule, shape (n,).
        disagreement: The larger one of the last two differences between successive rules, and what no node can see.
        variance: Mean over the centres of the variance of f over the noise, by the finest rule.
        order: Nodes an axis of the finest rule.
        nodes: Nodes per centre of all rules together.
    """

    means: Array
    disagreement: float
    variance: float
    order: int
    nodes: int


def fewest_nodes(d: int) -> int:
    """Return how many nodes per centre the three coarsest rules take together."""
    return sum(order**d for order in ORDERS[d][:3])


def most_nodes(d: int) -> int:
    """Return how many nodes per centre all rules take together."""
    return sum(order**d for order in ORDERS[d])


def hermite_average(values: Callable[[Array], Array], n: int, d: int, largest: int) -> Quadrature:
    """Integrate with finer and finer rules until they agree or the nodes are spent.

    Args:
        values: From noise (n, q, d) to values (n, q) at the points of every centre.
        n: Centres.
        d: Dimension, 1 to 3.
        largest: Most nodes per centre in all, at least :func:`fewest_nodes`.
    """
    spent, order, error = 0, 0, math.inf
    differences: list[float] = []
    mean: Array = np.zeros(n)
    square: Array = np.zeros(n)
    for candidate in ORDERS[d]:
        if spent + candidate**d > largest or (len(differences) >= 2 and error <= AGREEMENT):
            break
        last, order = mean, candidate
        mean, square = _rule(values, n, d, candidate)
        if spent:
            differences.append(_size(mean - last))
        spent += candidate**d
        error = max(differences[-2:], default=math.inf) + _unseen(candidate, n)
    variance = float(np.mean(np.maximum(square - mean**2, 0.0)))  # rounding alone makes it negative
    return Quadrature(mean, error, variance, order, spent)


def _size(differences: Array) -> float:
    return abs(float(differences.mean())) + 2.0 * float(differences.std()) / math.sqrt(len(differences))


def _unseen(order: int, n: int) -> float:
    if n == 1:
        return 0.0
    outermost = float(np.polynomial.hermite_e.hermegauss(order)[0][-1])
    return 2.0 * math.exp(-0.5 * outermost**2) / (math.sqrt(2.0 * math.pi) * outermost)


def _rule(values: Callable[[Array], Array], n: int, d: int, order: int) -> tuple[Array, Array]:
    """Return mean and mean square of f over the noise of every centre, each (n,)."""
    axis, weights_1d = np.polynomial.hermite_e.hermegauss(order)
    weights_1d = weights_1d / weights_1d.sum()
    nodes = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), axis=-1).reshape(-1, d)
    weights = np.prod(np.stack(np.meshgrid(*[weights_1d] * d, indexing="ij")), axis=0).reshape(-1)
    mean, square = np.zeros(n), np.zeros(n)
    step = max(1, _POINTS_AT_ONCE // n)
    for start in range(0, len(nodes), step):
        z = nodes[start : start + step]
        f = values(np.broadcast_to(z, (n, *z.shape)))
        mean += f @ weights[start : start + step]
        square += f**2 @ weights[start : start + step]
    return mean, square
