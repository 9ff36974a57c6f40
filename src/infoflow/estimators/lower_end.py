"""The lower end's summands: a decoder chosen on held-out fresh draws, evaluated on the others."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from infoflow._types import Array
from infoflow.estimators.concentration import empirical_bernstein
from infoflow.estimators.decoders import DEFENCES, Decoder, defend, gaussian_decoders, mixture_decoders
from infoflow.estimators.question import Mixtures, Question
from infoflow.estimators.strategy import Strategy

_HELD_OUT_POINTS = 4096
_WORTHWHILE = 0.002  # nats that another decoder must gain
_COSTLY_PAIRS = 1e9
_COSTLY_GAIN = 0.03  # nats that a decoder must gain to be worth a visit to so many pairs
_SELECTION_LOG_TERM = 3.0  # ln(1/.05): the confidence at which candidates are compared; it carries no guarantee


@dataclass(frozen=True)
class LowerEnd:
    """The lower end's summands.

    Attributes:
        summands: ``ln(q_i(t)/q̄(t))`` of the defended decoder at fresh points, shape (m, r).
        epsilon: Weight of the defence; every summand is at least its logarithm.
        decoder: Name of the decoder.
        pilot: The same at held-out points, shape (m, h), by which the summands are predicted; None without any.
    """

    summands: Array
    epsilon: float
    decoder: str
    pilot: Array | None = None


def held_out(m: int, r: int) -> int:
    """Return how many fresh draws of each input, the first ones, serve for choices only and never for evaluation."""
    return min(max(1, -(-_HELD_OUT_POINTS // m)), r // 4)


def exact_lower_end(ratio: Array) -> LowerEnd:
    """Return the lower end of a layer whose p_i are known: its own posterior, with a defence of one part in all points.

    Args:
        ratio: ``ln(p_i/p̄)`` at points of p_i, shape (m, q).
    """
    epsilon = min(1e-2, max(1e-5, 1.0 / ratio.size))
    return LowerEnd(defend(ratio, epsilon), epsilon, "exact posterior")


def lower_ends(
    strategy: Strategy, full: Mixtures, points: Array, questions: Sequence[Question], upper: Mapping[str, float]
) -> dict[str, LowerEnd]:
    """Return the lower end of each question.

    Args:
        strategy: The decoders to try.
        full: The mixtures of all centres, from which Gaussians are fitted if none are yet.
        points: Fresh noisy points, shape (m, r, d).
        questions: The informations asked for.
        upper: Mean of the upper end by quantity: no decoder can promise more, so none is tried where little is missing.
    """
    m, r, _ = points.shape
    n_held = held_out(m, r)
    if n_held == 0:  # too few draws to choose with: the first decoder, and a defence chosen beforehand
        decoder = next(_candidates(strategy, full))
        ratios = decoder.ratios(points)
        return {q.quantity: LowerEnd(defend(ratios[q.quantity], 1e-2), 1e-2, decoder.name) for q in questions}
    held, used = np.ascontiguousarray(points[:, :n_held]), np.ascontiguousarray(points[:, n_held:])
    chosen = _chosen(strategy, full, held, questions, upper, used.shape[1])
    decoders = {trial.decoder.name: trial.decoder for trial in chosen.values()}
    ratios_of = {name: decoder.ratios(used) for name, decoder in decoders.items()}
    return {
        quantity: LowerEnd(
            defend(ratios_of[trial.decoder.name][quantity], trial.epsilon),
            trial.epsilon,
            trial.decoder.name,
            _pilot(trial, strategy.pilot.get(quantity)),
        )
        for quantity, trial in chosen.items()
    }


def _pilot(trial: "_Trial", more: Array | None) -> Array:
    """Return what summands are predicted from: those at held-out points, and more of a like decoder if there are."""
    if more is None:
        return trial.summands
    return np.concatenate([trial.summands, defend(more, trial.epsilon)], axis=1)


def _candidates(strategy: Strategy, full: Mixtures) -> Iterator[Decoder]:
    if strategy.mixture_decoders:
        yield from mixture_decoders(strategy.pooled)
    yield from _gaussian_candidates(strategy, full)


def _gaussian_candidates(strategy: Strategy, full: Mixtures) -> Iterator[Decoder]:
    return gaussian_decoders(full) if strategy.gaussian_decoders is None else iter(strategy.gaussian_decoders)


class _Trial(NamedTuple):
    """A decoder with the defence that suits it best, the lower end it promises, and what it gave on held-out draws."""

    score: float
    mean: float
    summands: Array
    decoder: Decoder
    epsilon: float


def _chosen(
    strategy: Strategy, full: Mixtures, held: Array, questions: Sequence[Question], upper: Mapping[str, float], r: int
) -> dict[str, _Trial]:
    """Return the most promising decoder for each question; a wider mixture is tried only after a gain by the last."""
    best: dict[str, _Trial] = {}

    def missing() -> float:
        return max((upper[quantity] - trial.mean for quantity, trial in best.items()), default=math.inf)

    if strategy.mixture_decoders:
        for decoder in mixture_decoders(strategy.pooled):
            if not _improve(best, decoder, held, questions, full.weights, r) or missing() < _WORTHWHILE:
                break
    for decoder in _gaussian_candidates(strategy, full):
        if missing() > _needed_gain(decoder, held.shape[0], r):
            _improve(best, decoder, held, questions, full.weights, r)
    return best


def _needed_gain(decoder: Decoder, m: int, r: int) -> float:
    return _COSTLY_GAIN if decoder.costly and m * m * r > _COSTLY_PAIRS else _WORTHWHILE


def _improve(
    best: dict[str, _Trial],
    decoder: Decoder,
    held: Array,
    questions: Sequence[Question],
    weights: Array,
    r: int,
) -> bool:
    """Enter the decoder wherever it promises a higher lower end; return whether it does anywhere."""
    ratios = decoder.ratios(held)
    needed = _needed_gain(decoder, held.shape[0], r) if best else 0.0
    better = False
    for question in questions:
        trial = _trial(decoder, ratios[question.quantity], question, weights, r)
        if question.quantity not in best or trial.score > best[question.quantity].score + needed:
            best[question.quantity] = trial
            better = True
    return better


def _trial(decoder: Decoder, ratio: Array, question: Question, weights: Array, r: int) -> _Trial:
    """Return the decoder with its best defence, scored by the lower end it promises on r draws per input."""
    trials: list[_Trial] = []
    shrink = np.sqrt(ratio.shape[1] / r)  # the penalty of r draws, guessed from the held-out ones
    for epsilon in DEFENCES:
        summands = defend(ratio, epsilon)
        span = float(-question.log_prior.min()) - np.log(epsilon)
        penalty = shrink * empirical_bernstein(summands, span * shrink, _SELECTION_LOG_TERM)
        mean = float(np.sum(weights * summands.mean(axis=1)))
        trials.append(_Trial(mean - penalty, mean, summands, decoder, epsilon))
    return max(trials, key=lambda trial: trial.score)
