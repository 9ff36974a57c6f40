import math
import time
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from infoflow import ConfigError, IllPosedError, NonFiniteError, make_noisy, sample_representations

BETA = 0.1
EPS = float(np.finfo(np.float32).eps)


def mlp(*widths):
    torch.manual_seed(0)
    layers = [module for a, b in pairwise(widths[:-1]) for module in (nn.Linear(a, b), nn.Tanh())]
    return nn.Sequential(*layers, nn.Linear(*widths[-2:]))


def points(m=6, d=3):
    return np.linspace(-1, 1, m * d, dtype=np.float32).reshape(m, d)


@pytest.fixture
def noisy():
    return make_noisy(mlp(3, 5, 4, 3, 2), BETA)


def test_shapes_and_what_is_remembered(noisy):
    drawn = sample_representations(noisy, points(), 7)
    assert {layer: array.shape for layer, array in drawn.items()} == {"1": (6, 1, 5), "3": (6, 7, 4), "5": (6, 7, 3)}
    assert all(array.dtype == np.float64 for array in drawn.values())
    assert drawn.shapes == {"1": (5,), "3": (4,), "5": (3,)}
    assert drawn.exact == {"1"}
    assert drawn.betas == dict.fromkeys("135", BETA)
    assert (drawn.n, drawn.seed, len(drawn)) == (7, 0, 3)


def test_first_layer_is_the_bare_network(noisy):
    drawn = sample_representations(noisy, points(), 7)
    expected = torch.tanh(noisy.model[0](torch.from_numpy(points()))).detach().double().numpy()
    # A product of another batch size may round differently: 3 terms of size one in float32.
    assert np.abs(drawn["1"][:, 0] - expected).max() <= 4 * EPS


def test_second_layer_has_the_law_of_a_linear_network():
    """S_2 = W_2 (W_1 x + beta z) is normal with mean W_2 W_1 x and covariance beta² W_2 W_2ᵀ."""
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2), nn.Linear(2, 1)).double()
    n, x = 20_000, points(3).astype(np.float64)
    W = model[1].weight.detach().numpy()
    mean = model[1](model[0](torch.from_numpy(x))).detach().numpy()
    drawn = sample_representations(make_noisy(model, BETA, ["0", "1"]), x, n, seed=3)["1"]
    covariance = BETA**2 * W @ W.T
    stderr = np.sqrt(np.diag(covariance) / n)
    assert np.all(np.abs(drawn.mean(axis=1) - mean) < 5 * stderr)  # 5 s.e., 6 means
    for sample in drawn:
        # Var of a sample covariance of a normal: (C_ij² + C_ii C_jj)/n; 5 s.e.
        spread = np.sqrt((covariance**2 + np.outer(np.diag(covariance), np.diag(covariance))) / n)
        assert np.all(np.abs(np.cov(sample.T) - covariance) < 5 * spread)
    across = np.corrcoef(drawn[0, :, 0], drawn[1, :, 0])[0, 1]
    assert abs(across) < 5 / math.sqrt(n)  # inputs do not share noise


def test_noise_of_a_layer_is_fed_on_but_not_in_its_own_draw():
    model = nn.Sequential(nn.Identity(), nn.Identity(), nn.Identity())
    drawn = sample_representations(make_noisy(model, BETA, "*"), np.zeros((1, 1)), 20_000, seed=1)
    assert drawn["0"].shape == (1, 1, 1)
    # Var S_2 = beta², Var S_3 = 2 beta²; s.e. of a variance is sqrt(2/n) of it.
    for layer, variance in (("1", BETA**2), ("2", 2 * BETA**2)):
        assert drawn[layer].var() == pytest.approx(variance, rel=5 * math.sqrt(2 / 20_000))


