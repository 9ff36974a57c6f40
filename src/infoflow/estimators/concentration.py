"""Finite-sample deviation bounds: pure mathematics, no sampling. ``log_term`` is always ``ln(1/δ)`` of the event.

Sources: [MP09] Maurer & Pontil, "Empirical Bernstein Bounds and Sample Variance Penalization", COLT 2009;
[McD89] McDiarmid, "On the method of bounded differences", 1989; [BLM09] Boucheron, Lugosi & Massart, "On
concentration of self-bounding functions", EJP 2009; [FGL15] Fan, Grama & Liu, "Exponential inequalities for
martingales with applications", EJP 2015; [HRMS21] Howard, Ramdas, McAuliffe & Sekhon, "Time-uniform, nonparametric,
nonasymptotic confidence sequences", Annals of Statistics 2021. Proofs of what is not in them:
``docs/theory/interval.md``.
"""

import math
from statistics import NormalDist

import numpy as np

from infoflow._types import Array

_RATES = np.array([0.025, 0.05, 0.1, 0.18, 0.3, 0.5, 0.8])  # λ in units of 1/c
_BISECTIONS = 60
_OUTSIDE = 0.01


def binary_entropy(p: float) -> float:
    """Return ``-p ln p - (1-p) ln(1-p)``, in nats."""
    if p <= 0.0 or p >= 1.0:
        return 0.0
    return -p * math.log(p) - (1.0 - p) * math.log1p(-p)


def within_group_variance(values: Array) -> float:
    """Return the mean variance of independent values whose groups (rows) share a distribution pairwise.

    ``V = mean over pairs (2j, 2j+1) of one row of (Y - Y')²/2``: unbiased, and free of the differences between rows
    that the plain sample variance would count. With one value a row, the plain sample variance (which is larger).

    Args:
        values: Independent values, shape (m, q).

    Returns:
        The variance, in the square of the values' unit; infinity for a single value.
    """
    m, q = values.shape
    if q >= 2:
        pairs = q // 2
        differences = values[:, 0 : 2 * pairs : 2] - values[:, 1 : 2 * pairs : 2]
        return float(np.mean(differences**2) / 2.0)
    if m >= 2:
        return float(np.var(values, ddof=1))
    return math.inf


