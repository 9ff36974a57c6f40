import numpy as np
import pytest
import torch
from torch import nn

from infoflow import ConfigError, make_noisy, sample_representations
from infoflow.networks import capture

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
EPS = float(np.finfo(np.float32).eps)


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2))


@pytest.mark.parametrize("limit", [2**30, 0])
def test_noiseless_and_noisy_values_are_of_one_pass(limit):
    model = mlp()
    noisy = make_noisy(model, 0.1)
    captured = capture(noisy, X, noisy_values=True, seed=4, result_limit=limit)
    assert list(captured) == ["1", "3"]
    assert len(captured) == 2
    assert (captured.storage.folder is None) == (limit > 0)
    # T_1 is fed on: S_2 = tanh(W T_1 + b), to the rounding of float32 products of 4 terms
    with noisy.noiseless(), torch.no_grad():
        fed_on = torch.tanh(model[2](torch.from_numpy(captured.noisy["1"]).float())).double().numpy()
    assert np.abs(fed_on - captured["3"]).max() <= 8 * EPS
    drawn = sample_representations(noisy, X, 1, seed=4)
    for layer in captured:
        assert np.array_equal(captured[layer], drawn[layer][:, 0])
        noise = (captured.noisy[layer] - captured[layer]) / 0.1
        assert 0.3 < noise.std() < 2.0  # 32 or 40 standard normal numbers: more than 5 s.e. (0.125) either way


def test_multiplicative_values():
    noisy = make_noisy(mlp(), 0.1, noise="multiplicative")
    captured = capture(noisy, X, noisy_values=True, seed=4)
    ratio = captured.noisy["1"] / captured["1"]
    assert 0.02 < (ratio - 1).std() < 0.2  # s = .1, 32 numbers: 5 s.e. are .0625
    assert sample_representations(noisy, X, 2).noise == "multiplicative"


def test_plain_model_is_its_deterministic_twin_and_left_alone():
    model = mlp()
    captured = capture(model, X, layers=["1", "4"])
    expected = model(torch.from_numpy(X)).detach().numpy()
    assert np.abs(captured["4"] - expected).max() <= 8 * EPS
    assert captured.noisy is None
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
    noisy = make_noisy(model, 0.1)
    with noisy.noiseless():
        assert np.array_equal(capture(noisy, X)["1"], captured["1"])


def test_operations_in_place_do_not_eat_what_was_captured():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2))
    expected = model[0](torch.from_numpy(X)).detach().numpy()
    assert (expected < 0).any()
    noisy = make_noisy(model, 0.1, ["0", "1"])
    assert np.abs(capture(noisy, X)["0"] - expected).max() <= 8 * EPS
    captured = capture(noisy, X, noisy_values=True)
    assert np.array_equal(captured["1"], np.maximum(captured.noisy["0"], 0))


def test_shape_is_remembered():
    model = nn.Sequential(nn.Conv1d(1, 2, 3, padding=1), nn.Tanh(), nn.Flatten(), nn.Linear(6, 2))
    captured = capture(make_noisy(model, 0.1), X[:, None], noisy_values=True)
    assert captured["1"].shape == (8, 6)
    assert captured.unflattened("1").shape == (8, 2, 3)
    assert np.array_equal(captured.unflattened("1", noisy=True).reshape(8, 6), captured.noisy["1"])
    with pytest.raises(ValueError, match="noisy must be False here"):
        capture(model := mlp(), X).unflattened("1", noisy=True)
    assert isinstance(model, nn.Module)


def test_transformer_runs_its_submodules():
    torch.manual_seed(0)
    block = nn.TransformerEncoderLayer(3, 1, 4, batch_first=True)
    captured = capture(block, X[:, None], layers=["linear1", "linear2"])
    assert captured.shapes == {"linear1": (1, 4), "linear2": (1, 3)}
    assert torch.backends.mha.get_fastpath_enabled()


def test_bad_arguments():
    with pytest.raises(TypeError, match="network must be"):
        capture(3, X)
    with pytest.raises(ValueError, match="noisy_values must be False for a model without noise"):
        capture(mlp(), X, noisy_values=True)
    with pytest.raises(ConfigError, match="got 'act'"):
        capture(make_noisy(mlp(), 0.1), X, layers=["act"])
    with pytest.raises(ConfigError, match="must carry no noise yet"):
        capture(make_noisy(mlp(), 0.1).model, X)
