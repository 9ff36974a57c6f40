"""Mutual information from a dependence graph of hashes (EDGE-like): bins of random offset, over several widths."""

import math
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._random import stream
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.counting import discrete_information, row_codes
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import reported

COMBINATIONS = ("median", "average", "optimal")
_NAME = "hashing"
_FLOOR_DIMENSIONS = 6
_SAMPLES_PER_BUCKET = 10


def hashing_information(
    x: Any,
    t: ArrayLike,
    *,
    scale: float = 1.0,
    n_widths: int = 10,
    combine: str = "median",
    quantity: str = "I(X;T)",
    seed: int = 0,
) -> Comparison:
    """Return ``Î = Σ_e (N_e/n) ln(n N_e/(N_i M_j))`` over the edges e = (i, j) of the graph of buckets.

    A bucket is a cell ``floor((v + b)/ε)`` of standardised coordinates, b uniform on [0, ε]; above 6 dimensions, of
    ``min(d, log2(n/10))`` random Gaussian directions. ``ε = scale u n^(-1/(2D))``, u from 1 to 2, D the hashed
    dimensions of x and t together. ``Î`` is the plug-in information of the buckets: biased up by about
    ``(edges - buckets_x - buckets_t + 1)/2n``, down by what ε blurs.

    Args:
        x: Labels or indices of inputs, integers of shape (n,), which are their own buckets; or values, shape (n, d_x).
        t: Samples of T, shape (n, d).
        scale: Factor of all widths, > 0.
        n_widths: Widths in the ensemble.
        combine: ``"median"`` (as the authors' code does), ``"average"``, or ``"optimal"``: the weights of
            :func:`ensemble_weights`.
        quantity: Name of the result, ``"I(X;T)"`` or ``"I(Y;T)"``.
        seed: Seed of offsets and directions.

    Returns:
        The information in nats; status ``NEAR_CEILING`` where most samples have a bucket of their own.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, or a setting is out of range.
        NonFiniteError: NaN or infinity.

    Source: Noshad, Zeng & Hero, "Scalable Mutual Information Estimation Using Dependence Graphs", ICASSP 2019.
    Deviations: buckets are kept apart (no second hash); widths follow from the standard deviation, not from distances
    to neighbours; nothing is clipped to an assumed range.
    """
    samples = _checks.as_float64("t", t, shape="n d")
    n, d = samples.shape
    width_factor = _checks.as_number("scale", scale)
    if not 0 < width_factor < math.inf:
        raise ValueError(f"scale must be positive and finite, got {width_factor:g}")
    count = _checks.as_count("n_widths", n_widths)
    _checks.one_of("combine", combine, COMBINATIONS)
    directions = stream(seed, "hash directions")
    sides = [_side(x, n, directions), _hashed_coordinates(samples, directions)]
    n_hashed = sum(side.shape[1] for side in sides if side.dtype.kind == "f")
    u = np.linspace(1.0, 2.0, count)
    shifts = stream(seed, "hash shifts")
    widths = width_factor * u * n ** (-0.5 / max(1, n_hashed))
    buckets = [[_buckets(side, width, shifts) for side in sides] for width in widths]
    values = np.array([discrete_information(first, second) for first, second in buckets])
    nats = _combined(values, u, n, n_hashed, combine)
    occupied = float(np.median([second.max() + 1 for _, second in buckets]))
    status, message = Status.OK, ""
    if 2 * occupied > n > 1:
        status = Status.NEAR_CEILING
        message = f"{occupied:g} buckets for {n} samples: so few share one that the value follows from counting alone"
    form = f"{combine} of {count} widths, scale={width_factor:g}"
    return reported(listed(_NAME, quantity, nats, n=n, d=d, form=form, status=status, message=message))


def ensemble_weights(u: Array, n: int, d: int) -> Array:
    """Return weights w with ``Σ w = 1`` that minimise ``|w|² + n Σ_i (n^(-i/2d) Σ_l w_l u_l^i)²``, i = 1..d.

    Each term of the bias, ``n^(-i/2d) u^i``, is traded against the variance. Noshad et al. minimise the largest of
    these instead of their sum; this one has a closed form.

    Args:
        u: Relative widths, shape (L,).
        n: Samples.
        d: Hashed dimensions of both variables together.
    """
    orders = np.arange(1, d + 1)
    terms = n ** (0.5 - orders[:, None] / (2 * d)) * u ** orders[:, None]  # (d, L)
    solution = np.linalg.solve(np.eye(len(u)) + terms.T @ terms, np.ones(len(u)))
    return solution / solution.sum()


def _combined(values: Array, u: Array, n: int, n_hashed: int, combine: str) -> float:
    if combine == "optimal":
        return float(ensemble_weights(u, n, n_hashed) @ values)
    return float(np.median(values) if combine == "median" else np.mean(values))


def _side(x: Any, n: int, directions: np.random.Generator) -> Array | IntArray:
    """Return hashed coordinates (n, k), or integer labels as a column."""
    if np.ndim(x) == 1:
        return _checks.as_labels("x", x, m=n)[:, None]
    values = _checks.as_float64("x", x, shape="n d_x")
    if len(values) != n:
        raise ValueError(f"x must have as many rows as t, {n}, got {len(values)}")
    return _hashed_coordinates(values, directions)


def _hashed_coordinates(values: Array, directions: np.random.Generator) -> Array:
    """Return standardised coordinates, or random directions of them, shape (n, k); a constant one becomes 0."""
    n, d = values.shape
    deviations = values - values.mean(axis=0)
    sd = deviations.std(axis=0)
    standard = deviations / np.where(sd > 0, sd, 1.0)
    if d <= _FLOOR_DIMENSIONS:
        return standard
    k = min(d, max(1, math.floor(math.log2(max(2.0, n / _SAMPLES_PER_BUCKET)))))
    return standard @ directions.normal(size=(d, k)) / math.sqrt(d)


def _buckets(side: Array | IntArray, width: float, shifts: np.random.Generator) -> IntArray:
    """Return the bucket number of each sample, 0..n_buckets-1, shape (n,)."""
    if side.dtype.kind == "i":
        return row_codes(side)
    return row_codes(np.floor((side + width * shifts.random(side.shape[1])) / width))
