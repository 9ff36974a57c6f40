"""Information under multiplicative Gaussian noise, ``T = S (1 + s Z)`` element by element (information dropout).

The theorems behind the interval (docs/theory/interval.md) use of the noise only that its kernel is a probability
density: Jensen's inequality needs ``E p̂_i = p_i``, the bounded differences need ``∫ kernel = 1``, the lower end
holds for any decoder. They hold for the kernel ``N(c, diag(s c)²)`` as they do for ``N(c, beta² I)``.
"""

import math
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._random import stream
from infoflow._result import Estimate, Interval, warn_status
from infoflow._types import Array, ArrayLike, Mode
from infoflow.estimators.decoders import defend
from infoflow.estimators.evaluation import Evaluation
from infoflow.estimators.information import MODES, Problem
from infoflow.estimators.interval import assemble
from infoflow.estimators.lower_end import LowerEnd, exact_lower_end
from infoflow.estimators.question import Mixtures
from infoflow.estimators.scaled_mixtures import check_nonzero, rounding, scaled_log_ratios, scaled_noise_entropy
from infoflow.estimators.upper_end import UpperEnd

ESTIMATORS = ("midpoint", "upper", "lower")
_EXACT_POINTS = 32_768
_WIDER = (1.0, 1.5, 2.5)
_DEFENCE = 1e-2
_HELD_OUT = 4
_ENGINE = "matrix products"


def multiplicative_information(
    centres: ArrayLike,
    fresh: ArrayLike | None = None,
    *,
    s: float,
    labels: Any | None = None,
    confidence: float = 0.95,
    mode: Mode = "certified",
    exact: bool = False,
    weights: ArrayLike | None = None,
    queries_per_input: int | None = None,
    estimator: str = "midpoint",
    seed: int = 0,
) -> Interval:
    """Return an interval for I(X;T), or I(Y;T) where labels are given, of ``T = S (1 + s Z)``, ``Z ~ N(0, I)``.

    Upper end: mean of ``ln(p̂_i/p̂̄)`` over the mixtures of ``N(c_ik, diag(s c_ik)²)``, biased up; lower end: such
    mixtures, perhaps with a wider s, as decoders at fresh points, biased down; both unbiased in an exact layer.

    Args:
        centres: Noiseless draws of S given each input, none zero, shape (m, n, d).
        fresh: Further draws, independent of ``centres``, shape (m, r, d); may be None where ``exact``.
        s: Noise strength, > 0: the standard deviation of T relative to S.
        labels: Class of each input, shape (m,), for I(Y;T).
        confidence: Probability with which the interval covers the truth.
        mode: ``"certified"`` or ``"asymptotic"``.
        exact: S is deterministic given x (the first noisy layer).
        weights: Probabilities of the inputs, shape (m,); None for equal ones.
        queries_per_input: Points of each empirical mixture; None for as many as fresh draws, or 32 768 in all.
        estimator: ``"midpoint"``, ``"upper"`` or ``"lower"``.
        seed: Seed of the noise.

    Returns:
        The interval, in nats, between 0 and H(X), or H(Y).

    Raises:
        TypeError: An argument is of the wrong type, or ``fresh`` is missing.
        ValueError: Shapes do not match, or a setting is out of range.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``s <= 0``, a value of S is zero, or ``fresh`` repeats ``centres``.

    Source: theory, section 8 (Adilova et al., ICLR 2023, for the conditional law); docs/theory/interval.md.
    """
    strength = _strength(s)
    level = _checks.probability("confidence", confidence)
    _checks.one_of("mode", mode, MODES)
    _checks.one_of("estimator", estimator, ESTIMATORS)
    problem = Problem(centres, fresh, labels, strength, weights, exact, 0.5, "direct")
    mixtures = problem.mixtures
    check_nonzero("centres", mixtures.centres)
    if problem.fresh is not None:
        check_nonzero("fresh", problem.fresh)
    quantity = "I(X;T)" if labels is None else "I(Y;T)"
    evaluation = _evaluate(mixtures, problem.fresh, quantity, _n_queries(queries_per_input, problem), seed)
    interval = assemble(
        evaluation, problem.questions[quantity], mixtures.weights, confidence=level, mode=mode, estimator=estimator
    )
    warn_status(quantity, interval.status, interval.message)
    return interval


