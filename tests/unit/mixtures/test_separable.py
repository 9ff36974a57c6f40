import numpy as np
import pytest

from infoflow import IllPosedError, NonFiniteError
from infoflow.mixtures.reference import log_density_reference
from infoflow.mixtures.separable import own_log_density_at_nodes


def oracle(centres, nodes, beta):
    m, n, d = centres.shape
    log_w = np.full(n, -np.log(n))
    queries = centres[:, :, None, :] + beta * nodes
    values = [log_density_reference(queries[i].reshape(-1, d), centres[i], log_w, beta) for i in range(m)]
    return np.stack(values).reshape(m, n, len(nodes))


@pytest.mark.parametrize("d", [1, 2, 5])
@pytest.mark.parametrize("spread", [0.1, 3.0, 200.0])
def test_against_the_oracle(d, spread):
    """Tight, overlapping and far mixtures; the last exceeds the safe range and takes the direct engine."""
    rng = np.random.default_rng(d)
    beta = 0.05
    centres = 1.0 + spread * beta * rng.standard_normal((4, 41, d))
    nodes = rng.standard_normal((17, d))
    found = own_log_density_at_nodes(centres, nodes, beta=beta)
    # a factor e^t carries t·eps, t <= 350; queries are formed with eps·|y|/beta <= 2e-16·4000 per unit of distance
    np.testing.assert_allclose(found, oracle(centres, nodes, beta), rtol=1e-13, atol=2e-12)


def test_one_centre_is_a_gaussian():
    nodes = np.array([[0.0, 0.0], [1.0, -2.0]])
    found = own_log_density_at_nodes(np.array([[[5.0, -1.0]]]), nodes, beta=0.1)
    expected = -0.5 * (nodes**2).sum(1) - np.log(2 * np.pi * 0.01)
    np.testing.assert_allclose(found[0, 0], expected, rtol=0, atol=1e-14)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="same d, got 3 and 2"):
        own_log_density_at_nodes(np.zeros((1, 2, 3)), np.zeros((4, 2)), beta=1.0)
    with pytest.raises(NonFiniteError, match="nodes must be finite"):
        own_log_density_at_nodes(np.zeros((1, 2, 1)), np.array([[np.nan]]), beta=1.0)
    with pytest.raises(IllPosedError, match="beta must be"):
        own_log_density_at_nodes(np.zeros((1, 2, 1)), np.zeros((1, 1)), beta=0.0)


def test_without_compiled_code_the_sums_are_the_same(monkeypatch):
    rng = np.random.default_rng(4)
    centres, nodes = 0.2 * rng.standard_normal((3, 19, 3)), rng.standard_normal((7, 3))
    compiled = own_log_density_at_nodes(centres, nodes, beta=0.1)
    monkeypatch.setattr("infoflow.mixtures.separable.engines.is_available", lambda _: False)
    # positive terms, exponents below 100: eps of those
    np.testing.assert_allclose(own_log_density_at_nodes(centres, nodes, beta=0.1), compiled, rtol=0, atol=1e-13)
