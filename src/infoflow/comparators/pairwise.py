"""Pairwise-distance bounds of informations at a fixed noise: deterministic, without samples of the noise."""

from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.counting import discrete_entropy
from infoflow.comparators.differences import noise_entropy
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import MARGIN, range_standing, reported
from infoflow.mixtures.brackets import entropy_bounds

_NAME = "pairwise"


def pairwise_entropy(centres: ArrayLike, *, beta: float) -> tuple[Comparison, Comparison]:
    """Return the pairwise lower and upper bound of ``h(T)``, ``T = S + Z``, S uniform over the rows.

    ``h(Z) - (1/n) Σ_i ln (1/n) Σ_j exp(-|s_i-s_j|²/(c beta²))``, c = 8 below (Bhattacharyya), c = 2 above
    (Kullback-Leibler). Both are exact where all centres coincide or all are far apart.

    Args:
        centres: Noiseless S, shape (n, d).
        beta: Noise standard deviation, > 0.

    Returns:
        Lower and upper bound, in nats.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.

    Source: [KT17] Kolchinsky & Tracey, Entropy 2017, equation (10).
    """
    c = _checks.as_float64("centres", centres, shape="n d")
    lower, upper = _bounds(c, _checks.positive_beta(beta, m=len(c)))
    n, d = c.shape
    h_z = noise_entropy(d, beta)
    return (
        listed(_NAME, "h(T)", h_z + lower, n=n, d=d, form="lower bound"),
        listed(_NAME, "h(T)", h_z + upper, n=n, d=d, form="upper bound"),
    )


def pairwise_information(centres: ArrayLike, labels: Any | None = None, *, beta: float) -> tuple[Comparison, ...]:
    """Return the pairwise bounds of I(X;T), and of I(Y;T) where labels are given, S a function of the input.

    ``I(X;T) = h(T) - h(Z)``; ``I(Y;T) = h(T) - Σ_y π_y h(T|y)`` is bounded by the lower (upper) bound of h(T) less the
    upper (lower) bounds of h(T|y). The form ``"difference"`` of I(Y;T) takes upper bounds on both sides, as published
    information planes do: it errs in either direction.

    Args:
        centres: Noiseless S of each input, shape (m, d).
        labels: Class of each input, shape (m,), or None.
        beta: Noise standard deviation, > 0.

    Returns:
        Lower and upper bound of I(X;T); then lower bound, upper bound and difference for I(Y;T); nats.

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.

    Source: [KT17] Kolchinsky & Tracey, Entropy 2017, (10); Saxe et al., ICLR 2018, for the difference.
    """
    c = _checks.as_float64("centres", centres, shape="m d")
    m, d = c.shape
    scale = _checks.positive_beta(beta, m=m)
    classes = None if labels is None else _checks.as_labels("labels", labels, m=m)
    lower, upper = _bounds(c, scale)
    rows = _pair("I(X;T)", lower, upper, float(np.log(m)), m, d)
    if classes is not None:
        below, above = _class_bounds(c, classes, scale)
        ceiling = discrete_entropy(classes)
        rows += _pair("I(Y;T)", lower - above, upper - below, ceiling, m, d)
        status, message = range_standing(upper - above, ceiling)
        rows.append(listed(_NAME, "I(Y;T)", upper - above, n=m, d=d, form="difference", status=status, message=message))
    return tuple(reported(row) for row in rows)


def _bounds(centres: Array, beta: float) -> tuple[float, float]:
    """Return the bounds of ``h(T) - h(Z)``, between 0 and ln n up to rounding."""
    found = entropy_bounds(centres, beta=beta)
    return found.bhattacharyya - found.noise, found.kullback_leibler - found.noise


def _class_bounds(centres: Array, classes: IntArray, beta: float) -> tuple[float, float]:
    """Return the bounds of ``h(T|Y) - h(Z)``."""
    shares = np.bincount(classes) / len(classes)
    bounds = np.array([_bounds(centres[classes == y], beta) for y in range(len(shares))])
    below, above = shares @ bounds
    return float(below), float(above)


def _pair(quantity: str, lower: float, upper: float, ceiling: float, m: int, d: int) -> list[Comparison]:
    open_above, open_below = upper > ceiling - MARGIN, lower < MARGIN
    if lower > ceiling - MARGIN or upper < MARGIN:
        low = high = Status.OK, ""
    else:
        low = (Status.UPPER_BOUND_ONLY, f"{lower:.3g} nats says no more than 0 does") if open_below else (Status.OK, "")
        high = (
            (Status.LOWER_BOUND_ONLY, f"{upper:.4g} nats says no more than the ceiling {ceiling:.4f} does")
            if open_above
            else (Status.OK, "")
        )
    return [
        listed(_NAME, quantity, lower, n=m, d=d, form="lower bound", status=low[0], message=low[1]),
        listed(_NAME, quantity, upper, n=m, d=d, form="upper bound", status=high[0], message=high[1]),
    ]
