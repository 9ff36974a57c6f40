"""Intrinsic dimension from nearest-neighbour distances: TwoNN and Levina–Bickel.

Both assume that the density is constant over the k nearest neighbours of a point; then volumes are uniform in order
and ``log`` ratios of distances are exponential with rate d, whatever the density and the embedding. Distances are
Euclidean; copies of a point are removed first and counted, since they have no scale. The value depends on the scale of
the neighbourhoods: with noise of standard deviation beta above the spacing of the samples it is the noise's dimension.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._random import stream
from infoflow._types import Array
from infoflow.clustering.inputs import as_rows
from infoflow.clustering.neighbours import neighbour_distances


@dataclass(frozen=True, kw_only=True)
class IntrinsicDimension:
    """An estimate of the dimension of the set that the representations lie on.

    Attributes:
        value: The dimension.
        stderr: Standard error, as if neighbourhoods of different points were independent. They overlap: on a sphere
            the spread over replicates was 1.2 to 1.3 times this.
        n: Distinct points used.
        n_duplicates: Copies removed.
        method: ``"two_nn"``, ``"two_nn_fit"`` or ``"levina_bickel"``.
    """

    value: float
    stderr: float
    n: int
    n_duplicates: int
    method: str


def two_nn(
    representations: Any, *, discard: float = 0.1, fit: bool = False, max_points: int = 2000, seed: int = 0
) -> IntrinsicDimension:
    """Return the TwoNN dimension, from ``ρ = r_2/r_1`` of the two nearest neighbours: ``ln ρ ~ Exp(d)``.

    With r = floor(n (1 - discard)) smallest of the n values x = ln ρ, the default is the unbiased maximum-likelihood
    estimate under censoring, ``(r - 1) / (Σ_{i<=r} x_(i) + (n - r) x_(r))``, with standard error ``d/sqrt(r - 2)``.

    Args:
        representations: Shape (n, d).
        discard: Part of the points with the largest ratios that is left out, where the assumption fails first.
        fit: Instead, the published slope through the origin of ``-ln(1 - i/n)`` against ``x_(i)``, i <= r.
        max_points: More samples than this are thinned at random; the scale of the neighbourhoods follows.
        seed: Seed of the thinning.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape, ``discard`` not in [0, 1), or ``max_points`` < 10.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than ten distinct points, or all ratios are 1 (points on a lattice).

    Source: Facco, d'Errico, Rodriguez & Laio, "Estimating the intrinsic dimension of datasets by a minimal neighborhood
    information", Scientific Reports 2017, (3)–(5); the default deviates in fitting by maximum likelihood, whose law is
    known (``2 r d / d̂_ML ~ χ²_{2r}``).
    """
    part = _discard(discard)
    near, n_duplicates = _neighbourhoods(representations, max_points, seed, k=2)
    return _two_nn(near, part, fit, n_duplicates)


def levina_bickel(representations: Any, *, k: int = 10, max_points: int = 2000, seed: int = 0) -> IntrinsicDimension:
    """Return the maximum-likelihood dimension from the k nearest neighbours of every point.

    ``d̂ = (n (k - 1) - 1) / Σ_i Σ_{j<k} ln(T_k(i)/T_j(i))``, T_j(i) the distance from point i to its j-th neighbour.

    Args:
        representations: Shape (n, d).
        k: Neighbours, at least 2; more are steadier and see a larger, more curved neighbourhood.
        max_points: As in :func:`two_nn`.
        seed: As in :func:`two_nn`.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape, k < 2, or ``max_points`` < 10.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than ten, or k + 1, distinct points; or all neighbours of every point are equally near.

    Source: Levina & Bickel, "Maximum Likelihood Estimation of Intrinsic Dimension", NIPS 2004, (8), with the inverses
    averaged over points (MacKay & Ghahramani, "Comments on …", 2005), which is the likelihood's own way.
    """
    _checks.as_count("k", k, minimum=2)
    near, n_duplicates = _neighbourhoods(representations, max_points, seed, k=k)
    return _levina_bickel(near, n_duplicates)


def intrinsic_dimensions(
    representations: Any, *, discard: float = 0.1, k: int = 10, max_points: int = 2000, seed: int = 0
) -> tuple[IntrinsicDimension, IntrinsicDimension]:
    """Return :func:`two_nn` and :func:`levina_bickel` from one search for neighbours; arguments as there.

    Raises:
        TypeError, ValueError, NonFiniteError, IllPosedError: As there.
    """
    part = _discard(discard)
    _checks.as_count("k", k, minimum=2)
    near, n_duplicates = _neighbourhoods(representations, max_points, seed, k=k)
    return _two_nn(near, part, False, n_duplicates), _levina_bickel(near, n_duplicates)


def _discard(value: Any) -> float:
    part = _checks.as_number("discard", value)
    if not 0 <= part < 1:
        raise ValueError(f"discard must lie in [0, 1), got {part:g}")
    return part


def _two_nn(near: Array, discard: float, fit: bool, n_duplicates: int) -> IntrinsicDimension:
    x = np.sort(np.log(near[:, 1] / near[:, 0]))
    n = len(x)
    r = min(max(int(n * (1 - discard)), 3), n - 1 if fit else n)
    if x[r - 1] == 0:
        raise IllPosedError(f"the dimension is undefined: {r} of {n} points have two neighbours equally near")
    value, stderr = _slope(x, r) if fit else _censored_rate(x, r)
    method = "two_nn_fit" if fit else "two_nn"
    return IntrinsicDimension(value=value, stderr=stderr, n=n, n_duplicates=n_duplicates, method=method)


def _levina_bickel(near: Array, n_duplicates: int) -> IntrinsicDimension:
    n, k = near.shape
    total = float(np.log(near[:, -1:] / near[:, :-1]).sum())
    if total == 0:
        raise IllPosedError(f"the dimension is undefined: the {k} neighbours of every point are equally near")
    n_logs = n * (k - 1)
    value = (n_logs - 1) / total
    return IntrinsicDimension(
        value=value, stderr=value / math.sqrt(n_logs), n=n, n_duplicates=n_duplicates, method="levina_bickel"
    )


def _neighbourhoods(representations: Any, max_points: int, seed: int, k: int) -> tuple[Array, int]:
    """Return neighbour distances, shape (points, k), of at most ``max_points`` samples, and the copies removed."""
    rows = as_rows("representations", representations)
    limit = _checks.as_count("max_points", max_points, minimum=10)
    index = np.arange(rows.n)
    if rows.n > limit:
        index = np.sort(stream(seed, "points of the intrinsic dimension").choice(rows.n, size=limit, replace=False))
    distinct = np.unique(rows.take(index) + 0.0, axis=0)  # + 0.0 makes one point of 0.0 and -0.0
    needed = max(10, k + 1)
    near = neighbour_distances(distinct, k) if len(distinct) >= needed else np.empty((0, k))
    near = near[near[:, 0] > 0]  # points whose distance underflows are copies too
    if len(near) < needed:
        raise IllPosedError(
            f"the intrinsic dimension needs at least {needed} distinct points, got {len(near) or len(distinct)}"
        )
    return near, len(index) - len(near)


def _censored_rate(x: Array, r: int) -> tuple[float, float]:
    """Return rate and standard error of exponential values of which only the r smallest are used."""
    n = len(x)
    value = (r - 1) / float(x[:r].sum() + (n - r) * x[r - 1])
    return value, value / math.sqrt(r - 2)


def _slope(x: Array, r: int) -> tuple[float, float]:
    """Return the least-squares slope through the origin and its standard error.

    ``d x_(i) = Σ_{j<=i} ξ_j/(n-j+1)`` with independent ξ ~ Exp(1) (Rényi), so the slope over d is a function of ξ
    alone; the error is that function's first-order one at E ξ = 1.
    """
    n = len(x)
    steps = 1.0 / (n - np.arange(r))
    y = -np.log1p(-np.arange(1, r + 1) / n)
    value = float(x[:r] @ y / (x[:r] @ x[:r]))
    e = np.cumsum(steps)
    by_point = y / (e @ e) - 2 * (e @ y) / (e @ e) ** 2 * e
    by_step = np.cumsum(by_point[::-1])[::-1] * steps
    return value, value * float(np.linalg.norm(by_step))
