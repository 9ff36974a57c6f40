"""A problem whose noiseless conditionals have polynomial tails: the worst case for stored centres."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import gammaln

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.quadrature import Integrals, Rule, converge, integrate_channel, lattice_rule
from infoflow.truths.truth import Answers, Solved

_TAIL = 1e-13


@dataclass(frozen=True, eq=False)
class HeavyTailed(Solved):
    """Shifted Student variables seen through noise: ``S | x = x + scale · t_ν``, one-dimensional.

    ``t_ν`` is a Gaussian with random variance ``V = scale² ν/χ²_ν``, hence
    ``p(t | x) = E_V N(t; x, V + beta²)``: a one-dimensional integral with positive terms, accurate far into the tails.

    Attributes:
        name: A short unique name.
        inputs: x_i, shape (m,), equally likely.
        scale: Scale of the Student variable.
        degrees: ν >= 1; the variance of S is infinite for ν <= 2.
        beta: Noise standard deviation.
        labels: Classes of the inputs, shape (m,), or None.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: ``scale <= 0`` or ``degrees < 1``.
        IllPosedError: ``beta <= 0``.
    """

    name: str
    inputs: Array
    scale: float
    degrees: float
    beta: float
    labels: IntArray | None = None

    def __post_init__(self) -> None:
        inputs = _checks.as_float64("inputs", self.inputs, shape="m")
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "beta", _checks.positive_beta(self.beta, m=len(inputs)))
        if _checks.as_number("scale", self.scale) <= 0:
            raise ValueError(f"scale must be positive, got {self.scale:g}")
        if _checks.as_number("degrees", self.degrees) < 1:
            raise ValueError(f"degrees must be at least 1, got {self.degrees:g}")
        if self.labels is not None:
            object.__setattr__(self, "labels", _checks.as_labels("labels", self.labels, m=len(inputs)))

    @property
    def m(self) -> int:
        """Number of inputs."""
        return len(self.inputs)

    @property
    def d(self) -> int:
        """One."""
        return 1

    @property
    def weights(self) -> Array:
        """Uniform probabilities, shape (m,)."""
        return np.full(self.m, 1.0 / self.m)

    @property
    def exact(self) -> bool:
        """False: S is random given the input."""
        return False

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of S per input, shape (m, n, 1)."""
        _checks.as_count("n", n)
        student = _random.stream(seed, "student").standard_t(self.degrees, size=(self.m, n))
        return (self.inputs[:, None] + self.scale * student)[:, :, None]

    def solve(self) -> Answers:
        """Integrate over ``t = c + w sinh(u)``, which reaches far out in few nodes."""
        centre, width = float(self.inputs.mean()), math.hypot(self.beta, self.scale)
        spread = float(np.ptp(self.inputs))
        end = math.asinh((self._reach + spread) / width)

        def evaluate(step: float) -> Integrals:
            u = lattice_rule([(-end, end)], step)
            rule = Rule(centre + width * np.sinh(u.nodes), u.weights * width * np.cosh(u.nodes))
            return integrate_channel(lambda t: self._densities(t), rule, self.weights, self.labels)

        return converge(evaluate, width / (width + spread) / 2, labelled=self.labels is not None)

    @property
    def _reach(self) -> float:
        # P(|t_ν| > R) falls like R^-ν.
        return 10 * self.scale * _TAIL ** (-1 / self.degrees)

    @cached_property
    def _variances(self) -> tuple[Array, Array]:
        """Trapezoidal nodes e^v of V and their masses; ``v = ln V`` has density ``c^a/Γ(a) exp(-a v - c e^-v)``."""
        a = self.degrees / 2
        log_c = math.log(a) + 2 * math.log(self.scale)
        step = min(0.2, 0.4 / math.sqrt(a))  # c/V is Gamma(a): ln V spreads like 1/sqrt(a)
        first = log_c - math.log(a + 20 * math.sqrt(a) + 100)
        last = 2 * math.log(self._reach) + 40 / (a + 0.5)
        v = np.arange(first, last, step)
        log_mass = a * log_c - gammaln(a) - a * v - np.exp(log_c - v) + math.log(step)
        return np.exp(v), np.exp(log_mass)

    def _densities(self, t: Array) -> Array:
        variances, masses = self._variances
        total = variances + self.beta**2
        scaled = masses / np.sqrt(2 * math.pi * total)
        return np.stack([np.exp(-0.5 * np.square(t - x)[:, None] / total) @ scaled for x in self.inputs])
