"""Mixture densities on one box by non-uniform fast Fourier transforms, with a bound of the error for every query.

With period ``P = extent + 2 R beta`` and frequencies ``ω = 2πk/P``, ``|ω_j| <= R/beta``,
``p(y) = Σ_ω e^{iωy} ĝ(ω) Σ_k w_k e^{-iωc_k}``, ``ĝ(ω) = Π_j e^{-beta² ω_j²/2} / P_j``: a type-1 transform of the
centres, a product, a type-2 transform at the queries; cost O((n + q) + modes log modes), in 1 to 3 dimensions.

Error bound. Centres farther than ``R beta``, periodic images and left-out frequencies add at most
``4 W φ(0) e^{-R²/2}``. The transforms add at most ``TRANSFORM_ERROR · Σ_ω |F(ω)|``, F the product: measured, not
proved; against the pruned engine the error was at most a third of it, for d = 1, 2, 3, fresh and saturated.
"""

# finufft is untyped.
# pyright: basic

import math
from dataclasses import dataclass

import finufft
import numpy as np

from infoflow._types import Array
from infoflow.mixtures.costs import half_modes

TRANSFORM_TOLERANCE = 1e-14
TRANSFORM_ERROR = 3e-14


@dataclass(frozen=True, kw_only=True)
class Box:
    """A periodic box around queries: its middle, periods, mode counts and the Gaussian's multiplier."""

    middle: Array
    periods: Array
    half_modes: list[int]
    multiplier: Array
    gaussian_top: float
    reach: float
    threads: int


def box_around(low: Array, high: Array, beta: float, reach: float, threads: int) -> Box:
    """Return the box for queries between ``low`` and ``high`` (d,) and centres up to ``reach`` beta around."""
    d = len(low)
    half = half_modes(high - low, beta, reach)
    periods = high - low + 2.0 * reach * beta
    multiplier = np.ones((1,) * d)
    for axis in range(d):
        omega = 2.0 * math.pi / periods[axis] * np.arange(-half[axis], half[axis] + 1)
        shape = [-1 if k == axis else 1 for k in range(d)]
        multiplier = multiplier * (np.exp(-0.5 * (beta * omega) ** 2) / periods[axis]).reshape(shape)
    return Box(
        middle=0.5 * (low + high),
        periods=periods,
        half_modes=half,
        multiplier=multiplier,
        gaussian_top=(2.0 * math.pi * beta**2) ** (-0.5 * d),
        reach=reach,
        threads=threads,
    )


def _angles(box: Box, points: Array) -> list[Array]:
    return [
        np.ascontiguousarray((points[:, k] - box.middle[k]) * (2.0 * math.pi / box.periods[k]))
        for k in range(points.shape[1])
    ]


def spectrum(box: Box, centres: Array, weights: Array) -> Array:
    """Return ``F(ω) = ĝ(ω) Σ_k w_k e^{-iωc_k}`` of centres (n, d) inside the box."""
    d = centres.shape[1]
    transform = getattr(finufft, f"nufft{d}d1")
    counts = tuple(2 * k + 1 for k in box.half_modes)
    values = transform(
        *_angles(box, centres), weights.astype(complex), counts if d > 1 else counts[0],
        isign=-1, eps=TRANSFORM_TOLERANCE, upsampfac=2.0, nthreads=box.threads,
    )  # fmt: skip
    values *= box.multiplier
    return values


def density(box: Box, values: Array, queries: Array, weight: float) -> tuple[Array, float]:
    """Return densities (q,) of a spectrum at queries (q, d) and the bound of their absolute error.

    Args:
        box: The box.
        values: Result of :func:`spectrum`, or a sum of such.
        queries: Points between the box's corners.
        weight: Total weight W of all centres, those outside the box as well.
    """
    transform = getattr(finufft, f"nufft{queries.shape[1]}d2")
    result = transform(
        *_angles(box, queries), values, isign=1, eps=TRANSFORM_TOLERANCE, upsampfac=2.0, nthreads=box.threads
    )
    truncation = 4.0 * weight * box.gaussian_top * math.exp(-0.5 * box.reach**2)
    return result.real, truncation + TRANSFORM_ERROR * float(np.abs(values).sum())
