"""Ways to average a function of ``t = c_k + beta z`` over centres and noise; proofs in ``docs/theory/sampling.md``.

``"plain"``: n_mc independent draws at every centre. ``"control"``: the same draws less regression controls.
``"sobol"``: joint scrambled-Sobol replicates. ``"sobol-control"``: both. ``"gauss-hermite"``: nodes, d <= 3, with
randomly shifted lattices as replicates that measure their error.
``"auto"``: nodes where they are affordable (d <= 2) and agree clearly better than plain draws would; otherwise
``"sobol-control"``, and ``"control"`` where the replicates would be too small. No choice looks at a random value, so
none adds a bias.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from infoflow import _checks
from infoflow._random import stream
from infoflow._types import Array, IntArray
from infoflow.estimators import hermite, quasi, shifted_lattice
from infoflow.estimators.concentration import within_group_variance
from infoflow.estimators.control_variate import Controls, corrected

SAMPLINGS = ("auto", "plain", "control", "sobol", "sobol-control", "gauss-hermite")
LARGEST_HERMITE_DIMENSION = max(hermite.ORDERS)
_CLEARLY_BETTER = 0.25  # of plain draws' standard error: how well nodes must agree to be chosen
_LARGEST_AUTOMATIC_HERMITE_DIMENSION = 2  # in three dimensions affordable rules seldom agree so well


@dataclass(frozen=True)
class Average:
    """An average and what it took.

    Attributes:
        value: The average.
        stderr: Standard error, from replicates; for nodes the root mean square distance from unbiased replicates.
        dof: Degrees of freedom of the standard error.
        evaluations: Values computed.
        sampling: How, with the sizes.
    """

    value: float
    stderr: float
    dof: float
    evaluations: int
    sampling: str


@dataclass(frozen=True)
class Integrand:
    """What is averaged, with what the samplers need to know of it.

    Attributes:
        values: From noise (n, q, d) to values (n, q) at the points of each centre; centres count equally.
        positions: Where the centres lie, for controls, shape (n, d).
        order: The centres, those with similar values next to each other, shape (n,).
        beta: Noise standard deviation.
        stream_name: Name of the random stream of independent draws.
    """

    values: Callable[[Array], Array]
    positions: Array
    order: IntArray
    beta: float
    stream_name: str


def mixture_integrand(
    values: Callable[[Array], Array], centres: Array, beta: float, stream_name: str = "plug-in entropy"
) -> Integrand:
    """Return the integrand over the centres (m, n, d) of m mixtures, all m·n of them counting equally."""
    m, n, d = centres.shape
    within = centres - centres.mean(axis=1, keepdims=True)
    return Integrand(values, within.reshape(m * n, d), quasi.grouped_order(centres), beta, stream_name)


def most_nodes(n: int, d: int) -> int:
    """Return how many evaluations per centre all rules of nodes and their replicates take together, n centres."""
    return hermite.most_nodes(d) + shifted_lattice.points_per_centre(n, d)


def _fewest_nodes(n: int, d: int) -> int:
    return hermite.fewest_nodes(d) + shifted_lattice.points_per_centre(n, d)


def check_sampling(sampling: str, n: int, d: int, n_mc: int | None) -> str:
    """Return ``sampling`` if it can be used for n centres in dimension d with ``n_mc`` evaluations each (None: free).

    Raises:
        ValueError: Unknown, d too large, or too few evaluations for three rules and their replicates.
    """
    _checks.one_of("sampling", sampling, SAMPLINGS)
    if sampling.startswith("sobol") and d > quasi.LARGEST_DIMENSION:
        raise ValueError(f"sampling {sampling!r} needs d <= {quasi.LARGEST_DIMENSION}, got {d}")
    if sampling == "gauss-hermite":
        if d > LARGEST_HERMITE_DIMENSION:
            raise ValueError(f"sampling 'gauss-hermite' needs d <= {LARGEST_HERMITE_DIMENSION}, got {d}")
        if n_mc is not None and n_mc < _fewest_nodes(n, d):
            raise ValueError(
                f"n_mc must be at least {_fewest_nodes(n, d)} for three rules of Gauss-Hermite nodes and their "
                f"replicates at {n} centres in d = {d}, got {n_mc}"
            )
    return sampling


def average(integrand: Integrand, *, n_mc: int, seed: int, sampling: str) -> Average:
    """Average over centres and noise with at most ``n_mc`` evaluations per centre; arguments already checked.

    Only ``"auto"`` may take more: at most twice as many, where nodes were tried and did not agree.

    Args:
        integrand: What is averaged.
        n_mc: Evaluations per centre.
        seed: Seed of all chance.
        sampling: One of ``SAMPLINGS``.
    """
    n, d = integrand.positions.shape
    if sampling == "gauss-hermite":
        return _nodes(integrand, _rule(integrand, n_mc), seed)
    if sampling == "auto":
        tried = 0
        if d <= _LARGEST_AUTOMATIC_HERMITE_DIMENSION and n_mc >= _fewest_nodes(n, d):
            rule = _rule(integrand, n_mc)
            plain_stderr = math.sqrt(rule.variance / (n * n_mc))
            if rule.disagreement <= max(_CLEARLY_BETTER * plain_stderr, hermite.AGREEMENT):
                return _nodes(integrand, rule, seed)
            tried = n * rule.nodes
        even = d <= quasi.LARGEST_DIMENSION and quasi.is_balanced(n, d, n_mc)
        drawn = _drawn(integrand, n_mc, seed, "sobol-control" if even else "control")
        return Average(drawn.value, drawn.stderr, drawn.dof, drawn.evaluations + tried, drawn.sampling)
    return _drawn(integrand, n_mc, seed, sampling)


def _rule(integrand: Integrand, n_mc: int) -> hermite.Quadrature:
    n, d = integrand.positions.shape
    return hermite.hermite_average(integrand.values, n, d, n_mc - shifted_lattice.points_per_centre(n, d))


def _nodes(integrand: Integrand, rule: hermite.Quadrature, seed: int) -> Average:
    """Return the average by nodes, with its distance from replicates."""
    n, d = integrand.positions.shape
    stderr, dof = shifted_lattice.distance_from_replicates(integrand.values, rule.means, d, seed)
    evaluations = n * (rule.nodes + shifted_lattice.points_per_centre(n, d))
    text = f"gauss-hermite, {rule.order}^{d} nodes per centre"
    return Average(float(rule.means.mean()), stderr, dof, evaluations, text)


def _drawn(integrand: Integrand, n_mc: int, seed: int, sampling: str) -> Average:
    n, d = integrand.positions.shape
    if sampling.startswith("sobol"):
        noise, layout = quasi.sobol_noise(integrand.order, d, n_mc, seed)
        values, text = integrand.values(noise), "sobol"
        if sampling == "sobol-control":
            controls = Controls(integrand.positions, integrand.beta, values.size)
            values = corrected(values, noise, controls, integrand.order, layout.per_centre)
            text += f" with {controls.kind} controls" if controls.size else ""
        means = layout.means(values)
        value, stderr, dof = quasi.replicate_average(means, layout.shares)
        return Average(value, stderr, dof, values.size, f"{text}, {means.size} replicates")
    noise = stream(seed, integrand.stream_name).standard_normal((n, n_mc, d))
    values, text = integrand.values(noise), "plain"
    if sampling == "control":
        controls = Controls(integrand.positions, integrand.beta, values.size)
        values = corrected(values, noise, controls, integrand.order, 1)
        text += f" with {controls.kind} controls" if controls.size else ""
    stderr = math.sqrt(within_group_variance(values) / values.size)
    return Average(float(values.mean()), stderr, float(max(n * (n_mc // 2), n - 1)), values.size, text)
