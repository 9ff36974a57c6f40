"""From log-ratios to a confidence interval (docs/theory/interval.md; here only the arithmetic).

Upper end. ``E U >= I`` for ``U = Σ w_i E_{p̂_i} x``, ``x = ln(p̂_{g(i)}/p̂̄)`` (joint convexity), and so for ``U_τ`` with
x clipped below at ``-ln π_g - τ``. Certified: empirical Bernstein for the average over points, then the better of
McDiarmid's inequality (differences ``ν_k (τ + 1)``, ν_k = w_i/n) and the self-bounding one for ``H - U``, δ/2 each.
The reference bound's summands are independent as they are: Lemma 6, or empirical Bernstein alone.
Lower end. ``E[L | centres] <= I`` for any decoder; certified: empirical Bernstein over the fresh points.
"""

import math

import numpy as np

from infoflow._result import Interval, Parts, Status
from infoflow._types import Array, Mode
from infoflow.estimators.concentration import (
    binary_entropy,
    empirical_bernstein,
    mcdiarmid,
    normal_quantile,
    predicted_bernstein,
    prediction_range,
    running_predictions,
    self_bounding_expectation_lower,
    within_group_variance,
)
from infoflow.estimators.evaluation import Evaluation
from infoflow.estimators.lower_end import LowerEnd
from infoflow.estimators.question import Question
from infoflow.estimators.upper_end import CLIP_BELOW, UpperEnd

ESTIMATORS = ("midpoint", "upper", "lower", "richardson")
_WIDE = 0.1  # of the ceiling: a trivial end matters only if the interval is wide as well


def assemble(
    evaluation: Evaluation,
    question: Question,
    weights: Array,
    *,
    confidence: float,
    mode: Mode,
    estimator: str,
) -> Interval:
    """Return the interval for one question from what was evaluated.

    Args:
        evaluation: Log-ratios of one layer.
        question: I(X;T) or I(Y;T).
        weights: Probabilities of the inputs, shape (m,).
        confidence: Probability of coverage; half of the error goes to each end.
        mode: ``"certified"`` or ``"asymptotic"``.
        estimator: One of ``ESTIMATORS``.
    """
    log_term = math.log(2.0 / (1.0 - confidence))
    end = evaluation.upper[question.quantity]
    lower_end = evaluation.lower.get(question.quantity)
    if mode == "certified":
        upper_mean, centre, mc_upper = _certified_upper(end, question, weights, log_term)
        lower_mean, mc_lower = _certified_lower(lower_end, question, weights, log_term)
    else:
        upper_mean, centre, mc_upper = _asymptotic_upper(end, weights, log_term)
        lower_mean, mc_lower = _asymptotic_lower(lower_end, weights, log_term)
    mc_upper += 2.0 * evaluation.tol  # what the engines may have left out of the two densities
    mc_lower += 2.0 * evaluation.tol
    raw_upper, raw_lower = upper_mean + centre + mc_upper, lower_mean - mc_lower
    upper = min(raw_upper, question.ceiling)
    lower = max(raw_lower, 0.0)
    value = _point_estimate(estimator, end, lower_end, evaluation.half.get(question.quantity), weights)
    status, message = interval_status(lower, upper, question.ceiling)
    return Interval(
        lower=min(lower, question.ceiling),
        upper=max(upper, 0.0),
        estimate=value,
        confidence=confidence,
        mode=mode,
        quantity=question.quantity,
        ceiling=question.ceiling,
        raw_lower=raw_lower,
        raw_upper=raw_upper,
        estimator=estimator,
        parts=Parts(
            bias_gap=upper_mean - lower_mean,
            centre_fluctuation=centre,
            monte_carlo_upper=mc_upper,
            monte_carlo_lower=mc_lower,
        ),
        m=evaluation.m,
        n=evaluation.n,
        r=0 if lower_end is None else lower_end.summands.shape[1],
        d=evaluation.d,
        decoder="none" if lower_end is None else f"{lower_end.decoder}, epsilon {lower_end.epsilon:g}",
        upper_bound=end.kind,
        engine=end.engine,
        status=status,
        message=message,
    )


def weighted_mean(values: Array, weights: Array) -> float:
    """Return ``Σ_i w_i mean_j values_ij``."""
    return float(np.sum(weights * values.mean(axis=1)))


def interval_status(lower: float, upper: float, ceiling: float) -> tuple[Status, str]:
    """Return the status of an interval whose ends lie between 0 and ``ceiling``."""
    if lower > upper:
        return Status.CROSSING, (
            f"the lower end {lower:.4f} lies above the upper end {upper:.4f}: draws that are independent and of one "
            "network give this with at most the probability of an error"
        )
    top, bottom = upper >= ceiling, lower <= 0.0
    if not (top or bottom) or upper - lower <= _WIDE * ceiling:
        return Status.OK, ""
    if top and bottom:
        return Status.VACUOUS, f"nothing was learned beyond [0, {ceiling:.4f}]: draw more centres and fresh samples"
    if top:
        return Status.LOWER_BOUND_ONLY, f"the upper end is the ceiling {ceiling:.4f}: more centres per input lower it"
    return Status.UPPER_BOUND_ONLY, "the lower end is 0: more fresh draws and more centres per input raise it"


