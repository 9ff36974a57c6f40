"""Matrix-based Rényi entropy and information: functions of the eigenvalues of a kernel matrix.

``A = K/n`` with ``K_ij = exp(-|v_i-v_j|²/(2σ²))`` has trace one; ``S_α(A) = ln(tr A^α)/(1-α)``, between 0 and ln n;
``S_α(A,B)`` is that of ``(K_A ∘ K_B)/n``; ``I_α = S_α(A) + S_α(B) - S_α(A,B)``. α = 1 is the limit ``-tr A ln A``.
Below α = 1 the smallest eigenvalues weigh most; those below n eps of the largest are not known in float64, and what
they would add to ``tr A^α`` is at most ``n (n eps)^α``.
"""

import math
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from infoflow import _checks
from infoflow._random import stream
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import MARGIN, reported

_NAME = "renyi"
_FACTOR = 5.0


def renyi_entropy(
    t: ArrayLike, *, alpha: float = 1.01, bandwidth: float | None = None, max_points: int = 1000, seed: int = 0
) -> Comparison:
    """Return ``S_α(T)`` of a Gaussian kernel matrix; see the module.

    Args:
        t: Samples, shape (n, d).
        alpha: Order, > 0; 1 for the limit.
        bandwidth: σ; None for ``5 s n^(-1/(4+d))``, s the root mean square of the coordinates' standard deviations.
        max_points: A random subset of this many samples is used where there are more: the cost is cubic.
        seed: Seed of the subset.

    Returns:
        The entropy in nats; status ``NEAR_CEILING`` within 0.1 of ln n.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, or a number out of range.
        NonFiniteError: NaN or infinity.

    Source: Sánchez Giraldo, Rao & Príncipe, "Measures of Entropy From Data Using Infinitely Divisible Kernels", IEEE
    T-IT 2015, Definition 1; bandwidth after Yu et al., IEEE TPAMI 2020, there without the factor s.
    """
    order = _order(alpha)
    samples = _checks.as_float64("t", t, shape="n d")
    index = _subset(len(samples), max_points, seed)
    kernel, sigma = _gaussian_kernel(samples[index], bandwidth)
    return reported(
        _row(f"S_{order:g}(T)", _entropy(kernel, order), kernel, order, samples.shape[1], f"bandwidth={sigma:.4g}")
    )


def renyi_information(
    x: Any,
    t: ArrayLike,
    *,
    alpha: float = 1.01,
    bandwidth: float | None = None,
    bandwidth_x: float | None = None,
    max_points: int = 1000,
    seed: int = 0,
) -> Comparison:
    """Return ``I_α(X;T) = S_α(A) + S_α(B) - S_α(A,B)``; see the module.

    Args:
        x: Values, shape (n, d_x), with a Gaussian kernel; or labels, integers of shape (n,), with the kernel that is 1
            for equal labels and 0 otherwise: the result is then named ``I_α(Y;T)``.
        t: Samples, shape (n, d).
        alpha: Order, > 0; 1 for the limit.
        bandwidth: σ of t; None as in :func:`renyi_entropy`.
        bandwidth_x: σ of x; likewise, and None for labels.
        max_points: As in :func:`renyi_entropy`.
        seed: As in :func:`renyi_entropy`.

    Returns:
        The information in nats; status ``NEAR_CEILING`` where S_α(T) is within 0.1 of ln n.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, or a number out of range.
        NonFiniteError: NaN or infinity.

    Source: Sánchez Giraldo, Rao & Príncipe, IEEE T-IT 2015, Definitions 2 and 3.
    """
    order = _order(alpha)
    samples = _checks.as_float64("t", t, shape="n d")
    n, d = samples.shape
    discrete = np.ndim(x) == 1
    other = _checks.as_labels("x", x, m=n) if discrete else _checks.as_float64("x", x, shape="n d_x")
    if len(other) != n:
        raise ValueError(f"x must have as many rows as t, {n}, got {len(other)}")
    if discrete and bandwidth_x is not None:
        raise ValueError(f"bandwidth_x must be None for labels, got {bandwidth_x!r}")
    index = _subset(n, max_points, seed)
    kernel, sigma = _gaussian_kernel(samples[index], bandwidth)
    form = f"bandwidth={sigma:.4g}"
    if discrete:
        other_kernel = (other[index, None] == other[index]).astype(np.float64)
    else:
        other_kernel, sigma_x = _gaussian_kernel(other[index].astype(np.float64), bandwidth_x, "bandwidth_x")
        form += f" bandwidth_x={sigma_x:.4g}"
    nats = _entropy(kernel, order) + _entropy(other_kernel, order) - _entropy(kernel * other_kernel, order)
    return reported(_row(f"I_{order:g}({'Y' if discrete else 'X'};T)", nats, kernel, order, d, form))


def _row(quantity: str, nats: float, kernel: Array, order: float, d: int, form: str) -> Comparison:
    n = len(kernel)
    distance = math.log(n) - _entropy(kernel, order)
    status, message = Status.OK, ""
    if n > 1 and distance < MARGIN:
        status = Status.NEAR_CEILING
        message = (
            f"S(T) is {max(0.0, distance):.3g} nats below ln n = {math.log(n):.4f}: the kernel tells all samples apart"
        )
    return listed(_NAME, quantity, nats, n=n, d=d, form=f"alpha={order:g} {form}", status=status, message=message)


def _entropy(kernel: Array, alpha: float) -> float:
    """Return ``S_α(K/n)``; eigenvalues that are rounding (below n eps times the largest, or negative) are left out."""
    if alpha == 2:  # tr A² needs no eigenvalues
        return -math.log(float(np.sum(np.square(kernel)))) + 2 * math.log(len(kernel))
    values = np.linalg.eigvalsh(kernel / len(kernel))
    values = values[values > len(values) * np.finfo(np.float64).eps * values[-1]]
    if alpha == 1:
        return float(-np.sum(values * np.log(values)))
    return math.log(float(np.sum(values**alpha))) / (1.0 - alpha)


def _gaussian_kernel(values: Array, bandwidth: Any | None, name: str = "bandwidth") -> tuple[Array, float]:
    n, d = values.shape
    if bandwidth is None:
        spread = math.sqrt(float(np.mean(np.var(values, axis=0))))
        sigma = _FACTOR * spread * n ** (-1.0 / (4 + d)) or 1.0  # samples that are one point: any bandwidth will do
    else:
        sigma = _checks.as_number(name, bandwidth)
        if not 0 < sigma < math.inf:
            raise ValueError(f"{name} must be positive and finite, got {sigma:g}")
    return np.exp(-0.5 * cdist(values / sigma, values / sigma, "sqeuclidean")), sigma


def _order(alpha: Any) -> float:
    value = _checks.as_number("alpha", alpha)
    if not 0 < value < math.inf:
        raise ValueError(f"alpha must be positive and finite, got {value:g}")
    return value


def _subset(n: int, max_points: Any, seed: int) -> IntArray:
    limit = _checks.as_count("max_points", max_points, minimum=2)
    if n <= limit:
        return np.arange(n)
    return np.sort(stream(seed, "samples of the kernel matrix").choice(n, size=limit, replace=False))
