"""Noisy linear networks, ``T_l = W_l T_{l-1} + Z_l``: Gaussian given the input, at any depth."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.isotropic import gaussian_entropy, solve_common_covariance
from infoflow.truths.truth import Answers, Solved


def _checked_layers(matrices: Sequence[Array], betas: Sequence[float]) -> tuple[tuple[Array, ...], tuple[float, ...]]:
    if not matrices or len(matrices) != len(betas):
        raise ValueError(f"matrices and betas must have one entry per layer, got {len(matrices)} and {len(betas)}")
    checked = tuple(_checks.as_float64(f"matrices[{k}]", w, shape="rows columns") for k, w in enumerate(matrices))
    for k, (inner, outer) in enumerate(itertools.pairwise(checked)):
        if outer.shape[1] != inner.shape[0]:
            raise ValueError(f"matrices[{k + 1}] must have {inner.shape[0]} columns, got shape {outer.shape}")
    return checked, tuple(_checks.positive_beta(beta) for beta in betas)


def _gain_and_noise(matrices: tuple[Array, ...], betas: tuple[float, ...]) -> tuple[Array, Array]:
    """Return A and C with ``S_L | x ~ N(A x, C)``."""
    gain = matrices[0]
    noise = np.zeros((len(gain), len(gain)))
    for matrix, beta in zip(matrices[1:], betas[:-1], strict=True):
        noise = matrix @ (noise + beta**2 * np.eye(len(noise))) @ matrix.T
        gain = matrix @ gain
    return gain, noise


def _propagate(t: Array, matrices: tuple[Array, ...], betas: tuple[float, ...], rng: np.random.Generator) -> Array:
    """Return noiseless outputs of the last layer for inputs of shape (..., p)."""
    s = t @ matrices[0].T
    for matrix, beta in zip(matrices[1:], betas[:-1], strict=True):
        s = (s + beta * rng.standard_normal(s.shape)) @ matrix.T
    return s


@dataclass(frozen=True, eq=False)
class LinearNetwork(Solved):
    """A noisy linear network fed from a finite codebook: ``S_L | x_i ~ N(A x_i, C)`` in closed form.

    Attributes:
        name: A short unique name.
        matrices: W_l of shape (d_l, d_{l-1}), first layer first.
        betas: Noise standard deviations of the layers; the last one is ``beta``.
        codebook: Inputs x_i, shape (m, d_0); the whitened A x_i may span at most two dimensions.
        labels: Classes of the inputs, shape (m,), or None.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not fit together.
        IllPosedError: A noise standard deviation is not positive.
    """

    name: str
    matrices: tuple[Array, ...]
    betas: tuple[float, ...]
    codebook: Array
    labels: IntArray | None = None

    def __post_init__(self) -> None:
        matrices, betas = _checked_layers(self.matrices, self.betas)
        codebook = _checks.as_float64("codebook", self.codebook, shape="m d_0")
        if codebook.shape[1] != matrices[0].shape[1]:
            raise ValueError(f"codebook must have {matrices[0].shape[1]} columns, got shape {codebook.shape}")
        object.__setattr__(self, "matrices", matrices)
        object.__setattr__(self, "betas", betas)
        object.__setattr__(self, "codebook", codebook)
        if self.labels is not None:
            object.__setattr__(self, "labels", _checks.as_labels("labels", self.labels, m=len(codebook)))

    @property
    def m(self) -> int:
        """Number of inputs."""
        return len(self.codebook)

    @property
    def d(self) -> int:
        """Width of the last layer."""
        return len(self.matrices[-1])

    @property
    def beta(self) -> float:
        """Noise standard deviation of the last layer."""
        return self.betas[-1]

    @property
    def weights(self) -> Array:
        """Uniform probabilities, shape (m,)."""
        return np.full(self.m, 1.0 / self.m)

    @property
    def exact(self) -> bool:
        """Whether there is one layer only."""
        return len(self.matrices) == 1

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of S_L per input, shape (m, n, d)."""
        _checks.as_count("n", n)
        rng = _random.stream(seed, "linear network")
        return _propagate(np.repeat(self.codebook[:, None, :], n, axis=1), self.matrices, self.betas, rng)

    def solve(self) -> Answers:
        """Whiten the Gaussian conditionals and integrate over the span of their means."""
        gain, noise = _gain_and_noise(self.matrices, self.betas)
        return solve_common_covariance(
            self.codebook @ gain.T, noise + self.beta**2 * np.eye(self.d), self.weights, self.labels
        )


@dataclass(frozen=True, eq=False)
class GaussianInputNetwork:
    """A noisy linear network fed with ``X ~ N(0, I)``: all quantities are log-determinants.

    It has no finite set of inputs, so it is a truth for entropies and for estimates from drawn inputs.

    Attributes:
        name: A short unique name.
        matrices: W_l of shape (d_l, d_{l-1}), first layer first.
        betas: Noise standard deviations of the layers; the last one is ``beta``.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not fit together.
        IllPosedError: A noise standard deviation is not positive.
    """

    name: str
    matrices: tuple[Array, ...]
    betas: tuple[float, ...]

    def __post_init__(self) -> None:
        matrices, betas = _checked_layers(self.matrices, self.betas)
        object.__setattr__(self, "matrices", matrices)
        object.__setattr__(self, "betas", betas)

    @property
    def d(self) -> int:
        """Width of the last layer."""
        return len(self.matrices[-1])

    @property
    def beta(self) -> float:
        """Noise standard deviation of the last layer."""
        return self.betas[-1]

    @property
    def conditional_entropy(self) -> float:
        """h(T|X) = ½ ln det(2πe (C + beta² I)), nats."""
        _, noise = _gain_and_noise(self.matrices, self.betas)
        return gaussian_entropy(noise + self.beta**2 * np.eye(self.d))

    @property
    def entropy(self) -> float:
        """h(T) = ½ ln det(2πe (A A' + C + beta² I)), nats."""
        gain, noise = _gain_and_noise(self.matrices, self.betas)
        return gaussian_entropy(gain @ gain.T + noise + self.beta**2 * np.eye(self.d))

    @property
    def information(self) -> float:
        """I(X;T) = h(T) - h(T|X), nats."""
        return self.entropy - self.conditional_entropy

    def draw_inputs(self, m: int, seed: int) -> Array:
        """Return m independent inputs, shape (m, d_0)."""
        _checks.as_count("m", m)
        return _random.stream(seed, "gaussian inputs").standard_normal((m, self.matrices[0].shape[1]))

    def draw_conditional(self, inputs: Array, n: int, seed: int) -> Array:
        """Return n independent draws of S_L for each of the given inputs (m, d_0), shape (m, n, d)."""
        _checks.as_count("n", n)
        x = _checks.as_float64("inputs", inputs, shape="m d_0")
        rng = _random.stream(seed, "gaussian network, conditional")
        return _propagate(np.repeat(x[:, None, :], n, axis=1), self.matrices, self.betas, rng)

    def draw_unconditional(self, n: int, seed: int) -> Array:
        """Return n independent draws of S_L, each from a fresh input, shape (n, d)."""
        x = self.draw_inputs(n, _random.derived_seed(seed, "gaussian network, inputs"))
        rng = _random.stream(seed, "gaussian network, unconditional")
        return _propagate(x, self.matrices, self.betas, rng)
