"""A varied collection of cheap problems with known answers, for coverage experiments and self-tests."""

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.truths.chain import DeepChain
from infoflow.truths.codes import ReedMuller
from infoflow.truths.constellation import Constellation, pam, ring, single_neuron
from infoflow.truths.corners import corner_mixture
from infoflow.truths.heavy_tailed import HeavyTailed
from infoflow.truths.linear import LinearNetwork
from infoflow.truths.planar import PlanarChain
from infoflow.truths.product import Product, power
from infoflow.truths.transformed import Permuted, Rotated
from infoflow.truths.truth import Truth


def catalogue() -> list[Truth]:
    """Return more than twenty problems, each with at most 128 inputs and its own unique name.

    They vary in dimension (1 to 10), noise, number of inputs (2 to 128) and kind: S a function of the input or random,
    separated, overlapping and saturated points, unequal probabilities, heavy tails, with and without labels. Building
    the list costs nothing; an answer is computed when it is first asked for.
    """
    return [*_neurons(), *_constellations(), *_chains(), *_linear(), *_products(), *_heavy()]


def large_catalogue() -> list[Truth]:
    """Return problems of 512 and more inputs, products of small ones: those for which estimators choose and fit.

    Smooth, clustered and heavy-tailed conditionals, all random given the input, most of them turned so that no axis is
    special; answers are as exact as the factors'.
    """
    pam4 = LinearNetwork(
        "noisy 4-PAM",
        (np.ones((1, 1)), np.ones((1, 1))),
        (0.2, 0.2),
        np.array([[-1.0], [-0.3], [0.3], [1.0]]),
        _parity(4),
    )
    four = np.array([-1.0, -0.2, 0.5, 1.5])
    smooth = DeepChain("2-layer tanh", four, ((1.0, 0.0), (1.5, 0.1)), "tanh", 0.15, _parity(4))
    clustered = DeepChain(
        "saturated tanh", np.linspace(-2.0, 2.0, 4), ((5.0, 1.0), (6.0, 0.0)), "tanh", 0.1, _halves(4)
    )
    heavy = HeavyTailed("Student t3", np.arange(8.0), 0.2, 3.0, 0.2, _parity(8))
    return [
        Rotated(power(pam4, 5), seed=1),
        Rotated(power(smooth, 5), seed=2),
        power(clustered, 5),
        Rotated(power(heavy, 3), seed=4),
    ]


def _parity(m: int) -> IntArray:
    return np.arange(m, dtype=np.int64) % 2


def _halves(m: int) -> IntArray:
    return (np.arange(m) >= m // 2).astype(np.int64)


def _neurons() -> list[Truth]:
    last = [0, 0, 0, 1]
    eight = [float(x) for x in range(1, 9)]
    return [
        single_neuron("tanh", w=0.1, b=-0.2, beta=0.05, labels=last),
        single_neuron("tanh", w=5.0, b=-10.0, beta=0.05, labels=last),
        single_neuron("leaky_relu", w=-0.88, b=4.3, beta=0.05, inputs=eight, labels=_halves(8)),
        single_neuron("relu", w=0.3, b=-0.2, beta=0.2, inputs=eight),
    ]


def _constellations() -> list[Truth]:
    skewed = Constellation(
        "unequal 5 points beta=0.3",
        np.array([[-1.0], [-0.4], [0.0], [0.5], [1.0]]),
        0.3,
        np.array([0.5, 0.2, 0.15, 0.1, 0.05]),
        np.array([0, 0, 1, 1, 2], dtype=np.int64),
    )
    return [pam(2, beta=1.0), pam(64, beta=0.02), skewed, ring(8, beta=0.3), Permuted(ring(16, beta=0.1), seed=1)]


def _chains() -> list[Truth]:
    twelve = np.linspace(-2.0, 2.0, 12)
    smooth = DeepChain("3-layer tanh chain", twelve, ((1.5, 0.1), (2.0, 0.0), (-1.5, 0.2)), "tanh", 0.1, _halves(12))
    saturated = DeepChain("saturated tanh chain", twelve, ((5.0, 1.0), (6.0, 0.0)), "tanh", 0.1, _parity(12))
    kinked = DeepChain(
        "leaky-ReLU pair", np.arange(1.0, 9.0), ((-0.88, 4.3), (-0.23, 0.24)), "leaky_relu", 0.05, _halves(8)
    )
    corners = np.array([[a, b, c] for a in (-1.0, 1.0) for b in (-1.0, 1.0) for c in (-1.0, 1.0)])
    first, second = np.array([[0.9, -0.5, 0.3], [0.2, 0.8, -0.7]]), np.array([[1.2, 0.4], [-0.6, 1.1]])
    offsets = (np.array([0.1, 0.0]), np.array([0.0, -0.2]))
    planar = PlanarChain("planar tanh chain", corners, (first, second), offsets, "tanh", 0.25, _halves(8))
    return [smooth.at_layer(2), smooth, saturated, kinked, planar]


def _linear() -> list[Truth]:
    codebook = np.linspace(-1.5, 1.5, 10)[:, None]
    scalar = LinearNetwork(
        "scalar linear network", (np.array([[1.3]]), np.array([[-0.8]])), (0.15, 0.1), codebook, _parity(10)
    )
    plane: Array = np.array([[a, b] for a in np.linspace(-1, 1, 4) for b in np.linspace(-1, 1, 4)])
    wide = np.array([[0.8, -0.2], [0.3, 0.9], [-0.5, 0.4]])
    mixing = np.array([[0.7, 0.1, -0.2], [0.0, 0.8, 0.3], [0.2, -0.3, 0.9]])
    three = LinearNetwork("linear network d=3", (wide, mixing), (0.2, 0.15), plane, _halves(16))
    return [scalar, three]


def _products() -> list[Truth]:
    factor = LinearNetwork(
        "noisy 2-PAM", (np.ones((1, 1)), np.ones((1, 1))), (0.3, 0.4), np.array([[-1.0], [1.0]]), _parity(2)
    )
    chain = DeepChain("2-layer tanh", np.array([-1.0, 0.5, 1.5]), ((1.0, 0.0), (1.5, 0.1)), "tanh", 0.2, _parity(3))
    return [
        power(pam(4, beta=0.25), 3),
        Rotated(power(chain, 3), seed=2),
        corner_mixture(5, beta=0.2),
        Rotated(corner_mixture(5, beta=0.5, truncated=False), seed=3),
        Product("mixed product d=5", (*(factor,) * 3, Rotated(ring(4, beta=0.4), seed=4))),
        Rotated(_embedded_bits(), seed=5),
        ReedMuller(2, 3, 1.0),
        ReedMuller(1, 2, 0.5),
    ]


def _embedded_bits() -> Truth:
    """Six factors with two inputs and four idle coordinates: 64 inputs in ten dimensions."""
    bit = LinearNetwork(
        "noisy 2-PAM", (np.ones((1, 1)), np.ones((1, 1))), (0.3, 0.4), np.array([[-1.0], [1.0]]), _parity(2)
    )
    idle = LinearNetwork("idle", (np.ones((1, 1)), np.ones((1, 1))), (0.3, 0.4), np.zeros((1, 1)))
    return Product("six noisy bits d=10", (*(bit,) * 6, *(idle,) * 4))


def _heavy() -> list[Truth]:
    six = np.array([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
    return [
        HeavyTailed("Student t2", six, 0.5, 2.0, 0.2, _halves(6)),
        HeavyTailed("Cauchy", np.array([-2.0, 2.0]), 0.3, 1.0, 0.2, _parity(2)),
    ]
