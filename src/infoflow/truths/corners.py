"""Modes at the corners of a cube, the synthetic problem on which entropy estimators under noise are compared."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.linear import LinearNetwork
from infoflow.truths.product import Product, power
from infoflow.truths.quadrature import REACH, Integrals, converge, integrate_channel, panel_rule
from infoflow.truths.truth import Answers, Solved


@dataclass(frozen=True, eq=False)
class TruncatedModes(Solved):
    """Two modes at the ends of [-1, 1]: ``S | x ~ N(x, mode_sd²)`` truncated to [-1, 1], x = ±1 equally likely.

    The label is the sign.

    Attributes:
        beta: Noise standard deviation.
        mode_sd: Standard deviation of a mode before truncation.

    Raises:
        TypeError: An argument is not a number.
        ValueError: ``mode_sd <= 0``.
        IllPosedError: ``beta <= 0``.
    """

    beta: float
    mode_sd: float = 0.02

    def __post_init__(self) -> None:
        object.__setattr__(self, "beta", _checks.positive_beta(self.beta, m=2))
        if _checks.as_number("mode_sd", self.mode_sd) <= 0:
            raise ValueError(f"mode_sd must be positive, got {self.mode_sd:g}")

    @property
    def name(self) -> str:
        """The parameters."""
        return f"truncated modes sd={self.mode_sd:g} beta={self.beta:g}"

    @property
    def m(self) -> int:
        """Two."""
        return 2

    @property
    def d(self) -> int:
        """One."""
        return 1

    @property
    def weights(self) -> Array:
        """One half each."""
        return np.full(2, 0.5)

    @property
    def labels(self) -> IntArray:
        """The sign of the mode as 0 and 1."""
        return np.array([0, 1], dtype=np.int64)

    @property
    def exact(self) -> bool:
        """False: S is random given the mode."""
        return False

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of S per mode, shape (2, n, 1)."""
        _checks.as_count("n", n)
        uniform = _random.stream(seed, "truncated modes").random((2, n))
        inward = self.mode_sd * ndtri(0.5 + uniform * self._kept)
        return (np.array([[1.0], [-1.0]]) * (inward - 1.0))[:, :, None]

    def solve(self) -> Answers:
        """Integrate the densities of the truncated modes under noise."""
        reach = REACH * self.beta

        def evaluate(step: float) -> Integrals:
            rule = panel_rule([(-1.0 - reach, 1.0 + reach)], step * min(self.beta, self._posterior_sd * 8))
            return integrate_channel(self._densities, rule, self.weights, self.labels)

        return converge(evaluate, 1.0, labelled=True)

    @property
    def _kept(self) -> float:
        """Mass of a mode that lies in [-1, 1]."""
        return float(ndtr(2.0 / self.mode_sd) - 0.5)

    @property
    def _posterior_sd(self) -> float:
        return self.mode_sd * self.beta / math.hypot(self.mode_sd, self.beta)

    def _densities(self, t: Array) -> Array:
        """Return ``N(t; x, ω²) P(S in [-1, 1] | t) / P(S in [-1, 1])`` with ``ω² = mode_sd² + beta²``, shape (2, q)."""
        omega = math.hypot(self.mode_sd, self.beta)
        rows: list[Array] = []
        for x in (-1.0, 1.0):
            mean = x + (t - x) * (self.mode_sd / omega) ** 2
            inside = ndtr((1.0 - mean) / self._posterior_sd) - ndtr((-1.0 - mean) / self._posterior_sd)
            gaussian = np.exp(-0.5 * np.square((t - x) / omega)) / (omega * math.sqrt(2 * math.pi))
            rows.append(gaussian * inside / self._kept)
        return np.stack(rows)


def corner_mixture(d: int, *, beta: float, mode_sd: float = 0.02, truncated: bool = True) -> Product:
    """Return the mixture of 2^d Gaussian modes at the corners of [-1, 1]^d, seen through noise.

    Given a corner, the coordinates of S are independent, so every answer is d times its one-dimensional value. The
    published values (d = 5, beta = .05: h = -4.277) hold for modes truncated to the cube, which is what bounded
    activations give; untruncated modes have h = -4.047 there. The label is the first coordinate's sign.

    Args:
        d: Dimension; answers exist for any d, draws per input up to d = 16.
        beta: Noise standard deviation.
        mode_sd: Standard deviation of a mode before truncation, > 0.
        truncated: Whether the modes are cut off at the faces of the cube.

    Source: [G18] Section VI, simulations: truncated Gaussian mixture with modes at the corners.
    """
    name = f"{'truncated ' if truncated else ''}corners d={d} mode={mode_sd:g} beta={beta:g}"
    if truncated:
        return power(TruncatedModes(beta, mode_sd), d, name=name)
    one = np.ones((1, 1))
    codebook, labels = np.array([[-1.0], [1.0]]), np.array([0, 1], dtype=np.int64)
    return power(LinearNetwork("noisy BPSK", (one, one), (mode_sd, beta), codebook, labels), d, name=name)
