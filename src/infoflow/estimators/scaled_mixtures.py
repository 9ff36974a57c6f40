"""Mixtures for multiplicative noise: ``T = S (1 + s Z)`` given ``S = c`` is ``N(c, diag(s c)²)``.

Every component has its own diagonal covariance. A common scaling of a coordinate changes no log-ratio, so coordinates
are divided by their largest centre first. The squares are expanded into two matrix products, ``Σ ((t/c - 1)/s)² =
t²·(1/(s c)²) - 2 t·(1/(s² c)) + d/s²``: unlike for additive noise nothing is lost where it matters, because terms far
above d/s² belong to components that do not count; :func:`rounding` bounds the rest.
"""

import math

import numpy as np
import torch

from infoflow._errors import IllPosedError
from infoflow._types import Array, IntArray

_BLOCK_BYTES = 64 * 2**20
_SMALLEST = 1e-140
_LARGEST_SQUARE = 70.0  # of a standard normal number: exceeded with probability 6e-17


def check_nonzero(name: str, draws: Array) -> None:
    """Raise ``IllPosedError`` if a value is zero (or, within its coordinate, as good as): T would have no density.

    Args:
        name: The argument's name.
        draws: Noiseless draws, shape (m, n, d).
    """
    sizes = np.abs(draws)
    n_zero = int(np.count_nonzero(sizes <= _SMALLEST * sizes.max(axis=(0, 1))))
    if n_zero:
        raise IllPosedError(
            f"{name} must have no zeros where noise is multiplicative, got {n_zero} of {draws.size}: noise leaves a "
            "zero where it is, T has no density, and h(T|X) is minus infinity; put the noise before the activation "
            "that makes the zeros, use an activation without them, or additive noise"
        )


def rounding(d: int, s: float) -> float:
    """Return a bound of the rounding error of a log-ratio, in nats, for a point of its own component.

    Products of length d lose at most d ε of the sum of their terms' sizes, which is below ``8 d (1/s² + 70)``.
    """
    return d * float(np.finfo(np.float64).eps) * 8.0 * d * (1.0 / s**2 + _LARGEST_SQUARE)


def scaled_log_ratios(
    points: Array, centres: Array, s: float, weights: Array, labels: IntArray | None
) -> dict[str, Array]:
    """Return ``ln(p̂_{g(i)}(t)/p̂̄(t))`` at each input's points, by quantity.

    Args:
        points: Shape (m, q, d).
        centres: Component means, none zero, shape (m, n, d).
        s: Noise strength.
        weights: Probabilities of the inputs, shape (m,).
        labels: Classes 0..n_classes-1 of the inputs, shape (m,), or None.

    Returns:
        Ratios of shape (m, q), in nats; memory beyond them does not grow with m·q.
    """
    m, q, d = points.shape
    n = centres.shape[1]
    scale = np.abs(centres).max(axis=(0, 1))
    means = (centres / scale).reshape(m * n, d)
    linear = (1.0 / (s**2 * means)).T
    square = (1.0 / (s * means) ** 2).T
    log_norm = np.repeat(np.log(weights / n), n) - np.log(np.abs(means)).sum(axis=1)
    flat = (points / scale).reshape(m * q, d)
    owner = np.repeat(np.arange(m), q)
    result = {quantity: np.empty(m * q) for quantity in (["I(X;T)"] if labels is None else ["I(X;T)", "I(Y;T)"])}
    step = max(1, _BLOCK_BYTES // (8 * m * n))
    for start in range(0, m * q, step):
        t, own = flat[start : start + step], owner[start : start + step]
        joint = log_norm - 0.5 * (t**2 @ square) + t @ linear  # up to a constant common to all components
        by_input = _log_sum(joint.reshape(-1, m, n), 2) if n > 1 else joint
        pooled = _log_sum(by_input, 1)
        line = np.arange(len(t))
        result["I(X;T)"][start : start + step] = by_input[line, own] - np.log(weights[own]) - pooled
        if labels is not None:
            result["I(Y;T)"][start : start + step] = _class_ratio(by_input, labels, own, weights) - pooled
    return {quantity: values.reshape(m, q) for quantity, values in result.items()}


def _class_ratio(by_input: Array, labels: IntArray, own: IntArray, weights: Array) -> Array:
    """Return ``ln p̂_y(t)`` of the point's own class, up to the constant that the inputs' logarithms carry too."""
    log_class = np.log(np.bincount(labels, weights))
    values = np.empty(len(own))
    for y in np.unique(labels[own]):
        rows = labels[own] == y
        values[rows] = _log_sum(by_input[np.ix_(rows, labels == y)], 1) - log_class[y]
    return values


def _log_sum(values: Array, axis: int) -> Array:
    return torch.logsumexp(torch.from_numpy(values), dim=axis).numpy()


def scaled_noise_entropy(centres: Array, s: float) -> Array:
    """Return ``Σ_j ln(s |c_j| sqrt(2πe))`` of every draw, shape (m, n), for draws (m, n, d); nats."""
    d = centres.shape[2]
    return np.log(np.abs(centres)).sum(axis=2) + d * (math.log(s) + 0.5 * math.log(2.0 * math.pi * math.e))
