"""``input_information`` and ``label_information``: I(X;T) and I(Y;T) of one layer with a confidence interval."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._result import Interval, warn_status
from infoflow._types import Array, ArrayLike, IntArray, Mode
from infoflow.estimators.evaluation import Evaluation, evaluate
from infoflow.estimators.exact_information import check_information_sampling, exact_interval
from infoflow.estimators.independence import check_independent
from infoflow.estimators.interval import ESTIMATORS, assemble
from infoflow.estimators.precision import check_resolved, middle
from infoflow.estimators.question import Mixtures, Question, input_question, label_question

MODES: tuple[Mode, ...] = ("certified", "asymptotic")
_EXACT_POINTS = 32_768


def input_information(
    centres: ArrayLike,
    fresh: ArrayLike | None = None,
    *,
    beta: float,
    confidence: float = 0.95,
    mode: Mode = "certified",
    exact: bool = False,
    weights: ArrayLike | None = None,
    queries_per_input: int | None = None,
    estimator: str = "midpoint",
    seed: int = 0,
    tol: float = 1e-9,
    engine: str = "auto",
    sampling: str = "auto",
) -> Interval:
    """Return a confidence interval for I(X;T), ``T = S + Z``, from independent draws of S given every input.

    The upper end averages ``ln(p̂_i/p̂̄)`` over the empirical mixtures (biased up, joint convexity of the divergence); the
    lower end averages a decoder's log-ratio over fresh draws (biased down, Barber–Agakov). The true value lies between
    their expectations for every n, and the interval adds what chance may have done.

    Args:
        centres: Noiseless draws of S given each input, shape (m, n, d); every input of X enumerated once.
        fresh: Further draws, independent of ``centres``, shape (m, r, d); may be None where ``exact``.
        beta: Noise standard deviation, > 0; the noise is added here.
        confidence: Probability with which the interval covers I(X;T).
        mode: ``"certified"``: finite-sample and distribution-free; ``"asymptotic"``: normal quantiles, narrower.
        exact: S is deterministic given x (the first layer); then n = 1 and only Monte-Carlo noise remains.
        weights: Probabilities of the inputs, shape (m,); None for equal ones.
        queries_per_input: Points of each empirical mixture; None for as many as fresh draws.
        estimator: Point estimate: ``"midpoint"`` of both means, ``"upper"`` (U), ``"lower"`` (L), or ``"richardson"``
            (``2U(n) - U(n/2)``, which removes the bias in 1/n and costs another pass).
        seed: Seed of the noise.
        tol: Relative tolerance of the densities.
        engine: See :func:`infoflow.log_density`.
        sampling: How the noise of an exact layer is sampled in asymptotic mode: as in
            :func:`infoflow.smoothed_entropy`. Everywhere else ``"auto"`` means ``"plain"``, and nothing else is
            allowed: the certified ends rest on independent bounded summands (Lemma 4), which points drawn at every
            centre with independent noise are, while Sobol points depend on one another, controls are unbounded, and
            nodes have no error that chance bounds (docs/theory/sampling.md).

    Returns:
        The interval, in nats, between 0 and ``H(X)`` (ln m for equal weights). Too few draws give a wide interval with
        a status, never NaN.

    Raises:
        TypeError: An argument is of the wrong type, or ``fresh`` is missing.
        ValueError: Shapes do not match, a setting is out of range, or ``sampling`` is not allowed here.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0`` (I(X;T) would be ln m whatever the weights), ``fresh`` repeats ``centres``, or a
            draw lies too far out (1e12 beta) for double precision to resolve the noise.

    Source: docs/theory/interval.md, Theorems 1 to 3; [BA03].
    """
    problem = Problem(centres, fresh, None, beta, weights, exact, tol, engine)
    return _single(problem, "I(X;T)", confidence, mode, estimator, queries_per_input, seed, sampling)


def label_information(
    centres: ArrayLike,
    fresh: ArrayLike | None,
    labels: Any,
    *,
    beta: float,
    confidence: float = 0.95,
    mode: Mode = "certified",
    exact: bool = False,
    weights: ArrayLike | None = None,
    queries_per_input: int | None = None,
    estimator: str = "midpoint",
    seed: int = 0,
    tol: float = 1e-9,
    engine: str = "auto",
    sampling: str = "auto",
) -> Interval:
    """Return a confidence interval for I(Y;T), Y the class of the input.

    As :func:`input_information` with classes in the place of inputs: ``p̂_y`` is the weighted mean of ``p̂_i`` over
    class y.

    Args:
        centres: Noiseless draws of S given each input, shape (m, n, d).
        fresh: Further draws, independent of ``centres``, shape (m, r, d); may be None where ``exact``.
        labels: Class of each input, shape (m,), integers.
        beta: Noise standard deviation, > 0.
        confidence: As in :func:`input_information`.
        mode: As in :func:`input_information`.
        exact: As in :func:`input_information`.
        weights: As in :func:`input_information`.
        queries_per_input: As in :func:`input_information`.
        estimator: As in :func:`input_information`.
        seed: As in :func:`input_information`.
        tol: As in :func:`input_information`.
        engine: As in :func:`input_information`.
        sampling: As in :func:`input_information`.

    Returns:
        The interval, in nats, between 0 and H(Y).

    Raises:
        TypeError: An argument is of the wrong type, or ``fresh`` is missing.
        ValueError: Shapes do not match, a setting is out of range, or ``sampling`` is not allowed here.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``, or ``fresh`` repeats ``centres``.

    Source: docs/theory/interval.md, Theorems 1 to 3; [BA03].
    """
    if labels is None:
        raise TypeError("labels must be given: one class per input, got None")
    problem = Problem(centres, fresh, labels, beta, weights, exact, tol, engine)
    return _single(problem, "I(Y;T)", confidence, mode, estimator, queries_per_input, seed, sampling)


class Problem:
    """Checked arguments of one layer: mixtures, fresh draws and the questions that can be asked."""

    mixtures: Mixtures
    fresh: Array | None
    questions: dict[str, Question]
    exact: bool

    def __init__(
        self,
        centres: ArrayLike,
        fresh: ArrayLike | None,
        labels: Any | None,
        beta: float,
        weights: ArrayLike | None,
        exact: bool,
        tol: float,
        engine: str,
    ) -> None:
        c = _checks.as_float64("centres", centres, shape="m n d")
        m = c.shape[0]
        scale = _checks.positive_beta(beta, m=m)
        probabilities = _checks.as_weights("weights", weights, m=m)
        classes: IntArray | None = None if labels is None else _checks.as_labels("labels", labels, m=m)
        self.exact = bool(exact)
        self.fresh = None if self.exact else _checked_fresh(fresh, c)
        centre = middle(c)
        check_resolved("centres", c, centre, scale)
        if self.fresh is not None:
            check_resolved("fresh", self.fresh, centre, scale)
        if self.exact:
            c = _single_centres(c)
        self.mixtures = Mixtures(c, scale, probabilities, classes, tol, engine)
        self.questions = {"I(X;T)": input_question(probabilities)}
        if classes is not None:
            self.questions["I(Y;T)"] = label_question(probabilities, classes)

    def evaluate(
        self, quantities: Sequence[str], queries_per_input: int | None, estimator: str, seed: int
    ) -> Evaluation:
        """Evaluate all log-ratios; ``queries_per_input`` None: as many as fresh draws, or 32 768 in all."""
        if queries_per_input is None:
            m = self.mixtures.centres.shape[0]
            queries = max(2, math.ceil(_EXACT_POINTS / m)) if self.fresh is None else self.fresh.shape[1]
        else:
            queries = _checks.as_count("queries_per_input", queries_per_input)
        return evaluate(
            self.mixtures,
            self.fresh,
            [self.questions[quantity] for quantity in quantities],
            queries_per_input=queries,
            exact=self.exact,
            richardson=estimator == "richardson",
            seed=seed,
        )


def _single(
    problem: Problem,
    quantity: str,
    confidence: float,
    mode: Mode,
    estimator: str,
    queries_per_input: int | None,
    seed: int,
    sampling: str,
) -> Interval:
    level = _checks.probability("confidence", confidence)
    _checks.one_of("mode", mode, MODES)
    _checks.one_of("estimator", estimator, ESTIMATORS)
    queries = None if queries_per_input is None else _checks.as_count("queries_per_input", queries_per_input)
    m, _, d = problem.mixtures.centres.shape
    check_information_sampling(sampling, mode, exact=problem.exact, m=m, d=d, queries=queries)
    if mode == "asymptotic" and problem.exact and sampling != "plain":
        interval = exact_interval(
            problem.mixtures,
            problem.questions[quantity],
            queries_per_input=queries,
            confidence=level,
            estimator=estimator,
            seed=seed,
            name=sampling,
        )
        warn_status(quantity, interval.status, interval.message, stacklevel=4)
        return interval
    evaluation = problem.evaluate([quantity], queries_per_input, estimator, seed)
    interval = assemble(
        evaluation,
        problem.questions[quantity],
        problem.mixtures.weights,
        confidence=level,
        mode=mode,
        estimator=estimator,
    )
    warn_status(quantity, interval.status, interval.message, stacklevel=4)
    return interval


def _checked_fresh(fresh: ArrayLike | None, centres: Array) -> Array:
    if fresh is None:
        raise TypeError("fresh must be independent draws of shape (m, r, d), got None: only an exact layer needs none")
    draws = _checks.as_float64("fresh", fresh, shape="m r d")
    m, _, d = centres.shape
    if draws.shape[0] != m or draws.shape[2] != d:
        raise ValueError(f"fresh must have shape (m={m}, r, d={d}) as centres have, got {draws.shape}")
    check_independent(centres, draws)
    return draws


def _single_centres(centres: Array) -> Array:
    if not np.array_equal(centres, np.broadcast_to(centres[:, :1], centres.shape)):
        raise IllPosedError(
            "exact must be False here: the draws of one input differ, so S is not deterministic given x"
        )
    return np.ascontiguousarray(centres[:, :1])
