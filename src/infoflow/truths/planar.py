"""Deep noisy chains with two neurons per layer, with conditional densities propagated on a lattice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.activations import SMOOTH, activation_function
from infoflow.truths.isotropic import solve_common_covariance
from infoflow.truths.quadrature import REACH, Integrals, Rule, converge, integrate_channel, lattice_rule, tensor_rule
from infoflow.truths.truth import Answers, Solved

_TOLERANCE = 1e-9
"""The cost grows like step^-4; the difference of two rules is the coarser one's error, the finer is returned."""


@dataclass(frozen=True, eq=False)
class PlanarChain(Solved):
    """Two neurons per layer, ``T_l = a(W_l T_{l-1} + b_l) + Z_l`` with ``T_0 = X``, seen at the last layer.

    The transition density is a product over the two coordinates, so propagating one input's density from one lattice
    to the next is two matrix products.

    Attributes:
        name: A short unique name.
        inputs: x_i, shape (m, p), equally likely.
        matrices: W_1 of shape (2, p), the others (2, 2).
        offsets: b_l, shape (2,) each.
        activation: tanh or linear: on a lattice kinks would cost the accuracy.
        beta: Noise standard deviation of every layer.
        labels: Classes of the inputs, shape (m,), or None.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not fit together, or an activation with a kink.
        IllPosedError: ``beta <= 0``.
    """

    name: str
    inputs: Array
    matrices: Sequence[Array]
    offsets: Sequence[Array]
    activation: str
    beta: float
    labels: IntArray | None = None

    def __post_init__(self) -> None:
        inputs = _checks.as_float64("inputs", self.inputs, shape="m p")
        matrices = tuple(_checks.as_float64(f"matrices[{k}]", w, shape="2 p") for k, w in enumerate(self.matrices))
        offsets = tuple(_checks.as_float64(f"offsets[{k}]", b, shape="2") for k, b in enumerate(self.offsets))
        wanted = [(2, inputs.shape[1]), *[(2, 2)] * (len(matrices) - 1)]
        if not matrices or [w.shape for w in matrices] != wanted:
            raise ValueError(f"matrices must have shapes {wanted}, got {[w.shape for w in matrices]}")
        if [b.shape for b in offsets] != [(2,)] * len(matrices):
            raise ValueError(f"offsets must be one pair per layer, got shapes {[b.shape for b in offsets]}")
        _checks.one_of("activation", self.activation, SMOOTH)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "matrices", matrices)
        object.__setattr__(self, "offsets", offsets)
        object.__setattr__(self, "beta", _checks.positive_beta(self.beta, m=len(inputs)))
        if self.labels is not None:
            object.__setattr__(self, "labels", _checks.as_labels("labels", self.labels, m=len(inputs)))

    @property
    def m(self) -> int:
        """Number of inputs."""
        return len(self.inputs)

    @property
    def d(self) -> int:
        """Two."""
        return 2

    @property
    def weights(self) -> Array:
        """Uniform probabilities, shape (m,)."""
        return np.full(self.m, 1.0 / self.m)

    @property
    def exact(self) -> bool:
        """Whether there is one layer only."""
        return len(self.matrices) == 1

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of the last layer's S per input, shape (m, n, 2)."""
        _checks.as_count("n", n)
        rng = _random.stream(seed, "planar chain")
        s = np.repeat(self._output(0, self.inputs)[:, None, :], n, axis=1)
        for k in range(1, len(self.matrices)):
            s = self._output(k, s + self.beta * rng.standard_normal(s.shape))
        return s

    def solve(self) -> Answers:
        """Propagate the densities through the layers, on finer and finer lattices."""
        if self.exact:
            points = self._output(0, self.inputs)
            return solve_common_covariance(points, self.beta**2 * np.eye(2), self.weights, self.labels)
        return converge(
            self._evaluate, 0.7, labelled=self.labels is not None, tolerance=_TOLERANCE, ratio=math.sqrt(0.5)
        )

    def _output(self, layer: int, t: Array) -> Array:
        return activation_function(self.activation)(t @ self.matrices[layer].T + self.offsets[layer])

    def _evaluate(self, step: float) -> Integrals:
        s = self._output(0, self.inputs)
        axes = self._axes(s, step)
        # (m, q1, q2)
        p = np.stack(
            [np.multiply.outer(*(_gaussian(axes[k].nodes - point[k], self.beta) for k in (0, 1))) for point in s]
        )
        for k in range(1, len(self.matrices)):
            lattice = tensor_rule(axes[0], axes[1])
            image = self._output(k, lattice.nodes)
            axes = self._axes(image, step)
            first, second = (_gaussian(axes[j].nodes[:, None] - image[:, j], self.beta) for j in (0, 1))
            mass = p.reshape(self.m, -1) * lattice.weights
            p = np.stack([(first * one) @ second.T for one in mass])
        final = tensor_rule(axes[0], axes[1])
        table = p.reshape(self.m, -1)
        index = Rule(np.arange(table.shape[1], dtype=np.float64), final.weights)
        return integrate_channel(lambda k: table[:, k.astype(np.int64)], index, self.weights, self.labels)

    def _axes(self, image: Array, step: float) -> list[Rule]:
        """Return one rule per coordinate, covering the image of the layer before and the noise around it."""
        reach = REACH * self.beta
        lower, upper = image.min(axis=0) - reach, image.max(axis=0) + reach
        return [lattice_rule([(float(lower[k]), float(upper[k]))], step * self.beta) for k in (0, 1)]


def _gaussian(difference: Array, beta: float) -> Array:
    return np.exp(-0.5 * np.square(difference / beta)) / (beta * math.sqrt(2 * math.pi))
