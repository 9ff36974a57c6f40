"""Intervals for the entropies h(T) and h(T|X) of a noisy representation.

Both are ``h(Z)`` plus an information about S: ``h(T) = h(Z) + I(S;T)``, ``h(T|X) = h(Z) + I(S;T|X)``. With K the
component of the empirical mixture, the plug-in has ``I(K;T)`` in its place, and ``E ĥ <= h`` (concavity of the
entropy).

Lower end: ``h(Z) + E ln((1-ε) φ(z)/p̂(t) + ε)`` over points of the mixture: a defended decoder of K, hence at most
``ĥ``; one centre moves ĥ by at most ``h_b(ν_k)``, so McDiarmid's inequality carries it to ``E ĥ``. Upper end: the
cross-entropy ``h(Z) + E ln(φ(z)/q(t))`` at fresh points, q the mixture with a little of a base density that bounds
the summand.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import log_ndtr, logsumexp

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._result import Interval, Parts, Status, warn_status
from infoflow._types import Array, ArrayLike, Mode
from infoflow.estimators.concentration import (
    binary_entropy,
    empirical_bernstein,
    mcdiarmid,
    normal_quantile,
    within_group_variance,
)
from infoflow.estimators.entropy import noise_entropy
from infoflow.estimators.information import MODES, Problem
from infoflow.estimators.interval import CLIP_BELOW, weighted_mean
from infoflow.estimators.points import centre_points, fresh_points
from infoflow.estimators.sanity import bracket_status, conditional_bracket, plug_in_bracket
from infoflow.mixtures.dispatch import grouped_log_density
from infoflow.mixtures.reference import log_gaussian_constant

_DEFENCE = 1e-3
_BASE_WEIGHT = 1e-3
_BASE_WIDTH = 1.5  # of beta: wide enough that φ/base stays bounded on both sides of the support


@dataclass(frozen=True)
class _Base:
    """A density that keeps the cross-entropy's summand bounded (or, without a known support, merely finite)."""

    support: tuple[float, float] | None
    mean: Array
    covariance: Array
    beta: float

    def log_density(self, points: Array) -> Array:
        """Return the log-density at points (..., d), shape (...)."""
        if self.support is not None:
            return _log_smoothed_uniform(points, self.support, _BASE_WIDTH * self.beta).sum(axis=-1)
        deviation = points - self.mean
        precision = np.linalg.inv(self.covariance)
        _, log_det = np.linalg.slogdet(2.0 * math.pi * self.covariance)
        return -0.5 * (np.einsum("...i,ij,...j->...", deviation, precision, deviation) + log_det)

    def largest_ratio(self, d: int) -> float:
        """Return a bound of ``ln(φ_beta(t-s)/base(t))`` over s in the support and all t; infinity without one."""
        if self.support is None:
            return math.inf
        z = np.linspace(-12.0, 12.0, 24_001)
        log_noise = -0.5 * z**2 + log_gaussian_constant(1, self.beta)
        worst = -math.inf
        # for z > 0 the base falls with s, for z < 0 it rises with s: an end of the support is worst
        for end in self.support:
            log_base = _log_smoothed_uniform(end + self.beta * z, self.support, _BASE_WIDTH * self.beta)
            worst = max(worst, float(np.max(log_noise - log_base)))
        return d * (worst + 1e-5)  # a grid of 1e-3 in z misses the smooth maximum by less than 1e-6


def _log_smoothed_uniform(t: Array, support: tuple[float, float], width: float) -> Array:
    """Return the log-density of a uniform variable on the support plus N(0, width²)."""
    low, high = support
    a, b = (low - t) / width, (high - t) / width
    # Φ(b) - Φ(a) on the side where both are small: by symmetry take the reflected pair where a > 0
    flip = a > 0
    upper, lower = np.where(flip, -a, b), np.where(flip, -b, a)
    return np.asarray(log_ndtr(upper) + np.log1p(-np.exp(log_ndtr(lower) - log_ndtr(upper))) - math.log(high - low))


