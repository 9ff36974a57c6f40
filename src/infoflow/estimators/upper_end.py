"""The upper end's summands, by one of two upper bounds of the information (docs/theory/interval.md, Theorems 1 and 5).

*Pooled*: ``Σ w_i KL(p̂_i ‖ p̂̄)`` with own and pooled mixtures of the same centres. Its cost is that of the pooled
    density, and a single centre moves every summand.

*Reference*: ``Σ w_i KL(p̂_i ‖ (1-η) q + η p̂_i) + ln(1 + η(m-1))`` for a density q that is independent of the centres
    of the p̂_i. Only the own mixture needs many centres, the summands of different blocks of centres are independent,
    and the information is the smallest such average over q.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from infoflow._types import Array
from infoflow.estimators.gaussians import ROUNDING_ALLOWANCE
from infoflow.estimators.points import block_points, centre_points
from infoflow.estimators.question import Mixtures, Question, log_ratios
from infoflow.mixtures.own import own_log_density

CLIP_BELOW = 1.5
"""How far below zero the upper end's summand may reach before it is clipped: nats, P(x < -a) <= e^-a under p̂."""

_TYPICAL_LOG_TERM = 6.0  # ln(1/δ) for which η balances its two costs; any value is valid
_HEADROOM = 1.0  # nats that a prediction stays below the largest summand
_ENOUGH_BLOCKS = 2048
_FEWEST_PER_BLOCK = 64

Kind = Literal["exact", "pooled", "reference"]


@dataclass(frozen=True)
class UpperEnd:
    """The upper end's summands.

    Attributes:
        summands: Log-ratios at points of the empirical mixtures, shape (m, q); for ``"reference"`` their means over
            the points of a block of centres, clipped below, shape (m, blocks).
        kind: ``"exact"`` (p_i known), ``"pooled"`` or ``"reference"``.
        n: Centres per input that the summands depend on.
        eta: η of the reference bound; 0 otherwise.
        engine: Engine of the pooled or reference density.
        pilot: Predictions of the reference bound's summands of each input, shape (m, h), h >= 0.
        points: Points that a summand is the mean of.
    """

    summands: Array
    kind: Kind
    n: int
    eta: float
    engine: str
    pilot: Array | None = None
    points: int = 1

    def mean(self, weights: Array) -> float:
        """Return the weighted mean of the summands with the slack, in nats."""
        return float(np.sum(weights * self.summands.mean(axis=1))) + self.slack

    @property
    def slack(self) -> float:
        """``ln(1 + η(m-1))``: what the reference bound may lack, in nats."""
        if self.kind != "reference":
            return 0.0
        return math.log1p(self.eta * (len(self.summands) - 1)) + ROUNDING_ALLOWANCE


@dataclass(frozen=True)
class Reference:
    """A density q on its own.

    Attributes:
        name: How tables call it.
        log_density: The function from points (m, q, d) to ``ln q``, (m, q).
        pilot: Predictions of ``ln(p_i/q)`` of each input, shape (m, h); None without any.
    """

    name: str
    log_density: Callable[[Array], Array]
    pilot: Array | None = None


def pooled_upper_ends(
    mixtures: Mixtures, questions: Sequence[Question], q: int, seed: int, *, exact: bool
) -> dict[str, UpperEnd]:
    """Return the pooled upper end of each question at q points per input."""
    points, _ = centre_points(mixtures.centres, q, mixtures.beta, seed)
    ratios, engine = log_ratios(points, mixtures)
    kind: Kind = "exact" if exact else "pooled"
    n = mixtures.centres.shape[1]
    return {item.quantity: UpperEnd(ratios[item.quantity], kind, n, 0.0, engine) for item in questions}


def reference_upper_end(own: Mixtures, reference: Reference, q: int, seed: int) -> UpperEnd:
    """Return the reference upper end of I(X;T) at about q points per input.

    The centres of an input are cut into blocks, each with a mixture and points of its own. η balances its two costs:
    the slack η m, and the range of a summand, which grows with ln(1/η).

    Args:
        own: Mixtures of centres that ``reference`` does not depend on.
        reference: The density q.
        q: Points per input.
        seed: Seed of the points.
    """
    m, n, d = own.centres.shape
    blocks = n_blocks(m, n)
    each = n // blocks
    centres = np.ascontiguousarray(own.centres[:, : blocks * each]).reshape(m * blocks, each, d)
    points = block_points(centres, -(-q // blocks), own.beta, seed)
    log_own = own_log_density(points, centres, beta=own.beta)
    log_reference = reference.log_density(points.reshape(m, -1, d)).reshape(log_own.shape)
    eta = min(_TYPICAL_LOG_TERM / (m * blocks) / m, 0.5)
    mixed = np.logaddexp(log_reference + math.log1p(-eta), log_own + math.log(eta))
    summands = np.maximum(log_own - mixed, -CLIP_BELOW).mean(axis=1).reshape(m, blocks)
    pilot = None if reference.pilot is None else np.clip(reference.pilot, -CLIP_BELOW, -math.log(eta) - _HEADROOM)
    return UpperEnd(summands, "reference", blocks * each, eta, reference.name, pilot, points.shape[1])


def n_blocks(m: int, n: int) -> int:
    """Return into how many blocks n centres of each of m inputs are cut: one, or more where inputs are few."""
    return max(1, min(-(-_ENOUGH_BLOCKS // m), n // _FEWEST_PER_BLOCK))


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