def test_seeds(noisy):
    one, again = (sample_representations(noisy, points(), 50, seed=1) for _ in range(2))
    other = sample_representations(noisy, points(), 50, seed=2)
    assert all(np.array_equal(one[layer], again[layer]) for layer in one)
    assert not np.array_equal(one["3"], other["3"])
    residuals = [(drawn["3"] - drawn["3"].mean(axis=1, keepdims=True)).ravel() for drawn in (one, other)]
    assert abs(np.corrcoef(*residuals)[0, 1]) < 5 / math.sqrt(len(residuals[0]) / 4)  # 5 s.e., 4 correlated features


def test_draws_continue_the_same_table(noisy):
    few, many = (sample_representations(noisy, points(), n, seed=1) for n in (4, 9))
    later = sample_representations(noisy, points(), 5, seed=1, first_draw=4)
    tolerance = 8 * EPS  # rounding of products of another batch size, values below one
    assert np.abs(many["5"][:, :4] - few["5"]).max() <= tolerance
    assert np.abs(many["5"][:, 4:] - later["5"]).max() <= tolerance


def test_chunks_do_not_change_the_draws(noisy):
    whole = sample_representations(noisy, points(), 8, seed=1)
    for memory_limit in (700, 2000, 10_000):
        parts = sample_representations(noisy, points(), 8, seed=1, memory_limit=memory_limit)
        assert parts.exact == whole.exact
        for layer in whole:
            assert np.abs(parts[layer] - whole[layer]).max() <= 8 * EPS


def test_working_memory_stays_below_the_limit(noisy, monkeypatch):
    sizes = []
    noisy.model.register_forward_hook(lambda module, args, output: sizes.append(len(args[0])))
    sample_representations(noisy, points(100), 100, memory_limit=100_000)
    # Per row at the very least the outputs of all modules, in float32.
    assert max(sizes) * 4 * (3 + 2 * (5 + 4 + 3) + 2 + 2) <= 100_000
    assert sum(sizes) == 100 * 100 + 1


def test_some_layers_only(noisy):
    everything = sample_representations(noisy, points(), 5)
    one = sample_representations(noisy, points(), 5, layers=["3"])
    assert list(one) == ["3"]
    assert np.array_equal(one["3"], everything["3"])
    assert list(sample_representations(noisy, points(), 5, layers="1")) == ["1"]


