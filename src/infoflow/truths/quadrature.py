"""Numerical integration that knows when it has converged: rules, integrals of densities, refinement.

Two rules. Composite Gauss-Legendre on panels, for one dimension, where an integrand may have kinks at known places.
The trapezoidal rule on a lattice, for two dimensions, where integrands are analytic and vanish at the ends: it then
converges exponentially in 1/step (Trefethen & Weideman, SIAM Review 2014, Theorem 5.1).
"""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import rel_entr, xlogy

from infoflow._errors import InfoflowError
from infoflow._types import Array, IntArray
from infoflow.truths.truth import Answers

REACH = 8.5
"""Half-width of a window around a Gaussian, in standard deviations; 2 Q(8.5) = 2e-17 lies outside."""

TOLERANCE = 1e-10
"""Two successive refinements must agree to this, in nats."""

_ORDER = 16
_MAX_REFINEMENTS = 6
_CHUNK = 1 << 20
_UNDERFLOW = 1e-290


@dataclass(frozen=True, eq=False)
class Rule:
    """Nodes, shape (q,) or (q, d), and quadrature weights, shape (q,)."""

    nodes: Array
    weights: Array


def windows(centres: Array, reach: float) -> list[tuple[float, float]]:
    """Return the union of ``[c - reach, c + reach]`` over the centres, shape (n,), as disjoint sorted intervals."""
    merged: list[tuple[float, float]] = []
    for centre in np.unique(centres):
        lower, upper = float(centre) - reach, float(centre) + reach
        if merged and lower <= merged[-1][1]:
            merged[-1] = (merged[-1][0], upper)
        else:
            merged.append((lower, upper))
    return merged


def panel_rule(intervals: Iterable[tuple[float, float]], width: float, kinks: Sequence[float] = ()) -> Rule:
    """Return the composite 16-point Gauss-Legendre rule with panels no wider than ``width``, broken at ``kinks``."""
    edges: list[Array] = []
    for lower, upper in intervals:
        stops = [lower, *sorted(k for k in kinks if lower < k < upper), upper]
        for start, stop in itertools.pairwise(stops):
            cuts = np.linspace(start, stop, max(1, math.ceil((stop - start) / width)) + 1)
            edges.append(np.stack([cuts[:-1], cuts[1:]], axis=1))
    ends = np.concatenate(edges)  # (panels, 2)
    x, w = np.polynomial.legendre.leggauss(_ORDER)
    half = (ends[:, 1] - ends[:, 0])[:, None] / 2
    nodes = ends.mean(axis=1)[:, None] + half * x
    return Rule(nodes.ravel(), (half * w).ravel())


def lattice_rule(intervals: Iterable[tuple[float, float]], step: float) -> Rule:
    """Return the trapezoidal rule with steps no longer than ``step`` for integrands that vanish at interval ends."""
    nodes: list[Array] = []
    weights: list[Array] = []
    for lower, upper in intervals:
        x, h = np.linspace(lower, upper, math.ceil((upper - lower) / step) + 1, retstep=True)
        nodes.append(x)
        weights.append(np.full(len(x), float(h)))
    return Rule(np.concatenate(nodes), np.concatenate(weights))


def tensor_rule(first: Rule, second: Rule) -> Rule:
    """Return the two-dimensional product of two one-dimensional rules; nodes have shape (q1·q2, 2), first axis slow."""
    a, b = np.meshgrid(first.nodes, second.nodes, indexing="ij")
    return Rule(np.stack([a.ravel(), b.ravel()], axis=1), np.multiply.outer(first.weights, second.weights).ravel())


@dataclass(frozen=True)
class Integrals:
    """What one rule says about a channel: information, label information, entropy (nats) and total mass."""

    information: float
    label_information: float
    entropy: float
    mass: float

    def distance(self, other: "Integrals") -> float:
        """Return the largest difference to another rule's integrals; NaN if either is not finite."""
        own = np.array([self.information, self.label_information, self.entropy, self.mass])
        return float(
            np.abs(own - np.array([other.information, other.label_information, other.entropy, other.mass])).max()
        )


def integrate_channel(
    density: Callable[[Array], Array], rule: Rule, weights: Array, labels: IntArray | None
) -> Integrals:
    """Integrate the quantities of a channel, ``I = Σ_i w_i ∫ p_i log(p_i/p̄)`` and ``h = -∫ p̄ log p̄``.

    Args:
        density: Maps nodes (q,) or (q, d) to the conditional densities p_i, shape (m, q).
        rule: The quadrature rule.
        weights: Probabilities of the inputs, shape (m,).
        labels: Classes of the inputs, shape (m,), or None.

    Returns:
        See :class:`Integrals`; nats. Nodes are visited in chunks, so memory does not grow with m·q.
    """
    size = max(1, _CHUNK // len(weights))
    total = np.zeros(4)
    for start in range(0, len(rule.weights), size):
        part = slice(start, start + size)
        total += _integrands(density(rule.nodes[part]), weights, labels) @ rule.weights[part]
    return Integrals(*(float(value) for value in total))


def _integrands(p: Array, weights: Array, labels: IntArray | None) -> Array:
    mixture = weights @ p
    seen = mixture > _UNDERFLOW  # what is left out weighs less than 1e-280 in all
    p, mixture = np.where(seen, p, 0.0), np.where(seen, mixture, 0.0)
    information = weights @ rel_entr(p, mixture)
    label_information = np.zeros_like(mixture)
    if labels is not None:
        for y in range(int(labels.max()) + 1):
            prior = weights[labels == y].sum()
            label_information += prior * rel_entr(weights[labels == y] @ p[labels == y] / prior, mixture)
    return np.stack([information, label_information, -xlogy(mixture, mixture), mixture])


def converge(
    evaluate: Callable[[float], Integrals],
    start: float,
    *,
    labelled: bool,
    conditional_entropy: float | None = None,
    tolerance: float = TOLERANCE,
    ratio: float = 0.5,
) -> Answers:
    """Refine the step until two successive rules agree to ``tolerance``, and return the finer one's answers.

    Args:
        evaluate: Step -> integrals of the channel.
        start: First step.
        labelled: Whether the inputs carry labels.
        conditional_entropy: h(T|X) in nats where it is known in closed form; then ``h = h(T|X) + I``.
        tolerance: Agreement demanded, in nats; what was reached is reported.
        ratio: Factor of the step from one rule to the next.

    Raises:
        InfoflowError: No agreement after six refinements, or the densities do not integrate to one.
    """
    step, coarse, change = start, evaluate(start), math.inf
    for _ in range(_MAX_REFINEMENTS):
        step *= ratio
        fine = evaluate(step)
        change = coarse.distance(fine)
        if change <= tolerance:
            break
        coarse = fine
    else:
        raise InfoflowError(f"quadrature must converge to {tolerance:g}, got a change of {change:g} at step {step:g}")
    if abs(fine.mass - 1) > 10 * tolerance:
        raise InfoflowError(f"the densities must integrate to 1, got {fine.mass:.12g}")
    known = conditional_entropy is not None
    h_t = conditional_entropy + fine.information if known else fine.entropy
    return Answers(
        information=fine.information,
        entropy=h_t,
        conditional_entropy=conditional_entropy if known else h_t - fine.information,
        label_information=fine.label_information if labelled else None,
        tolerance=max(change, abs(fine.mass - 1), 1e-12),
    )