def output_entropy(centres: ArrayLike, fresh: ArrayLike | None = None, **settings: Any) -> Interval:
    """Return a confidence interval for h(T), ``T = S + Z``, X uniform on the inputs (or by ``weights``).

    Args:
        centres: Noiseless draws of S given each input, shape (m, n, d).
        fresh: Further independent draws, shape (m, r, d).
        **settings: ``beta`` (required), ``support``, ``confidence``, ``mode``, ``weights``, ``queries_per_input``,
            ``seed``, ``tol`` and ``engine``, as in :func:`conditional_entropy`.

    Returns:
        The interval in nats; quantity ``"h(T)"``. Without ``support`` a certified upper end does not exist (one far
        value of S could raise h(T) without limit) and is infinite.

    Raises:
        TypeError: An argument is of the wrong type, or ``fresh`` is missing.
        ValueError: Shapes do not match, a setting is out of range, or a draw lies outside ``support``.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``, or ``fresh`` repeats ``centres``.

    Source: docs/theory/entropy.md; [G18] for ``E ĥ <= h``.
    """
    return _entropy("h(T)", centres, fresh, **settings)


def conditional_entropy(centres: ArrayLike, fresh: ArrayLike | None = None, **settings: Any) -> Interval:
    """Return a confidence interval for ``h(T|X) = Σ w_i h(p_i)``.

    Args:
        centres: Noiseless draws of S given each input, shape (m, n, d).
        fresh: Further independent draws, shape (m, r, d).
        **settings: ``beta``: noise standard deviation, required; ``support=(low, high)``: interval that holds every
            coordinate of S (``(-1, 1)`` for tanh), which makes the upper end certified; ``confidence=0.95``;
            ``mode="certified"``; ``weights=None`` (m,); ``queries_per_input=None``; ``seed=0``; ``tol``; ``engine``.

    Returns:
        The interval in nats; quantity ``"h(T|X)"``.

    Raises:
        TypeError: An argument is of the wrong type, or ``fresh`` is missing.
        ValueError: Shapes do not match, a setting is out of range, or a draw lies outside ``support``.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``, or ``fresh`` repeats ``centres``.

    Source: docs/theory/entropy.md; [G18] for ``E ĥ <= h``.
    """
    return _entropy("h(T|X)", centres, fresh, **settings)


def _entropy(
    quantity: str,
    centres: ArrayLike,
    fresh: ArrayLike | None,
    *,
    beta: float,
    support: tuple[float, float] | None = None,
    confidence: float = 0.95,
    mode: Mode = "certified",
    weights: ArrayLike | None = None,
    queries_per_input: int | None = None,
    seed: int = 0,
    tol: float = 1e-12,
    engine: str = "auto",
) -> Interval:
    level = _checks.probability("confidence", confidence)
    _checks.one_of("mode", mode, MODES)
    problem = Problem(centres, fresh, None, beta, weights, False, tol, engine)
    mix, draws = problem.mixtures, problem.fresh
    if draws is None:
        raise IllPosedError("fresh must be given")
    m, n, d = mix.centres.shape
    base = _base(mix.centres, draws, support, mix.beta)
    q = draws.shape[1] if queries_per_input is None else _checks.as_count("queries_per_input", queries_per_input)
    log_term = math.log(2.0 / (1.0 - level))
    noise_h = noise_entropy(d, mix.beta)

    gain, engine_used = _plug_in_gain(problem, quantity, q + q % 2, seed)
    loss = _cross_entropy_loss(problem, quantity, draws, base, seed)
    scale = mix.weights * m
    shares = np.full(m, 1.0 / n) if quantity == "h(T|X)" else mix.weights / n
    if mode == "certified":
        largest = float(-np.log(shares.min()))
        mc_lower = empirical_bernstein(
            gain * scale[:, None], (largest - math.log(_DEFENCE)) * float(scale.max()), log_term + math.log(2.0)
        )
        moves = [binary_entropy(float(share)) for share in shares]
        outer = mix.weights if quantity == "h(T|X)" else np.ones(m)
        centre = mcdiarmid(float(n * np.sum((outer * moves) ** 2)), log_term + math.log(2.0))
        span = base.largest_ratio(d) - math.log(_BASE_WEIGHT) + CLIP_BELOW
        mc_upper = empirical_bernstein(loss * scale[:, None], span * float(scale.max()), log_term)
    else:
        quantile = normal_quantile(1.0 - math.exp(-log_term))
        variance = within_group_variance(gain * scale[:, None])
        mc_lower = quantile * math.sqrt(variance / gain.size)
        centre = quantile * math.sqrt(variance / gain.size + variance / (m * n)) - mc_lower
        mc_upper = quantile * math.sqrt(within_group_variance(loss * scale[:, None]) / loss.size)
    low_mean, high_mean = noise_h + weighted_mean(gain, mix.weights), noise_h + weighted_mean(loss, mix.weights)
    lower, upper = low_mean - centre - mc_lower, high_mean + mc_upper
    if quantity == "h(T|X)":
        bracket = conditional_bracket(mix.centres, mix.beta, mix.weights)
    else:
        bracket = plug_in_bracket(mix.centres.reshape(m * n, d), mix.beta, np.repeat(mix.weights / n, n))
    spread = math.sqrt(within_group_variance(gain * scale[:, None]) / gain.size)
    # low_mean is at most ĥ, so only the upper bound is an alarm for it
    status, message = bracket_status(max(low_mean, bracket.lower), spread, bracket)
    if math.isinf(upper) and status is Status.OK:
        status = Status.LOWER_BOUND_ONLY
        message = "a certified upper end needs support=(low, high), the range of the noiseless values"
    warn_status(quantity, status, message, stacklevel=4)
    return Interval(
        lower=max(lower, noise_h),
        upper=upper,
        estimate=0.5 * (low_mean + high_mean),
        confidence=level,
        mode=mode,
        quantity=quantity,
        ceiling=math.inf,
        raw_lower=lower,
        raw_upper=upper,
        estimator="midpoint",
        parts=Parts(
            bias_gap=high_mean - low_mean,
            centre_fluctuation=centre,
            monte_carlo_upper=mc_upper,
            monte_carlo_lower=mc_lower,
        ),
        m=m,
        n=n,
        r=draws.shape[1],
        d=d,
        decoder=f"mixture of bandwidth 1 beta, epsilon {_DEFENCE:g}",
        engine=engine_used,
        status=status,
        message=message,
        bracket=bracket,
    )


