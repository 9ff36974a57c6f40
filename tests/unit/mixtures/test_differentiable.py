"""Gradients by autograd against central differences of the oracle, and torch input against the oracle."""

import numpy as np
import pytest
import torch

from infoflow.mixtures import differentiable, log_density
from infoflow.mixtures.reference import log_density_reference


def problem(n=23, q=7, d=3, seed=5):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((q, d)), rng.standard_normal((n, d)), rng.random(n) + 0.1


def total(queries, centres, weights, beta):
    return log_density_reference(queries, centres, np.log(weights / weights.sum()), beta).sum()


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("expand", [True, False])
def test_gradients_are_those_of_the_oracle(which, expand, monkeypatch):
    monkeypatch.setattr(differentiable, "_expansion_is_safe", lambda _y, _c: expand)
    arrays, beta, h = problem(), 0.4, 1e-5
    tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    values = log_density(tensors[0], tensors[1], beta=beta, weights=tensors[2])
    values.sum().backward()
    numeric = np.zeros_like(arrays[which])
    for index in np.ndindex(arrays[which].shape):
        shifted = [a.copy() for a in arrays]
        shifted[which][index] += h
        up = total(*shifted, beta)
        shifted[which][index] -= 2 * h
        numeric[index] = (up - total(*shifted, beta)) / (2 * h)
    # central differences: h²·f'''/6 with f''' up to (|y-c|/beta²)³ ~ 2e3·q terms -> 1e-6; rounding eps·|f|/h ~ 1e-9
    np.testing.assert_allclose(tensors[which].grad.numpy(), numeric, rtol=1e-5, atol=2e-6)


def test_many_blocks_give_the_same_values_and_gradients(monkeypatch):
    queries, centres, _ = problem(n=41, q=29)
    results = []
    for pairs in (1 << 21, 100):
        monkeypatch.setattr(differentiable, "_PAIRS_PER_BLOCK", pairs)
        c = torch.tensor(centres, requires_grad=True)
        values = log_density(torch.tensor(queries), c, beta=0.3)
        (gradient,) = torch.autograd.grad(values.sum(), c)
        results.append((values.detach().numpy(), gradient.numpy()))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(results[0][1], results[1][1], rtol=1e-10, atol=1e-10)


def test_values_with_a_graph_equal_the_oracle_and_float32_keeps_its_own_gradient_type():
    queries, centres, weights = problem()
    weights[:5] = 0.0
    y = torch.tensor(queries, dtype=torch.float32, requires_grad=True)
    values = log_density(y, centres, beta=0.4, weights=weights)
    with np.errstate(divide="ignore"):
        log_w = np.log(weights / weights.sum())
    expected = log_density_reference(y.detach().double().numpy(), centres, log_w, 0.4)
    np.testing.assert_allclose(values.detach().numpy(), expected, rtol=0, atol=1e-11)
    values.sum().backward()
    assert y.grad is not None
    assert y.grad.dtype == torch.float32


def test_no_graph_without_need():
    queries, centres, _ = problem()
    y = torch.tensor(queries, requires_grad=True)
    with torch.no_grad():
        assert not log_density(y, centres, beta=0.4).requires_grad
    assert not log_density(torch.tensor(queries), centres, beta=0.4).requires_grad


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_gpu_tensors_stay_there():
    queries, centres, _ = problem()
    values = log_density(torch.tensor(queries, device="cuda"), centres, beta=0.4)
    assert values.device.type == "cuda"
    expected = log_density_reference(queries, centres, np.full(23, -np.log(23)), 0.4)
    np.testing.assert_allclose(values.cpu().numpy(), expected, rtol=0, atol=1e-11)
