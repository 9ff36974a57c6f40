"""The exact information of a single noisy neuron over the plane of its weight and bias.

``T = a(wX + b) + Z`` is a Gaussian channel with a constellation of m points, so with ``c_i = a(w x_i + b)``

    I(X;T) = 1/m Σ_i ∫ φ(z) ln[ φ(z) / (1/m Σ_j φ(z + (c_i - c_j)/beta)) ] dz

for a standard normal φ. The trapezoidal rule is exponentially accurate for this integrand, so that a whole surface
costs less than a second; :func:`infoflow.truths.single_neuron` gives single points by another rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from infoflow import _checks
from infoflow._errors import InfoflowError
from infoflow._types import Array, ArrayLike
from infoflow.truths.activations import activation_function
from infoflow.truths.quadrature import REACH

_TOLERANCE = 1e-8
_STEP = 0.25
_MAX_REFINEMENTS = 5
_CHUNK = 1 << 21


@dataclass(frozen=True, eq=False, kw_only=True)
class NeuronSurface:
    """I(X;T) of a noisy neuron with weight w and bias b, X uniform on ``inputs``.

    Attributes:
        activation: tanh, leaky_relu (slope 0.1), relu or linear.
        beta: Noise standard deviation.
        inputs: Values of X, shape (m,).
        w: Weights, shape (W,).
        b: Biases, shape (B,).
        information: I(X;T), nats, shape (B, W).
        tolerance: Largest change of any value at the last halving of the step, nats.
    """

    activation: str
    beta: float
    inputs: Array
    w: Array
    b: Array
    information: Array
    tolerance: float


def neuron_surface(
    activation: str,
    *,
    w: ArrayLike | Sequence[float],
    b: ArrayLike | Sequence[float],
    beta: float,
    inputs: ArrayLike | Sequence[float] = (-3.0, -1.0, 1.0, 3.0),
) -> NeuronSurface:
    """Return I(X;T) of ``T = a(wX + b) + Z`` for every weight and bias of a grid, by quadrature to 1e-8 nats.

    Args:
        activation: tanh, leaky_relu (slope 0.1), relu or linear.
        w: Weights, shape (W,).
        b: Biases, shape (B,).
        beta: Noise standard deviation.
        inputs: Values of X, shape (m,), equally likely.

    Returns:
        See :class:`NeuronSurface`; nats.

    Raises:
        TypeError: Not numeric.
        ValueError: Unknown activation, or not one axis.
        IllPosedError: ``beta <= 0``.
        InfoflowError: The quadrature does not converge.

    Source: [G19] Section 4, "single neuron": an AWGN channel with a PAM-like constellation.
    """
    function = activation_function(activation)
    weights, biases = _checks.as_float64("w", w, shape="W"), _checks.as_float64("b", b, shape="B")
    x = _checks.as_float64("inputs", inputs, shape="m")
    noise = _checks.positive_beta(beta, m=len(x))
    points = function(weights[None, :, None] * x + biases[:, None, None]) / noise  # (B, W, m)
    values, change = _converged(points.reshape(-1, len(x)))
    return NeuronSurface(
        activation=activation,
        beta=noise,
        inputs=x,
        w=weights,
        b=biases,
        information=values.reshape(len(biases), len(weights)),
        tolerance=change,
    )


def _converged(points: Array) -> tuple[Array, float]:
    """Return I for every row of whitened points, and its last change; the step is halved until nothing changes."""
    step, coarse, change = _STEP, _information(points, _STEP), np.inf
    for _ in range(_MAX_REFINEMENTS):
        step /= 2
        fine = _information(points, step)
        change = float(np.abs(fine - coarse).max())
        if change <= _TOLERANCE:
            return fine, change
        coarse = fine
    raise InfoflowError(f"quadrature must converge to {_TOLERANCE:g}, got a change of {change:g} at step {step:g}")


def _information(points: Array, step: float) -> Array:
    """Return I in nats for constellations under unit noise, shape (k, m) -> (k,)."""
    k, m = points.shape
    z = np.arange(-REACH, REACH + step / 2, step)
    density = step * np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi)  # quadrature weight times φ(z)
    total = np.zeros(k)
    rows = max(1, _CHUNK // (m * len(z)))
    for start in range(0, k, rows):
        part = points[start : start + rows]
        for i in range(m):
            shifts = (part[:, i, None] - part)[:, :, None]  # (rows, m, 1)
            exponent = -0.5 * shifts * (2 * z + shifts)  # ln φ(z + shift) - ln φ(z)
            total[start : start + rows] -= (logsumexp(exponent, axis=1) - np.log(m)) @ density
    return total / m
