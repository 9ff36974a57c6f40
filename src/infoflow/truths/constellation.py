"""Problems in which S is a function of the input: a constellation of m points sent through Gaussian noise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infoflow import _checks
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.truths.activations import activation_function
from infoflow.truths.isotropic import solve_common_covariance
from infoflow.truths.truth import Answers, Solved


@dataclass(frozen=True, eq=False)
class Constellation(Solved):
    """Points sent through Gaussian noise: ``T = c_X + Z``, exact by quadrature over the span of the points.

    Attributes:
        name: A short unique name.
        points: c_i, shape (m, d); they may span at most two dimensions.
        beta: Standard deviation of the noise.
        probabilities: Probabilities of the points, shape (m,); None for equal ones.
        labels: Classes of the points, shape (m,), or None.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match; on first use of an answer, if the points span more than two dimensions.
        IllPosedError: ``beta <= 0``.
    """

    name: str
    points: Array
    beta: float
    probabilities: Array | None = None
    labels: IntArray | None = None

    def __post_init__(self) -> None:
        points = _checks.as_float64("points", self.points, shape="m d")
        m = len(points)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "beta", _checks.positive_beta(self.beta, m=m))
        object.__setattr__(self, "probabilities", _checks.as_weights("probabilities", self.probabilities, m=m))
        if self.labels is not None:
            object.__setattr__(self, "labels", _checks.as_labels("labels", self.labels, m=m))

    @property
    def m(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def d(self) -> int:
        """Dimension."""
        return self.points.shape[1]

    @property
    def weights(self) -> Array:
        """Probabilities of the points, shape (m,)."""
        return _checks.as_weights("probabilities", self.probabilities, m=self.m)

    @property
    def exact(self) -> bool:
        """True: S is a function of the input."""
        return True

    def draw(self, n: int, seed: int) -> Array:
        """Return every point n times, shape (m, n, d); ``seed`` is checked and not needed."""
        _checks.as_count("n", n)
        _checks.as_count("seed", seed, minimum=0)
        return np.repeat(self.points[:, None, :], n, axis=1)

    def solve(self) -> Answers:
        """Integrate over the span of the points."""
        return solve_common_covariance(self.points, self.beta**2 * np.eye(self.d), self.weights, self.labels)


def single_neuron(
    activation: str,
    *,
    w: float,
    b: float,
    beta: float,
    inputs: Sequence[float] = (-3.0, -1.0, 1.0, 3.0),
    labels: ArrayLike | Sequence[int] | None = None,
) -> Constellation:
    """Return one noisy neuron, ``T = a(wX + b) + Z`` with X uniform on ``inputs``.

    Args:
        activation: tanh, leaky_relu (slope 0.1), relu or linear.
        w: Weight.
        b: Bias.
        beta: Noise standard deviation.
        inputs: Values of X, shape (m,).
        labels: Classes of the inputs, shape (m,), or None.

    Source: [G19] Section 4, "single neuron": an AWGN channel with a PAM-like constellation.
    """
    function = activation_function(activation)
    x = _checks.as_float64("inputs", inputs, shape="m")
    points = function(_checks.as_number("w", w) * x + _checks.as_number("b", b))
    classes = None if labels is None else _checks.as_labels("labels", labels, m=len(x))
    return Constellation(f"{activation} neuron w={w:g} b={b:g} beta={beta:g}", points[:, None], beta, labels=classes)


def pam(m: int, *, beta: float, spacing: float | None = None) -> Constellation:
    """Return m equally spaced points on [-1, 1], or with the given spacing, with labels by sign of the point.

    Args:
        m: Number of points, at least 2; m = 2 is BPSK.
        beta: Noise standard deviation.
        spacing: Distance of neighbours; 2/(m-1) if None.
    """
    _checks.as_count("m", m, minimum=2)
    gap = 2.0 / (m - 1) if spacing is None else _checks.as_number("spacing", spacing)
    if gap <= 0:
        raise ValueError(f"spacing must be positive, got {gap:g}")
    points = gap * (np.arange(m, dtype=np.float64) - (m - 1) / 2)
    labels = (points > 0).astype(np.int64)
    return Constellation(f"{m}-PAM spacing={gap:.4g} beta={beta:g}", points[:, None], beta, labels=labels)


def ring(m: int, *, beta: float, radius: float = 1.0) -> Constellation:
    """Return m points evenly on a circle in the plane (phase-shift keying), with labels by half-plane.

    Args:
        m: Number of points, at least 2.
        beta: Noise standard deviation.
        radius: Radius of the circle.
    """
    _checks.as_count("m", m, minimum=2)
    angle: Array = 2 * math.pi * (np.arange(m) + 0.5) / m
    points: Array = _checks.as_number("radius", radius) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    labels = (np.arange(m) < m // 2).astype(np.int64)
    return Constellation(f"{m}-ring radius={radius:g} beta={beta:g}", points, beta, labels=labels)