def multiplicative_conditional_entropy(centres: ArrayLike, *, s: float, weights: ArrayLike | None = None) -> Estimate:
    """Return ``h(T|X) = Σ_i w_i Σ_j ln(s |f_j(x_i)| sqrt(2πe))`` of the first noisy layer, in closed form.

    Args:
        centres: S of each input, none zero, shape (m, d).
        s: Noise strength, > 0.
        weights: Probabilities of the inputs, shape (m,); None for equal ones.

    Returns:
        The entropy in nats, without error.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shapes.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``s <= 0``, or a value of S is zero.

    Source: theory, section 8; Adilova et al., ICLR 2023.
    """
    strength = _strength(s)
    values = _checks.as_float64("centres", centres, shape="m d")[:, None]
    check_nonzero("centres", values)
    probabilities = _checks.as_weights("weights", weights, m=len(values))
    entropy = float(probabilities @ scaled_noise_entropy(values, strength)[:, 0])
    return Estimate(nats=entropy, stderr=0.0, n=1, d=values.shape[2], quantity="h(T|X)")


def _strength(s: Any) -> float:
    value = _checks.as_number("s", s)
    if not (value > 0 and math.isfinite(value)):
        raise IllPosedError(
            f"s must be a finite noise strength > 0, got {value:g}: without noise the information of a layer is "
            "constant or infinite; add noise, or use the clustering measures"
        )
    return value


def _n_queries(queries_per_input: int | None, problem: Problem) -> int:
    if queries_per_input is not None:
        count = _checks.as_count("queries_per_input", queries_per_input)
    elif problem.fresh is None:
        count = max(2, math.ceil(_EXACT_POINTS / len(problem.mixtures.centres)))
    else:
        count = problem.fresh.shape[1]
    return count + count % 2


def _evaluate(mixtures: Mixtures, fresh: Array | None, quantity: str, q: int, seed: int) -> Evaluation:
    centres, s = mixtures.centres, mixtures.beta
    m, n, d = centres.shape
    ratios = _ratios(_centre_points(centres, q, s, seed), mixtures, s)[quantity]
    exact = fresh is None
    upper = UpperEnd(ratios, "exact" if exact else "pooled", n, 0.0, _ENGINE)
    if fresh is None:
        lower = exact_lower_end(ratios)
    else:
        noise = stream(seed, "multiplicative noise of the fresh draws").standard_normal(fresh.shape)
        lower = _lower_end(mixtures, fresh * (1.0 + s * noise), quantity)
    return Evaluation({quantity: upper}, {quantity: lower}, {}, m, n, d, rounding(d, s))


def _lower_end(mixtures: Mixtures, points: Array, quantity: str) -> LowerEnd:
    """Return the lower end of the mixtures with the best width on a quarter of the points, at the other points."""
    n_held = points.shape[1] // _HELD_OUT
    factor = 1.0
    if n_held:
        trials = [_ratios(points[:, :n_held], mixtures, mixtures.beta * wider)[quantity] for wider in _WIDER]
        means = [float(np.sum(mixtures.weights * defend(trial, _DEFENCE).mean(axis=1))) for trial in trials]
        factor = _WIDER[int(np.argmax(means))]
    ratio = _ratios(points[:, n_held:], mixtures, mixtures.beta * factor)[quantity]
    return LowerEnd(defend(ratio, _DEFENCE), _DEFENCE, f"mixture of strength {factor:g} s")


def _ratios(points: Array, mixtures: Mixtures, s: float) -> dict[str, Array]:
    return scaled_log_ratios(points, mixtures.centres, s, mixtures.weights, mixtures.labels)


def _centre_points(centres: Array, q: int, s: float, seed: int) -> Array:
    """Return q points of every input's mixture; consecutive pairs come from one group of centres, q even."""
    m, n, d = centres.shape
    generator = stream(seed, "multiplicative points of the empirical mixtures")
    groups = q // 2
    position = (np.repeat(np.arange(groups), 2) + generator.random((m, q))) * (n / groups)
    chosen = np.minimum(position.astype(np.int64), n - 1)
    own = np.take_along_axis(centres, chosen[:, :, None], axis=1)
    return own * (1.0 + s * generator.standard_normal((m, q, d)))