def _base(centres: Array, fresh: Array, support: tuple[float, float] | None, beta: float) -> _Base:
    if support is not None:
        low, high = (_checks.as_number("support", end) for end in support)
        if not low < high:
            raise ValueError(f"support must be (low, high) with low < high, got ({low:g}, {high:g})")
        smallest = min(float(centres.min()), float(fresh.min()))
        largest = max(float(centres.max()), float(fresh.max()))
        if smallest < low or largest > high:
            raise ValueError(
                f"support must hold every noiseless value, got ({low:g}, {high:g}) for values in "
                f"[{smallest:g}, {largest:g}]"
            )
        support = (low, high)
    flat = centres.reshape(-1, centres.shape[2])
    covariance = np.atleast_2d(np.cov(flat, rowvar=False)) if len(flat) > 1 else np.zeros((flat.shape[1],) * 2)
    return _Base(support, flat.mean(axis=0), 2.0 * (covariance + beta**2 * np.eye(flat.shape[1])), beta)


def _plug_in_gain(problem: Problem, quantity: str, q: int, seed: int) -> tuple[Array, str]:
    """Return ``ln((1-ε) φ(z)/p̂(t) + ε)`` at points of the mixtures, shape (m, q), and the engine."""
    mix = problem.mixtures
    points, noise = centre_points(mix.centres, q, mix.beta, seed)
    own, pooled, used = _densities(problem, points)
    log_noise = log_gaussian_constant(points.shape[2], mix.beta) - 0.5 * np.sum(noise**2, axis=2)
    ratio = log_noise - (own if quantity == "h(T|X)" else pooled)
    return np.logaddexp(ratio + math.log1p(-_DEFENCE), math.log(_DEFENCE)), used


def _cross_entropy_loss(problem: Problem, quantity: str, draws: Array, base: _Base, seed: int) -> Array:
    """Return ``ln(φ(z)/q(t))`` at fresh points, clipped below, shape (m, r)."""
    mix = problem.mixtures
    points, noise = fresh_points(draws, mix.beta, seed)
    own, pooled, _ = _densities(problem, points)
    log_noise = log_gaussian_constant(points.shape[2], mix.beta) - 0.5 * np.sum(noise**2, axis=2)
    parts = [pooled + math.log1p(-_BASE_WEIGHT)]
    if quantity == "h(T|X)":
        parts = [own + math.log1p(-2.0 * _BASE_WEIGHT), pooled + math.log(_BASE_WEIGHT)]
    parts.append(base.log_density(points) + math.log(_BASE_WEIGHT))
    return np.maximum(log_noise - logsumexp(np.stack(parts), axis=0), -CLIP_BELOW)


def _densities(problem: Problem, points: Array) -> tuple[Array, Array, str]:
    mix = problem.mixtures
    grouped = grouped_log_density(
        points, mix.centres, beta=mix.beta, weights=mix.weights, tol=mix.tol, engine=mix.engine
    )
    return grouped.own, grouped.pooled, grouped.engine
