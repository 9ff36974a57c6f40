"""The upper end's summands, by one of two upper bounds of the information (docs/theory/interval.md, Theorems 1 and 5).

*Pooled*: ``Σ w_i KL(p̂_i ‖ p̂̄)`` with own and pooled mixtures of the same centres. Its cost is that of the pooled
    density.

*Reference*: ``Σ w_i KL(p̂_i ‖ (1-η) q + η p̂_i) + ln(1 + η(m-1))`` for a fixed density q, here the mixture of the
    fresh draws, which are independent of the centres. Only the own mixture needs all centres, so many centres per
    input are cheap even where every input overlaps with every other; the information is the smallest such average
    over q.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from infoflow._random import derived_seed
from infoflow._types import Array, IntArray
from infoflow.estimators.points import centre_points, fresh_points
from infoflow.estimators.question import Mixtures, Question, log_ratios
from infoflow.mixtures.dispatch import grouped_log_density, log_density
from infoflow.mixtures.own import own_log_density

PAIR_BUDGET = 3e9
"""Kernel evaluations that a pooled pass of one layer may cost before fewer centres are pooled; about 2 CPU-seconds."""

_FEWEST_POOLED = 8
_TYPICAL_LOG_TERM = 6.0  # ln(1/δ) for which η balances its two costs; any value is valid

Kind = Literal["exact", "pooled", "reference"]


@dataclass(frozen=True)
class UpperEnd:
    """The upper end's summands.

    Attributes:
        summands: Log-ratio at points of the empirical mixtures, shape (m, q).
        kind: ``"exact"`` (p_i known), ``"pooled"`` or ``"reference"``.
        n: Centres per input that the summands depend on.
        eta: η of the reference bound; 0 otherwise.
        engine: Engine of the pooled or reference density.
    """

    summands: Array
    kind: Kind
    n: int
    eta: float
    engine: str

    def mean(self, weights: Array) -> float:
        """Return the weighted mean of the summands with the slack, in nats."""
        return float(np.sum(weights * self.summands.mean(axis=1))) + self.slack

    @property
    def slack(self) -> float:
        """``ln(1 + η(m-1))``: what the reference bound may lack, in nats."""
        return math.log1p(self.eta * (len(self.summands) - 1))


def pooled_mixtures(full: Mixtures, held: Array | None, queries_per_input: int, seed: int) -> Mixtures:
    """Return the mixtures of as many centres per input as a pooled pass can afford: all of them wherever possible.

    The fraction of pairs that the engine visits is measured on held-out fresh draws alone, so the choice depends
    neither on the centres nor on the points of the lower end, and costs no confidence.

    Args:
        full: Mixtures of all centres.
        held: Fresh draws that nothing else is evaluated on, shape (m, h, d), perhaps h = 0 (then every pair is taken
            to be visited); None for an exact layer. The mixtures also serve as decoders, which must not know the
            points they are evaluated on.
        queries_per_input: Points per input of the pass.
        seed: Seed of the noise.
    """
    m, n, _ = full.centres.shape
    pairs = float(m) * n * m * queries_per_input
    if held is None or pairs <= PAIR_BUDGET:
        return full
    visited = _visited_fraction(full, held, seed) if held.shape[1] else 1.0
    affordable = int(n * PAIR_BUDGET / (pairs * visited))
    if affordable >= n:
        return full
    return replace(full, centres=np.ascontiguousarray(full.centres[:, : max(_FEWEST_POOLED, affordable)]))


def pooled_upper_ends(
    mixtures: Mixtures, questions: Sequence[Question], q: int, seed: int, *, exact: bool
) -> dict[str, UpperEnd]:
    """Return the pooled upper end of each question at q points per input."""
    points, _ = centre_points(mixtures.centres, q, mixtures.beta, seed)
    ratios, engine = log_ratios(points, mixtures)
    kind: Kind = "exact" if exact else "pooled"
    n = mixtures.centres.shape[1]
    return {item.quantity: UpperEnd(ratios[item.quantity], kind, n, 0.0, engine) for item in questions}


def reference_upper_end(full: Mixtures, fresh: Array, q: int, seed: int) -> UpperEnd:
    """Return the reference upper end of I(X;T) at q points per input, q the mixture of the fresh draws.

    η balances its two costs: the slack η m, and McDiarmid's term, which grows with ln(1/η).
    """
    m, n, d = full.centres.shape
    points, _ = centre_points(full.centres, q, full.beta, seed)
    own = own_log_density(points, full.centres, beta=full.beta)
    r = fresh.shape[1]
    reference, report = log_density(
        points.reshape(m * q, d),
        fresh.reshape(m * r, d),
        beta=full.beta,
        weights=np.repeat(full.weights / r, r),
        tol=full.tol,
        engine=full.engine,
        report=True,
    )
    eta = math.sqrt(_TYPICAL_LOG_TERM / (2.0 * m * n)) / m
    mixed = np.logaddexp(reference.reshape(m, q) + math.log1p(-eta), own + math.log(eta))
    return UpperEnd(own - mixed, "reference", n, eta, report.engine)


def half_upper_ends(mixtures: Mixtures, q: int, seed: int) -> dict[str, Array]:
    """Return pooled log-ratios of the two halves of the centres, side by side, shape (m, 2q'), for Richardson."""
    n = mixtures.centres.shape[1] // 2
    per_half = max(2, 2 * (-(-q // 4)))
    parts: list[dict[str, Array]] = []
    for index, rows in enumerate((slice(0, n), slice(n, 2 * n))):
        half = replace(mixtures, centres=np.ascontiguousarray(mixtures.centres[:, rows]))
        points, _ = centre_points(half.centres, per_half, half.beta, seed + 1 + index)
        parts.append(log_ratios(points, half)[0])
    return {quantity: np.concatenate([part[quantity] for part in parts], axis=1) for quantity in parts[0]}


def _visited_fraction(full: Mixtures, fresh: Array, seed: int) -> float:
    """Return the fraction of pairs that the engine evaluates, from one noisy fresh draw of each input."""
    points, _ = fresh_points(np.ascontiguousarray(fresh[:, :1]), full.beta, derived_seed(seed, "pilot"))
    labels: IntArray | None = None
    grouped = grouped_log_density(
        points, fresh, beta=full.beta, weights=full.weights, labels=labels, tol=full.tol, engine=full.engine
    )
    if grouped.report is None or grouped.engine == "nufft":
        return 1e-9 if grouped.engine == "nufft" else 1.0
    return max(grouped.report.visited, 1e-9)