def _certified_upper(end: UpperEnd, question: Question, weights: Array, log_term: float) -> tuple[float, float, float]:
    """Return mean of the clipped summand, centre term and Monte-Carlo term."""
    scale = weights * len(weights)
    if end.kind == "reference":
        return _certified_reference(end, weights, log_term)
    tau = float(-question.log_prior.min()) + CLIP_BELOW
    clipped = np.maximum(end.summands, (-question.log_prior - tau)[:, None])
    mean = weighted_mean(clipped, weights)
    span = tau * float(scale.max())
    if end.kind == "exact":
        return mean, 0.0, empirical_bernstein(clipped * scale[:, None], span, log_term)
    log_two = math.log(2.0)
    monte_carlo = empirical_bernstein(clipped * scale[:, None], span, log_term + log_two)
    if not math.isfinite(monte_carlo):
        return mean, 0.0, monte_carlo
    share = weights / end.n
    bounded = mcdiarmid(float(np.sum(end.n * (share * (tau + 1.0)) ** 2)), log_term + 2.0 * log_two)
    conditional = mean + monte_carlo
    equivocation = self_bounding_expectation_lower(
        question.ceiling - conditional, binary_entropy(float(share.max())), log_term + 2.0 * log_two
    )
    self_bounding = max(0.0, question.ceiling - equivocation - conditional)
    return mean, min(bounded, self_bounding), monte_carlo


def _certified_reference(end: UpperEnd, weights: Array, log_term: float) -> tuple[float, float, float]:
    """As :func:`_certified_upper` for the reference bound, whose summands are independent: no term for the centres."""
    scale = weights * len(weights)
    top = -math.log(end.eta)
    if end.pilot is None:
        span = (CLIP_BELOW + top) * float(scale.max())
        monte_carlo = empirical_bernstein(end.summands * scale[:, None], span, log_term)
    else:
        predictions = running_predictions(end.summands, end.pilot, end.points)
        widest = top - prediction_range(end.pilot)[0]
        monte_carlo = _predicted(-end.summands, -predictions, top - predictions, widest, scale, log_term)
    return weighted_mean(end.summands, weights) + end.slack, 0.0, monte_carlo


def _certified_lower(end: LowerEnd | None, question: Question, weights: Array, log_term: float) -> tuple[float, float]:
    if end is None or end.summands.size == 0:
        return 0.0, 0.0
    scale = weights * len(weights)
    if end.pilot is None:
        span = (float(-question.log_prior.min()) - math.log(end.epsilon)) * float(scale.max())
        penalty = empirical_bernstein(end.summands * scale[:, None], span, log_term)
    else:
        predictions = running_predictions(end.summands, end.pilot)
        bottom = math.log(end.epsilon)
        widest = prediction_range(end.pilot)[1] - bottom
        penalty = _predicted(end.summands, predictions, predictions - bottom, widest, scale, log_term)
    return weighted_mean(end.summands, weights), penalty


def _predicted(values: Array, predictions: Array, ranges: Array, widest: float, scale: Array, log_term: float) -> float:
    """Return :func:`predicted_bernstein` of values weighted by ``scale``; ranges below 1 nat are taken as 1 nat."""
    column = scale[:, None]
    return predicted_bernstein(
        values * column,
        predictions * column,
        np.maximum(ranges, 1.0) * column,
        max(widest, 1.0) * float(scale.max()),
        log_term,
    )


def _asymptotic_upper(end: UpperEnd, weights: Array, log_term: float) -> tuple[float, float, float]:
    """Return mean, centre term and Monte-Carlo term; the two terms add up to one normal half-width.

    The variance of U over the centres is to first order ``Σ ν_k² Var(E_z x(c_k + z))``, at most ``Var(x)`` each.
    """
    quantile = normal_quantile(1.0 - math.exp(-log_term))
    x = end.summands
    variance = within_group_variance(x * (weights * len(weights))[:, None])
    monte_carlo = quantile * math.sqrt(variance / x.size)
    total = monte_carlo
    if end.kind == "pooled":
        total = quantile * math.sqrt(variance / x.size + variance / (len(x) * end.n))
    return weighted_mean(x, weights) + end.slack, total - monte_carlo, monte_carlo


def _asymptotic_lower(end: LowerEnd | None, weights: Array, log_term: float) -> tuple[float, float]:
    if end is None or end.summands.size == 0:
        return 0.0, 0.0
    scaled = end.summands * (weights * len(weights))[:, None]
    penalty = normal_quantile(1.0 - math.exp(-log_term)) * math.sqrt(within_group_variance(scaled) / scaled.size)
    return weighted_mean(end.summands, weights), penalty


def _point_estimate(
    estimator: str, upper_end: UpperEnd, end: LowerEnd | None, half: Array | None, weights: Array
) -> float:
    upper = weighted_mean(upper_end.summands, weights)
    if estimator == "richardson" and half is not None and upper_end.kind == "pooled":
        return 2.0 * upper - weighted_mean(half, weights)
    if estimator in ("upper", "richardson") or end is None or end.summands.size == 0:
        return upper
    lower = weighted_mean(end.summands, weights)
    return lower if estimator == "lower" else 0.5 * (upper + lower)