class Disturbed(nn.Module):
    """Everything that a measurement could disturb: batch norm, dropout, mixed modes, torch's global generator."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 4)
        self.norm = nn.BatchNorm1d(4)
        self.act = nn.Tanh()
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(4, 2)
        self.n_calls = 0

    def forward(self, x):
        self.n_calls += 1
        hidden = self.act(self.norm(self.fc(x)))
        hidden = nn.functional.dropout(hidden, 0.5, training=True)  # draws from the global generator even in eval mode
        return self.out(self.drop(hidden))


def test_training_is_not_disturbed():
    model = Disturbed()
    model.norm.eval()
    noisy = make_noisy(model, BETA, ["act", "out"])
    noisy(torch.from_numpy(points()))
    modes = {name: module.training for name, module in model.named_modules()}
    weights = {name: value.clone() for name, value in model.state_dict().items()}
    noise, rng = noisy.noise_state(), torch.get_rng_state()
    one, again = (sample_representations(noisy, points(), 3) for _ in range(2))
    assert np.array_equal(one["out"], again["out"])
    assert torch.equal(noisy.noise_state(), noise)
    assert torch.equal(torch.get_rng_state(), rng)
    assert {name: module.training for name, module in model.named_modules()} == modes
    assert all(torch.equal(model.state_dict()[name], value) for name, value in weights.items())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.is_grad_enabled()


def test_modes_and_source_are_restored_after_an_error():
    class Fails(nn.Module):
        def forward(self, x):
            raise ZeroDivisionError

    noisy = make_noisy(nn.Sequential(nn.Identity(), Fails()), BETA, ["0"])
    noise = noisy.noise_state()
    with pytest.raises(ZeroDivisionError):
        sample_representations(noisy, points(), 3)
    assert noisy.model.training
    assert not noisy.silent
    assert torch.equal(noisy.noise_state(), noise)


def test_batch_norm_uses_its_running_statistics():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Identity())
    drawn = sample_representations(make_noisy(model, BETA, ["0"]), points(), 2)
    assert drawn["0"][:, 0] == pytest.approx(points(), rel=1e-5)  # mean 0, variance 1, plus its own eps of 1e-5


def test_deterministic_twin(noisy):
    with noisy.noiseless():
        drawn = sample_representations(noisy, points(), 5)
    assert drawn.exact == set(drawn) == {"1", "3", "5"}
    expected = noisy.detach()[:6](torch.from_numpy(points())).detach().numpy()
    assert np.abs(drawn["5"][:, 0] - expected).max() <= 8 * EPS


def test_convolution_remembers_its_shape():
    model = nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.Tanh(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3))
    noisy = make_noisy(model, BETA, ["1", "2"])
    drawn = sample_representations(noisy, np.zeros((3, 1, 4, 4)), 4)
    assert drawn.shapes == {"1": (2, 4, 4), "2": (2, 2, 2)}
    assert (drawn["1"].shape, drawn["2"].shape) == ((3, 1, 32), (3, 4, 8))


def test_module_called_twice_is_two_layers():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.Tanh()

        def forward(self, x):
            return self.act(self.act(x)) + 1

    drawn = sample_representations(make_noisy(Twice(), BETA, ["act"]), points(), 4)
    assert list(drawn) == ["act", "act@2"]
    assert drawn.exact == {"act"}
    first, second = drawn["act"], drawn["act@2"]
    noise = np.arctanh(second) - first  # S_2 = tanh(S_1 + beta z)
    assert noise.std() == pytest.approx(BETA, rel=5 / math.sqrt(2 * noise.size))  # 5 s.e.
    assert first[:, 0] == pytest.approx(np.tanh(points()), abs=4 * EPS)


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.act = nn.Tanh()

    def forward(self, tokens, scale):
        return self.act(self.embed(tokens) * scale)


@pytest.mark.parametrize("kind", [tuple, dict])
def test_several_inputs(kind):
    tokens, scale = np.arange(5), torch.linspace(0, 1, 5, dtype=torch.float64)[:, None]
    inputs = (tokens, scale) if kind is tuple else {"tokens": tokens, "scale": scale}
    model = TwoInputs()
    drawn = sample_representations(make_noisy(model, BETA, ["act"]), inputs, 2)
    expected = torch.tanh(model.embed.weight * scale.float()).detach().numpy()
    assert drawn["act"][:, 0] == pytest.approx(expected, abs=4 * EPS)


def test_half_precision_network():
    noisy = make_noisy(mlp(3, 5, 4, 2).to(torch.bfloat16), BETA)
    drawn = sample_representations(noisy, points(), 3)
    assert drawn["3"].dtype == np.float64
    assert len(np.unique(drawn["3"][0, :, 0])) > 1


def test_network_without_parameters_takes_the_dtype_of_the_inputs():
    noisy = make_noisy(nn.Sequential(nn.Tanh(), nn.Identity()), BETA, ["0"])
    assert np.array_equal(sample_representations(noisy, np.eye(3), 1)["0"][:, 0], np.tanh(np.eye(3)))


@pytest.mark.parametrize(
    ("inputs", "error", "message"),
    [
        (np.zeros((0, 3)), ValueError, "inputs must have at least one row and no empty axis"),
        (np.float64(3), ValueError, "inputs must have at least one row"),
        (np.full((2, 3), np.nan), NonFiniteError, "inputs must be finite, got 6 NaN or infinite values of 6"),
        ([["a", "b"]], TypeError, "inputs must be a numeric array or tensor, got list"),
        ((np.zeros((2, 3)), np.zeros((3, 3))), ValueError, r"inputs must have the same number of rows, got \[2, 3\]"),
        ({}, ValueError, "inputs must hold at least one array, got none"),
    ],
)
def test_bad_inputs(noisy, inputs, error, message):
    with pytest.raises(error, match=message):
        sample_representations(noisy, inputs, 2)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n": 0}, ValueError, "n must be at least 1, got 0"),
        ({"n": 1.5}, TypeError, "n must be an integer"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"first_draw": -1}, ValueError, "first_draw must be at least 0"),
        ({"layers": ["act"]}, ConfigError, "layers must name layers of the model, got 'act'; layers: 1, 3, 5"),
        ({"layers": []}, ValueError, "layers must name at least one noisy layer"),
        ({"memory_limit": 10}, ValueError, r"memory_limit must be at least the \d+ bytes of one row, got 10"),
    ],
)
def test_bad_options(noisy, options, error, message):
    with pytest.raises(error, match=message):
        sample_representations(noisy, points(), **({"n": 2} | options))


def test_needs_an_attached_network(noisy):
    with pytest.raises(TypeError, match="noisy must be what make_noisy returned, got Sequential"):
        sample_representations(noisy.model, points(), 2)
    noisy.detach()
    with pytest.raises(IllPosedError, match="got one after detach"):
        sample_representations(noisy, points(), 2)


def test_layer_that_overflows():
    model = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2))
    model[0].weight.data.fill_(float("inf"))
    with pytest.raises(NonFiniteError, match="output of layer '0' must be finite, got"):
        sample_representations(make_noisy(model, BETA, ["0"]), points(), 2)


def test_layer_without_the_batch_in_front():
    class Transposed(nn.Module):
        def forward(self, x):
            return x.T

    with pytest.raises(ValueError, match=r"layer '0' must keep the batch of 1 on the first axis, got shape \(3, 1\)"):
        sample_representations(make_noisy(nn.Sequential(Transposed(), nn.Tanh()), BETA, ["0"]), points(), 2)


def test_layer_that_is_never_called():
    model = nn.Sequential(nn.Identity(), nn.Tanh())
    model.unused = nn.ModuleDict({"spare": nn.Tanh()})
    model.forward = lambda x: model[1](model[0](x))
    with pytest.raises(ConfigError, match=r"got none of unused\.spare called"):
        sample_representations(make_noisy(model, BETA, ["0", "unused.spare"]), points(), 2)


def test_network_that_takes_another_way_for_other_inputs():
    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Tanh(), nn.Tanh()

        def forward(self, x):
            return self.b(self.a(x)) if len(x) == 1 else self.a(self.b(x))

    with pytest.raises(ValueError, match="layer 'b' must be called in the same order with the same shape"):
        sample_representations(make_noisy(Branches(), BETA, ["a", "b"]), points(), 2)


def test_speed_on_the_twelve_bit_problem():
    """4096 inputs, 50 draws each, five layers: 0.25 s on one core of 2020; ten times that is a defect."""
    noisy = make_noisy(mlp(12, 10, 7, 5, 4, 3, 2), 0.005)
    inputs = ((np.arange(4096)[:, None] >> np.arange(12)) & 1).astype(np.float32)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        start = time.process_time()
        sample_representations(noisy, inputs, 50)
        seconds = time.process_time() - start
    finally:
        torch.set_num_threads(threads)
    assert seconds < 2.5


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_gives_the_same_draws_and_repeats():
    cpu = sample_representations(make_noisy(mlp(3, 5, 4, 3, 2), BETA), points(), 8)
    noisy = make_noisy(mlp(3, 5, 4, 3, 2).cuda(), BETA)
    rng, noise = torch.cuda.get_rng_state(), noisy.noise_state()
    gpu = sample_representations(noisy, points(), 8)
    for layer in cpu:
        # The noise agrees to double precision; float32 products are summed in another order.
        assert np.abs(cpu[layer] - gpu[layer]).max() <= 32 * EPS
    assert torch.equal(torch.cuda.get_rng_state(), rng)
    x = torch.from_numpy(points()).cuda()
    first = noisy(x)
    noisy.load_noise_state(noise)
    assert torch.equal(noisy(x), first)
