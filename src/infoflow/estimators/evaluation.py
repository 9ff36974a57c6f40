"""Everything random about an interval, done once: the log-ratios at all evaluation points of one layer.

From these numbers both informations, both modes and every point estimate follow without another density.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array
from infoflow.estimators.lower_end import LowerEnd, exact_lower_end, held_out, lower_ends
from infoflow.estimators.points import fresh_points
from infoflow.estimators.question import Mixtures, Question
from infoflow.estimators.strategy import choose_strategy
from infoflow.estimators.upper_end import UpperEnd, half_upper_ends, pooled_upper_ends, reference_upper_end


@dataclass(frozen=True)
class Evaluation:
    """What was evaluated of one layer.

    Attributes:
        upper: The upper end's summands by quantity.
        lower: The lower end's summands by quantity; empty without fresh draws.
        half: Log-ratios of half the centres by quantity, where a Richardson estimate was asked for.
        m: Inputs.
        n: Centres per input.
        d: Dimension.
        tol: Relative tolerance of the densities.
    """

    upper: dict[str, UpperEnd]
    lower: dict[str, LowerEnd]
    half: dict[str, Array]
    m: int
    n: int
    d: int
    tol: float


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

    Where pooling all centres would be a waste, fewer are pooled, and the upper end of I(X;T) comes from the reference
    bound wherever its pooled bound with those few would be wide.

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
    held = None if fresh is None else np.ascontiguousarray(fresh[:, : held_out(m, fresh.shape[1])])
    strategy = choose_strategy(mixtures, held, q, seed)
    reference = strategy.reference
    by_pooling = [item for item in questions if reference is None or item.quantity != "I(X;T)"]
    upper: dict[str, UpperEnd] = {}
    if by_pooling:
        upper = pooled_upper_ends(strategy.pooled, by_pooling, strategy.q, seed, exact=exact)
    lower: dict[str, LowerEnd] = {}
    if exact:
        lower = {quantity: exact_lower_end(end.summands) for quantity, end in upper.items()}
    elif fresh is not None:
        if reference is not None and len(by_pooling) < len(questions):
            upper["I(X;T)"] = reference_upper_end(strategy.own, reference, q, seed)
        means = {quantity: end.mean(mixtures.weights) for quantity, end in upper.items()}
        points, _ = fresh_points(fresh, mixtures.beta, seed)
        lower = lower_ends(strategy, mixtures, points, questions, means)
    half = half_upper_ends(strategy.pooled, q, seed) if richardson and n >= 2 and not exact else {}
    return Evaluation(upper, lower, half, m, n, d, mixtures.tol)
