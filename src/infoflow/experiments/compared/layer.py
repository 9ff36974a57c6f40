"""The activations of one layer that the comparators are given: draws of the noisy network, and its twins."""

import math
from dataclasses import dataclass, replace

import numpy as np

from infoflow._random import derived_seed, stream
from infoflow._types import Array, IntArray
from infoflow.experiments.compared.quantised_network import quantised_representations
from infoflow.experiments.estimation import twin_representations
from infoflow.experiments.problem import Problem
from infoflow.experiments.restored import Restored
from infoflow.networks import NoisyNetwork, sample_representations

BITS = (8, 4)
"""Bits of the quantised networks."""
SAMPLES = 4096
"""Samples of T that the estimators are given, at least; every input as often as any other."""
_GIVEN_INPUTS, _GIVEN_DRAWS = 512, 64
_CENTRES, _FRESH = SAMPLES, SAMPLES // 2
"""Draws of S for sliced informations, in all, at least; of every input at least 8 centres and a fresh draw."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One layer of one network, before and after its noise.

    Attributes:
        name: Its name.
        beta: Noise standard deviation.
        exact: Whether S is a function of the input, because no noise comes before.
        inputs: The inputs, shape (m, d_x).
        labels: Their classes, shape (m,).
        noisy: Draws of T of the noisy network, shape (m, n_draws, d).
        given: Draws of T given each of some inputs, shape (j, r, d); None where h(T|X) is known.
        centres: Draws of S of the noisy network, shape (m, n, d).
        fresh: Independent draws of S, shape (m, r, d).
        twin: S of the network without noise, shape (m, d).
        quantised: T of the networks with quantised activations, by bits, shape (m, d) each.
        m: Inputs of the whole problem.
        seed: Seed of the estimators.
    """

    name: str
    beta: float
    exact: bool
    inputs: Array
    labels: IntArray
    noisy: Array
    given: Array | None
    centres: Array
    fresh: Array
    twin: Array
    quantised: dict[int, Array]
    m: int
    seed: int

    @property
    def t(self) -> Array:
        """Draws of T, shape (n, d), those of one input together."""
        return self.noisy.reshape(-1, self.noisy.shape[2])

    @property
    def index(self) -> IntArray:
        """The input of every draw of T, shape (n,)."""
        return np.repeat(np.arange(len(self.inputs)), self.noisy.shape[1])

    def part(self, n_inputs: int, n_samples: int) -> "Layer":
        """Return the same layer with X uniform on some of the inputs, and not more draws of T than asked for.

        Args:
            n_inputs: Most inputs; a larger part holds the inputs of every smaller one.
            n_samples: Most draws of T, but at least one of every input.
        """
        count = min(n_inputs, len(self.inputs))
        chosen = np.sort(stream(self.seed, "inputs of the comparators").permutation(len(self.inputs))[:count])
        draws = max(1, n_samples // count)
        return replace(
            self,
            inputs=self.inputs[chosen],
            labels=self.labels[chosen],
            noisy=self.noisy[chosen, :draws],
            centres=self.centres[chosen],
            fresh=self.fresh[chosen],
            twin=self.twin[chosen],
            quantised={bits: rows[chosen] for bits, rows in self.quantised.items()},
        )


def sampled_layers(restored: Restored, names: list[str], seed: int) -> list[Layer]:
    """Return the layers called ``names`` of a restored network, each with its draws.

    Args:
        restored: The network and its data.
        names: Noisy layers.
        seed: Seed of all draws; each epoch has streams of its own.
    """
    network, problem = restored.network, restored.problem
    key = derived_seed(seed, "draws of the comparators", restored.epoch)
    m = len(problem.inputs)
    n_draws = math.ceil(SAMPLES / m)
    draws = {
        purpose: sample_representations(network, problem.inputs, n, seed=derived_seed(key, purpose), layers=names)
        for purpose, n in (
            ("samples", n_draws),
            ("centres", max(8, math.ceil(_CENTRES / m))),
            ("fresh", math.ceil(_FRESH / m)),
        )
    }
    given = _given(network, problem, names, key)
    twin = twin_representations(network, problem)
    quantised = {bits: quantised_representations(network, problem.inputs, bits=bits) for bits in BITS}
    layers: list[Layer] = []
    for name in names:
        exact, beta = name in draws["centres"].exact, network.betas[name]
        s = np.broadcast_to(draws["samples"][name], (m, n_draws, twin[name].shape[1]))
        layers.append(
            Layer(
                name=name,
                beta=beta,
                exact=exact,
                inputs=np.asarray(problem.inputs, dtype=np.float64).reshape(m, -1),
                labels=problem.labels,
                noisy=_with_noise(s, beta, key, f"noise of {name}"),
                given=None if exact else _with_noise(given[name], beta, key, f"noise of {name} given inputs"),
                centres=draws["centres"][name],
                fresh=draws["fresh"][name],
                twin=twin[name],
                quantised={bits: rows[name] for bits, rows in quantised.items()},
                m=m,
                seed=seed,
            )
        )
    return layers


def _given(network: NoisyNetwork, problem: Problem, names: list[str], key: int) -> dict[str, Array]:
    """Return draws of S given some of the inputs, by layer, shape (j, r, d)."""
    m = len(problem.inputs)
    chosen = stream(key, "inputs of h(T|X)").permutation(m)[:_GIVEN_INPUTS]
    seed = derived_seed(key, "draws given inputs")
    return dict(sample_representations(network, problem.inputs[chosen], _GIVEN_DRAWS, seed=seed, layers=names))


def _with_noise(s: Array, beta: float, key: int, name: str) -> Array:
    return s + beta * stream(key, name).standard_normal(s.shape)
