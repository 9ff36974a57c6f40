"""Deep noisy chains with one neuron per layer, with conditional densities propagated by quadrature."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.activations import SMOOTH, activation_function
from infoflow.truths.isotropic import solve_common_covariance
from infoflow.truths.quadrature import REACH, Integrals, Rule, converge, integrate_channel, panel_rule, windows
from infoflow.truths.truth import Answers, Solved

_ROWS = 1 << 21


@dataclass(frozen=True, eq=False)
class DeepChain(Solved):
    """One neuron per layer, ``T_l = a(w_l T_{l-1} + b_l) + Z_l`` with ``T_0 = X``, seen at the last layer.

    ``p(t_l | x) = ∫ p(u | x) φ_beta(t_l - a(w_l u + b_l)) du``, integrated panel by panel and broken at the kink.

    Attributes:
        name: A short unique name.
        inputs: x_i, shape (m,), equally likely.
        layers: Pairs (w_l, b_l), first layer first.
        activation: tanh, leaky_relu (slope 0.1), relu or linear.
        beta: Noise standard deviation of every layer.
        labels: Classes of the inputs, shape (m,), or None.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: No layer, or an unknown activation.
        IllPosedError: ``beta <= 0``.
    """

    name: str
    inputs: Array
    layers: Sequence[tuple[float, float]]
    activation: str
    beta: float
    labels: IntArray | None = None

    def __post_init__(self) -> None:
        inputs = _checks.as_float64("inputs", self.inputs, shape="m")
        pairs = _checks.as_float64("layers", self.layers, shape="l 2")
        if pairs.shape[1] != 2:
            raise ValueError(f"layers must be pairs (w, b), got shape {pairs.shape}")
        activation_function(self.activation)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(self, "layers", tuple((float(w), float(b)) for w, b in pairs))
        object.__setattr__(self, "beta", _checks.positive_beta(self.beta, m=len(inputs)))
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
        """Whether there is one layer only."""
        return len(self.layers) == 1

    def at_layer(self, depth: int) -> "DeepChain":
        """Return the problem of the first ``depth`` layers.

        Raises:
            ValueError: Not 1 <= depth <= number of layers.
        """
        _checks.as_count("depth", depth)
        if depth > len(self.layers):
            raise ValueError(f"depth must be at most {len(self.layers)}, got {depth}")
        name = f"{self.name}, layer {depth}"
        return DeepChain(name, self.inputs, self.layers[:depth], self.activation, self.beta, self.labels)

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of the last layer's S per input, shape (m, n, 1)."""
        _checks.as_count("n", n)
        rng = _random.stream(seed, "deep chain")
        s = np.repeat(self._output(0, self.inputs)[:, None], n, axis=1)
        for k in range(1, len(self.layers)):
            s = self._output(k, s + self.beta * rng.standard_normal(s.shape))
        return s[:, :, None]

    def solve(self) -> Answers:
        """Propagate the densities through the layers, on finer and finer panels."""
        if self.exact:
            points = self._output(0, self.inputs)[:, None]
            return solve_common_covariance(points, np.array([[self.beta**2]]), self.weights, self.labels)
        return converge(self._evaluate, 1.0, labelled=self.labels is not None)

    def _output(self, layer: int, t: Array) -> Array:
        w, b = self.layers[layer]
        return activation_function(self.activation)(w * t + b)

    def _evaluate(self, step: float) -> Integrals:
        s = self._output(0, self.inputs)
        intervals = windows(s, REACH * self.beta)
        rule = self._rule(0, intervals, step)
        p = _gaussian(rule.nodes[:, None] - s, self.beta)  # (q, m)
        for k in range(1, len(self.layers) - 1):
            intervals = self._image(k, intervals)
            following = self._rule(k, intervals, step)
            p = _transfer(following.nodes, self._output(k, rule.nodes), rule.weights[:, None] * p, self.beta)
            rule = following
        last = len(self.layers) - 1
        image, mass = self._output(last, rule.nodes), rule.weights[:, None] * p
        final = self._rule(last, self._image(last, intervals), step)
        return integrate_channel(lambda t: _transfer(t, image, mass, self.beta).T, final, self.weights, self.labels)

    def _image(self, layer: int, intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Return where T of a layer lives, given where the layer before lives; activations are monotone."""
        ends = [np.sort(self._output(layer, np.array(interval))) for interval in intervals]
        spread = [(float(lower), float(upper)) for lower, upper in ends]
        reach = REACH * self.beta
        return _merge([(lower - reach, upper + reach) for lower, upper in spread])

    def _rule(self, layer: int, intervals: list[tuple[float, float]], step: float) -> Rule:
        """Return the rule for T of a layer: panels resolve the noise and the next layer's view of it."""
        if layer + 1 == len(self.layers):
            return panel_rule(intervals, step * self.beta)
        w, b = self.layers[layer + 1]
        kinks = [] if self.activation in SMOOTH or w == 0 else [-b / w]
        return panel_rule(intervals, step * self.beta / max(1.0, abs(w)), kinks)


def _merge(intervals: list[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for lower, upper in sorted(intervals):
        if merged and lower <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], upper))
        else:
            merged.append((lower, upper))
    return merged


def _gaussian(difference: Array, beta: float) -> Array:
    return np.exp(-0.5 * np.square(difference / beta)) / (beta * math.sqrt(2 * math.pi))


def _transfer(t: Array, image: Array, mass: Array, beta: float) -> Array:
    """Return ``Σ_k φ_beta(t - image_k) mass_k``, shape (len(t), m), a block of rows at a time."""
    rows = max(1, _ROWS // len(image))
    blocks = [_gaussian(t[k : k + rows, None] - image, beta) @ mass for k in range(0, len(t), rows)]
    return np.concatenate(blocks)
