"""Mutual information of two continuous variables from counts of neighbours (Kraskov, Stögbauer & Grassberger)."""

import numpy as np
from scipy.spatial import KDTree
from scipy.special import digamma

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import ceiling_standing, reported

_NAME = "ksg"


def ksg_information(x: ArrayLike, t: ArrayLike, *, k: int = 3, variant: int = 1) -> Comparison:
    """Return ``Î = ψ(k) + ψ(n) - (1/n) Σ_i (ψ(n_x(i) + 1) + ψ(n_t(i) + 1))``, or the second variant.

    Distances are largest coordinates. Variant 1: n_x counts the samples nearer in x than ε_i, the joint distance to
    the k-th neighbour. Variant 2: ``ψ(k) - 1/k + ψ(n) - mean(ψ(n_x) + ψ(n_t))`` with n_x counting samples not farther
    than the k neighbours reach in x. ``Î`` cannot exceed ``ψ(n) - ψ(k)``, less 1/k in variant 2. The scales of x and t
    matter; none is changed here.

    Args:
        x: One continuous variable, shape (n, d_x).
        t: The other, shape (n, d).
        k: Neighbour, 1..n-1.
        variant: 1 or 2.

    Returns:
        I(X;T) in nats. Status ``VACUOUS`` where a joint distance is zero, or values repeat or distances tie for most
        samples.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, ``k < 1``, or ``variant`` is neither 1 nor 2.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``k`` neighbours do not exist.

    Source: Kraskov, Stögbauer & Grassberger, PRE 2004, equations (8) and (9).
    """
    first = _checks.as_float64("x", x, shape="n d_x")
    second = _checks.as_float64("t", t, shape="n d")
    n = len(first)
    if len(second) != n:
        raise ValueError(f"t must have as many rows as x, {n}, got {len(second)}")
    if _checks.as_count("k", k) >= n:
        raise IllPosedError(f"k must be less than the number of samples {n}, got {k}")
    if variant not in (1, 2):
        raise ValueError(f"variant must be 1 or 2, got {variant!r}")
    tree = KDTree(np.concatenate([first, second], axis=1))
    found = tree.query(tree.data, k=k + 2, p=np.inf)
    distances, neighbours = np.asarray(found[0]), np.asarray(found[1], dtype=np.int64)
    radius, next_radius = distances[:, k], distances[:, k + 1]  # the first neighbour is the point itself
    near = neighbours[:, : k + 1]
    nats = _first(first, second, radius, k) if variant == 1 else _second(first, second, near, k)
    ceiling = float(digamma(n) - digamma(k)) - (1.0 / k if variant == 2 else 0.0)
    status, message = _tie_standing(radius, next_radius, k, {"x": first, "t": second})
    if status is Status.OK:
        status, message = ceiling_standing(nats, ceiling, "ψ(n) - ψ(k)" + (" - 1/k" if variant == 2 else ""))
    form = f"variant={variant} k={k}"
    return reported(listed(_NAME, "I(X;T)", nats, n=n, d=second.shape[1], form=form, status=status, message=message))


def _first(x: Array, t: Array, radius: Array, k: int) -> float:
    strictly = np.nextafter(radius, 0.0)  # the count of samples strictly nearer
    counts = [_within(part, strictly) for part in (x, t)]
    return float(digamma(k) + digamma(len(x)) - np.mean(sum(digamma(count) for count in counts)))


def _second(x: Array, t: Array, neighbours: IntArray, k: int) -> float:
    reaches = [np.abs(part[neighbours] - part[:, None]).max(axis=(1, 2)) for part in (x, t)]
    counts = [_within(part, reach) - 1 for part, reach in zip((x, t), reaches, strict=True)]
    return float(digamma(k) - 1.0 / k + digamma(len(x)) - np.mean(sum(digamma(count) for count in counts)))


def _within(points: Array, radius: Array) -> Array:
    """Return how many samples lie within each sample's radius, itself included, shape (n,)."""
    return np.asarray(KDTree(points).query_ball_point(points, radius, p=np.inf, return_length=True))


def _tie_standing(radius: Array, next_radius: Array, k: int, variables: dict[str, Array]) -> tuple[Status, str]:
    n = len(radius)
    n_zero = int(np.count_nonzero(radius == 0))
    if n_zero:
        return Status.VACUOUS, f"{n_zero} of {n} samples coincide with {k} others: X and T have no joint density"
    for name, values in variables.items():
        n_distinct = len(np.unique(values, axis=0))
        if n_distinct <= n // 2:
            return Status.VACUOUS, (
                f"{name} has {n_distinct} distinct values for {n} samples: discrete, and the estimator is made for "
                "continuous variables"
            )
    n_ties = int(np.count_nonzero(next_radius == radius))
    if n_ties > n // 2:
        return Status.VACUOUS, (
            f"{n_ties} of {n} samples have several neighbours at one distance: discrete coordinates, for which the "
            "estimator is not made"
        )
    return Status.OK, ""
