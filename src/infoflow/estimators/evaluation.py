"""Everything random about an interval, done once: the log-ratios at all evaluation points of one layer.

From these numbers both informations, both modes and every point estimate follow without another density.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array
from infoflow.estimators.concentration import empirical_bernstein
from infoflow.estimators.decoders import DEFENCES, Decoder, candidates, defend
from infoflow.estimators.points import centre_points, fresh_points
from infoflow.estimators.question import Mixtures, Question, log_ratios

_HELD_OUT_POINTS = 4096
_SELECTION_LOG_TERM = 3.0  # ln(1/.05): the confidence at which candidates are compared; it carries no guarantee


@dataclass(frozen=True)
class LowerEnd:
    """The lower end's summands.

    Attributes:
        summands: ``ln(q_i(t)/q̄(t))`` of the defended decoder at fresh points, shape (m, r).
        epsilon: Weight of the defence; every summand is at least its logarithm.
        decoder: Name of the decoder.
    """

    summands: Array
    epsilon: float
    decoder: str


@dataclass(frozen=True)
class Evaluation:
    """What was evaluated of one layer.

    Attributes:
        upper: ``ln(p̂_{g(i)}(t)/p̂̄(t))`` at points of the empirical mixtures, by quantity, each (m, q).
        lower: The lower end's summands by quantity; empty without fresh draws.
        half: As ``upper`` for mixtures of half the centres, where a Richardson estimate was asked for.
        exact: Whether the mixtures are the truth (S deterministic given x), so that no centre is random.
        m: Inputs.
        n: Centres per input.
        d: Dimension.
        engine: Engine of the pooled log-densities.
    """

    upper: dict[str, Array]
    lower: dict[str, LowerEnd]
    half: dict[str, Array]
    exact: bool
    m: int
    n: int
    d: int
    engine: str


def evaluate(
    mixtures: Mixtures,
    fresh: Array | None,
    questions: Sequence[Question],
    *,
    queries_per_input: int,
    exact: bool,
    richardson: bool,
    seed: int,
) -> Evaluation:
    """Evaluate all log-ratios that the intervals of one layer need; arguments already checked.

    Args:
        mixtures: Centres (m, n, d), noise, weights and labels.
        fresh: Draws of S independent of the centres, shape (m, r, d); None where ``exact``.
        questions: The informations asked for.
        queries_per_input: Points of the empirical mixture per input; rounded up to an even number.
        exact: Whether S is deterministic given x; then the upper end's points serve the lower end as well.
        richardson: Whether to evaluate the mixtures of half the centres too.
        seed: Seed of all noise.
    """
    m, n, d = mixtures.centres.shape
    q = queries_per_input + queries_per_input % 2
    points, _ = centre_points(mixtures.centres, q, mixtures.beta, seed)
    upper, engine = log_ratios(points, mixtures)
    lower: dict[str, LowerEnd] = {}
    if exact:
        epsilon = min(1e-2, max(1e-5, 1.0 / (m * q)))
        lower = {
            question.quantity: LowerEnd(defend(upper[question.quantity], epsilon), epsilon, "exact posterior")
            for question in questions
        }
    elif fresh is not None:
        lower = _lower_ends(mixtures, fresh_points(fresh, mixtures.beta, seed)[0], questions)
    half = _half_ratios(mixtures, q, seed) if richardson and n >= 2 and not exact else {}
    return Evaluation(upper, lower, half, exact, m, n, d, engine)


def _lower_ends(mixtures: Mixtures, points: Array, questions: Sequence[Question]) -> dict[str, LowerEnd]:
    m, r, _ = points.shape
    n_held = min(max(1, -(-_HELD_OUT_POINTS // m)), r // 4)
    decoders = list(candidates(mixtures))
    if n_held == 0:  # too few draws to choose with: the mixture as it is, and a defence chosen beforehand
        ratios = decoders[0].ratios(points)
        return {q.quantity: LowerEnd(defend(ratios[q.quantity], 1e-2), 1e-2, decoders[0].name) for q in questions}
    held, used = np.ascontiguousarray(points[:, :n_held]), np.ascontiguousarray(points[:, n_held:])
    trials = [decoder.ratios(held) for decoder in decoders]
    result: dict[str, LowerEnd] = {}
    evaluated: dict[str, dict[str, Array]] = {}
    for question in questions:
        decoder, epsilon = _best(decoders, trials, question, mixtures.weights, used.shape[1])
        if decoder.name not in evaluated:
            evaluated[decoder.name] = decoder.ratios(used)
        ratio = evaluated[decoder.name][question.quantity]
        result[question.quantity] = LowerEnd(defend(ratio, epsilon), epsilon, decoder.name)
    return result


def _best(
    decoders: Sequence[Decoder],
    trials: Sequence[dict[str, Array]],
    question: Question,
    weights: Array,
    r: int,
) -> tuple[Decoder, float]:
    """Return the decoder and the defence whose lower end promises to be highest on r draws per input."""
    best: tuple[float, Decoder, float] | None = None
    for decoder, trial in zip(decoders, trials, strict=True):
        for epsilon in DEFENCES:
            summands = defend(trial[question.quantity], epsilon)
            span = float(-question.log_prior.min()) - np.log(epsilon)
            mean = float(np.sum(weights * summands.mean(axis=1)))
            # the penalty of r draws, guessed from the held-out ones
            shrink = np.sqrt(summands.shape[1] / r)
            score = mean - shrink * empirical_bernstein(summands, span * shrink, _SELECTION_LOG_TERM)
            if best is None or score > best[0]:
                best = (score, decoder, epsilon)
    if best is None:
        raise ValueError("no decoder to choose from")
    return best[1], best[2]


def _half_ratios(mixtures: Mixtures, q: int, seed: int) -> dict[str, Array]:
    """Return log-ratios of the two halves of the centres, side by side, shape (m, 2q')."""
    n = mixtures.centres.shape[1] // 2
    per_half = max(2, 2 * (-(-q // 4)))
    parts: list[dict[str, Array]] = []
    for index, rows in enumerate((slice(0, n), slice(n, 2 * n))):
        centres = np.ascontiguousarray(mixtures.centres[:, rows])
        half = Mixtures(centres, mixtures.beta, mixtures.weights, mixtures.labels, mixtures.tol, mixtures.engine)
        points, _ = centre_points(centres, per_half, mixtures.beta, seed + 1 + index)
        parts.append(log_ratios(points, half)[0])
    return {quantity: np.concatenate([part[quantity] for part in parts], axis=1) for quantity in parts[0]}