def empirical_bernstein(values: Array, span: float, log_term: float) -> float:
    """Return how far the mean of independent bounded values may lie from its expectation, on one side.

    Bernstein's inequality ``sqrt(2σ²L/Q) + B L/(3Q)`` with the mean variance σ² replaced by an upper confidence bound
    from the values: for P pairs ``σ <= (B sqrt(L/P) + sqrt(B² L/P + 4V))/2``, V of :func:`within_group_variance`
    (docs/theory/interval.md, Lemma 4; the constants agree with [MP09], Theorem 4 and its form for independent,
    not identically distributed variables). Two events of probability ``δ/2`` each, so ``L = log_term + ln 2``.

    Args:
        values: Independent values, shape (m, q), the pairs of one row identically distributed.
        span: B: every value lies in an interval of this length.
        log_term: ``ln(1/δ)``.

    Returns:
        The deviation, in the values' unit; infinity for a single value.
    """
    m, q = values.shape
    count = m * q
    variance = within_group_variance(values)
    if not math.isfinite(variance):
        return math.inf
    big_l = log_term + math.log(2.0)
    if q >= 2:
        ratio = big_l / (m * (q // 2))
        sigma = 0.5 * (span * math.sqrt(ratio) + math.sqrt(span**2 * ratio + 4.0 * variance))
        return math.sqrt(2.0 * big_l / count) * sigma + span * big_l / (3.0 * count)
    return math.sqrt(2.0 * variance * big_l / count) + 7.0 * span * big_l / (3.0 * (count - 1))


def predicted_bernstein(values: Array, predictions: Array, ranges: Array, widest: float, log_term: float) -> float:
    """Return how far the mean of independent values may lie above its expectation, on one side.

    Empirical Bernstein around predictions: with ``D = Y - Ŷ >= -c`` and ``ψ(u) = -ln(1-u) - u``, for 0 <= λ < 1/c
    ``E exp(λ (Y - EY) - ψ(λc) D²/c²) <= 1`` (docs/theory/interval.md, Lemma 6), so the mixture over a few λ of the
    products reaches 1/δ with probability at most δ. The squares are those observed: no second bound for the variance.

    Args:
        values: Independent values Y, any shape.
        predictions: Ŷ of each value, from what is known before it: values earlier in the order, or other data.
        ranges: c > 0 of each value, known before it, with ``Y - Ŷ >= -c``.
        widest: At least the largest c; a number that does not depend on the values.
        log_term: ``ln(1/δ)``.

    Returns:
        The deviation, in the values' unit.

    Source: [FGL15] Lemma 4.1, [HRMS21] Theorem 4.
    """
    relative = (values - predictions) / ranges
    rates = _RATES / widest
    u = rates * ranges.reshape(-1, 1)  # (Q, rates)
    cost = np.sum((-np.log1p(-u) - u) * relative.reshape(-1, 1) ** 2, axis=0)
    gain = rates * values.size

    def log_mixture(deviation: float) -> float:
        return float(np.logaddexp.reduce(gain * deviation - cost)) - math.log(len(rates))

    low, high = 0.0, float(np.min((log_term + math.log(len(rates)) + cost) / gain))
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if log_mixture(middle) >= log_term else (middle, high)
    return high


def running_predictions(values: Array, pilot: Array, weight: float = 1.0) -> Array:
    """Return a prediction of each value (m, q): the mean of its row's pilot values (m, h), h > 0, and earlier values.

    A value counts as ``weight`` pilot values. Predictions stay within 1 of nearly all rows' pilot means, so that
    their range is known from the pilot alone: see :func:`prediction_range`.
    """
    before = weight * (np.cumsum(values, axis=1) - values) + pilot.sum(axis=1, keepdims=True)
    return np.clip(before / (weight * np.arange(values.shape[1]) + pilot.shape[1]), *prediction_range(pilot))


def prediction_range(pilot: Array) -> tuple[float, float]:
    """Return the least and the largest prediction that :func:`running_predictions` makes with this pilot."""
    low, high = np.quantile(pilot.mean(axis=1), (_OUTSIDE, 1.0 - _OUTSIDE))
    return float(low) - 1.0, float(high) + 1.0


def mcdiarmid(squared_differences: float, log_term: float) -> float:
    """Return ``sqrt(Σ c_k² ln(1/δ) / 2)``, the one-sided deviation of a function with bounded differences c_k.

    Args:
        squared_differences: ``Σ c_k²``.
        log_term: ``ln(1/δ)``.

    Source: [McD89].
    """
    return math.sqrt(0.5 * squared_differences * log_term)


def self_bounding_expectation_lower(value: float, largest_difference: float, log_term: float) -> float:
    """Return a lower confidence bound for the expectation of a (2, 0)-self-bounding function from its value.

    For F with ``0 <= F - F_k <= c`` and ``Σ (F - F_k) <= 2F``, [BLM09] Theorem 1 with a = 2, b = 0 gives
    ``P(F >= EF + s) <= exp(-s² / (2c(2EF + 5s/6)))``; solved for EF:
    ``EF >= F - c (sqrt((7L/6)² + 4LF/c) - 7L/6)``, and 0 where that is negative. The result increases with ``value``.

    Args:
        value: F, or a lower bound of it, in nats; >= 0.
        largest_difference: c, in nats.
        log_term: L.
    """
    if value <= 0.0:
        return 0.0
    shift = 7.0 * log_term / 6.0
    deviation = largest_difference * (math.sqrt(shift**2 + 4.0 * log_term * value / largest_difference) - shift)
    return max(0.0, value - deviation)


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile."""
    return NormalDist().inv_cdf(probability)
