import math

import numpy as np
import pytest
from scipy.integrate import quad_vec

from infoflow._errors import IllPosedError, InfoflowError
from infoflow.truths import Constellation, DeepChain, LinearNetwork, PlanarChain, ring

QUADRATURE = 2e-9  # two quadratures, each good to 1e-9
INPUTS = np.array([-1.0, 0.2, 0.5, 2.0])
LABELS = np.array([0, 0, 1, 1])


def _phi(z):
    return np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)


def test_linear_chain_equals_the_gaussian_closed_form_at_every_depth():
    layers = ((1.3, 0.1), (-0.7, 0.2), (2.0, -0.3))
    chain = DeepChain("chain", INPUTS, layers, "linear", 0.2, LABELS)
    for depth in (1, 2, 3):
        matrices = tuple(np.array([[w]]) for w, _ in layers[:depth])
        # Offsets only shift T.
        network = LinearNetwork("network", matrices, (0.2,) * depth, INPUTS[:, None], LABELS)
        truth = chain.at_layer(depth)
        assert truth.exact == network.exact == (depth == 1)
        for name in ("information", "entropy", "conditional_entropy", "label_information"):
            assert getattr(truth, name) == pytest.approx(getattr(network, name), abs=QUADRATURE)


def test_linear_planar_chain_equals_the_gaussian_closed_form():
    first, second = np.array([[0.9, -0.5], [0.2, 0.8]]), np.array([[1.2, 0.4], [-0.6, 1.1]])
    inputs = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5], [0.3, -0.8]])
    zero = np.zeros(2)
    chain = PlanarChain("planar", inputs, (first, second), (zero, zero), "linear", 0.4, LABELS)
    network = LinearNetwork("network", (first, second), (0.4, 0.4), inputs, LABELS)
    for name in ("information", "entropy", "conditional_entropy", "label_information"):
        assert getattr(chain, name) == pytest.approx(getattr(network, name), abs=QUADRATURE)


def test_first_planar_layer_is_a_constellation():
    inputs = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]])
    chain = PlanarChain("planar", inputs, (2 * np.eye(2),), (np.zeros(2),), "tanh", 0.3)
    points = Constellation("points", np.tanh(2 * inputs), 0.3)
    assert chain.exact
    assert chain.information == points.information


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu"])
def test_two_layers_match_adaptive_quadrature(activation):
    beta, (w1, b1), (w2, b2) = 0.3, (1.5, 0.2), (2.0, -0.5)
    chain = DeepChain("chain", INPUTS, ((w1, b1), (w2, b2)), activation, beta, LABELS)
    apply = {
        "tanh": math.tanh,
        "relu": lambda u: max(u, 0.0),
        "leaky_relu": lambda u: u if u > 0 else 0.1 * u,
    }[activation]
    t = np.arange(-4.0, 12.0, 0.1)

    def densities(x):
        centre = apply(w1 * x + b1)
        kink = sorted({min(max(-b2 / w2, centre - 3), centre + 3), centre})
        value, _ = quad_vec(
            lambda u: _phi((u - centre) / beta) / beta * _phi((t - apply(w2 * u + b2)) / beta) / beta,
            centre - 3,
            centre + 3,
            points=kink,
            epsabs=1e-11,
        )
        return value

    # Trapezoid in t: the densities are analytic and vanish at both ends, step beta/3.
    p = np.array([densities(x) for x in INPUTS])
    mixture = p.mean(axis=0)
    seen = mixture > 1e-14
    terms = np.where(seen & (p > 0), p * np.log(np.where(p > 0, p, 1.0) / np.where(seen, mixture, 1.0)), 0.0)
    # quad_vec at 1e-11 over 16 units of t, times the logarithm; cells below 1e-14 are left out.
    assert chain.information == pytest.approx(terms.sum() * 0.1 / len(INPUTS), abs=1e-8)


def test_decoupled_planar_chain_is_twice_the_scalar_chain():
    inputs, layers = np.array([-1.0, 0.5]), ((1.0, 0.2), (1.2, -0.3))
    chain = DeepChain("chain", inputs, layers, "tanh", 0.4)
    pairs = np.array([[a, b] for a in inputs for b in inputs])
    matrices, offsets = tuple(w * np.eye(2) for w, _ in layers), tuple(np.full(2, b) for _, b in layers)
    planar = PlanarChain("planar", pairs, matrices, offsets, "tanh", 0.4)
    assert planar.information == pytest.approx(2 * chain.information, abs=QUADRATURE)
    assert planar.entropy == pytest.approx(2 * chain.entropy, abs=QUADRATURE)


def test_information_falls_along_a_chain():
    chain = DeepChain("chain", INPUTS, ((2.0, 0.0), (1.5, 0.1), (-1.5, -0.1)), "tanh", 0.2, LABELS)
    values = [chain.at_layer(depth).information for depth in (1, 2, 3)]
    labels = [chain.at_layer(depth).label_information for depth in (1, 2, 3)]
    # Data-processing inequality.
    assert values == sorted(values, reverse=True)
    assert labels == sorted(labels, reverse=True)


def test_a_chain_can_be_seen_at_any_of_its_layers_only():
    chain = DeepChain("chain", INPUTS, ((1.0, 0.0), (1.0, 0.0)), "tanh", 0.2)
    assert chain.at_layer(2).layers == chain.layers
    with pytest.raises(ValueError, match="depth must be at most 2, got 3"):
        chain.at_layer(3)
    with pytest.raises(ValueError, match="depth must be at least 1"):
        chain.at_layer(0)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: DeepChain("c", INPUTS, (), "tanh", 0.1), ValueError, "layers must have shape"),
        (lambda: DeepChain("c", INPUTS, ((1.0, 2.0, 3.0),), "tanh", 0.1), ValueError, r"pairs \(w, b\)"),
        (lambda: DeepChain("c", INPUTS, ((1.0, 0.0),), "gelu", 0.1), ValueError, "activation must be one of"),
        (lambda: DeepChain("c", INPUTS, ((1.0, 0.0),), "tanh", 0.0), IllPosedError, "ln m = 1.3863"),
        (lambda: DeepChain("c", INPUTS, ((1.0, 0.0),), "tanh", 0.1, [0, 1]), ValueError, "labels must have shape"),
        (
            lambda: PlanarChain("p", np.eye(2), (np.eye(3),), (np.zeros(2),), "tanh", 0.1),
            ValueError,
            "matrices must have shapes",
        ),
        (
            lambda: PlanarChain("p", np.eye(2), (np.eye(2),), (), "tanh", 0.1),
            ValueError,
            "offsets must be one pair per layer",
        ),
        (
            lambda: PlanarChain("p", np.eye(2), (np.eye(2),), (np.zeros(2),), "relu", 0.1),
            ValueError,
            "activation must be one of tanh, linear",
        ),
    ],
)
def test_bad_chains_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_quadrature_that_cannot_converge_says_so():
    from infoflow.truths.isotropic import solve_common_covariance

    points = ring(4, beta=0.3).points
    with pytest.raises(InfoflowError, match="quadrature must converge to -1"):
        solve_common_covariance(points[:, :1], np.array([[0.09]]), np.full(4, 0.25), None, tolerance=-1.0)


def test_densities_that_do_not_integrate_to_one_are_refused():
    from infoflow.truths.quadrature import Integrals, converge

    with pytest.raises(InfoflowError, match=r"the densities must integrate to 1, got 0\.9"):
        converge(lambda step: Integrals(0.0, 0.0, 0.0, 0.9), 1.0, labelled=False)
