import copy
import io
import math
import pickle
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from infoflow import ConfigError, IllPosedError, make_noisy

BETA = 0.1


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))


def x(n=4):
    return torch.linspace(-1, 1, 3 * n).reshape(n, 3)


class Twice(nn.Module):
    """A module whose one activation is called twice."""

    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)
        self.act = nn.Tanh()

    def forward(self, value):
        return self.act(self.fc(self.act(value)))


@pytest.mark.parametrize("training", [True, False])
def test_noise_has_the_stated_law_in_both_modes(training):
    model = nn.Sequential(nn.Identity(), nn.Identity()).train(training)
    noisy = make_noisy(model, BETA, ["0"])
    value = torch.full((20_000, 5), 3.0)
    noise = (noisy(value) - value).double()
    n = noise.numel()
    assert abs(noise.mean()) < 5 * BETA / math.sqrt(n)  # 5 s.e.
    assert abs(noise.std() / BETA - 1) < 5 / math.sqrt(2 * n)  # 5 s.e. of a standard deviation
    correlation = torch.corrcoef(noise.T) - torch.eye(5)
    assert correlation.abs().max() < 5 / math.sqrt(20_000)  # per element, not per row or channel


def test_noise_is_fresh_for_every_call_and_fed_on():
    model = mlp()
    noisy = make_noisy(model, BETA, ["1"])
    first, second = noisy(x()), noisy(x())
    assert not torch.equal(first, second)
    with noisy.noiseless():
        assert not torch.equal(first, noisy(x()))


def test_model_and_controller_are_the_same_call():
    model = mlp()
    noisy = make_noisy(model, BETA)
    state = noisy.noise_state()
    direct = model(x())
    noisy.load_noise_state(state)
    assert torch.equal(noisy(x()), direct)


def test_beta_by_layer():
    model = nn.Sequential(nn.Identity(), nn.Identity())
    noisy = make_noisy(model, {"0": 1.0, "1": 2.0})
    value = torch.zeros(100_000)
    assert noisy(value).double().var().item() == pytest.approx(5.0, rel=5 * math.sqrt(2 / 100_000))  # 5 s.e.
    assert noisy.betas == {"0": 1.0, "1": 2.0}
    assert repr(noisy) == "NoisyNetwork(Sequential, 0: beta=1, 1: beta=2)"


def test_noiseless_is_the_bare_model_and_does_not_advance_the_noise():
    model, bare = mlp(), mlp()
    noisy = make_noisy(model, BETA)
    before = noisy.noise_state()
    with noisy.noiseless():
        assert noisy.silent
        with noisy.noiseless():
            assert torch.equal(noisy(x()), bare(x()))
        assert torch.equal(noisy(x()), bare(x()))
    assert not noisy.silent
    assert torch.equal(noisy.noise_state(), before)
    with pytest.raises(ZeroDivisionError), noisy.noiseless():
        1 / 0  # noqa: B018
    assert not torch.equal(noisy(x()), bare(x()))


def test_gradient_passes_through():
    model = nn.Sequential(nn.Identity(), nn.Identity())
    value = torch.zeros(3, requires_grad=True)
    make_noisy(model, BETA, ["0"])(value).sum().backward()
    assert torch.equal(value.grad, torch.ones(3))


def test_attach_and_detach_leave_the_model_as_it_was():
    model = mlp()
    user_hook = model[1].register_forward_hook(lambda module, args, output: None)
    before = {name: (set(vars(module)), dict(module._forward_hooks)) for name, module in model.named_modules()}
    weights = copy.deepcopy(model.state_dict())
    rng = torch.get_rng_state()
    noisy = make_noisy(model, BETA)
    assert list(model.state_dict()) == list(weights)
    noisy(x())
    assert torch.equal(torch.get_rng_state(), rng)
    assert noisy.attached
    assert noisy.detach() is model
    assert noisy.detach() is model
    assert not noisy.attached
    assert repr(noisy).endswith("detached)")
    after = {name: (set(vars(module)), dict(module._forward_hooks)) for name, module in model.named_modules()}
    assert after == before
    assert all(torch.equal(model.state_dict()[name], value) for name, value in weights.items())
    assert torch.equal(model(x()), mlp()(x()))
    user_hook.remove()
    with pytest.raises(IllPosedError, match="noisy network must be attached, got one after detach"):
        noisy(x())


def test_with_block_detaches():
    model = mlp()
    with make_noisy(model, BETA) as noisy:
        assert not torch.equal(noisy(x()), mlp()(x()))
    assert torch.equal(model(x()), mlp()(x()))


def test_training_repeats_bit_for_bit_and_resumes_from_a_checkpoint():
    def steps(model, noisy, n):
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        for _ in range(n):
            optimiser.zero_grad()
            noisy(x()).square().sum().backward()
            optimiser.step()

    def run(n):
        model = mlp()
        noisy = make_noisy(model, BETA, seed=5)
        steps(model, noisy, n)
        return model, noisy

    model, _ = run(6)
    half, noisy = run(3)
    checkpoint = save(half.state_dict() | {"noise": noisy.noise_state()})
    state = load(checkpoint)
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    state = torch.load(buffer, weights_only=True)
    resumed = mlp()
    resumed_noisy = make_noisy(resumed, BETA, seed=77)
    resumed_noisy.load_noise_state(state.pop("noise"))
    resumed.load_state_dict(state)
    steps(resumed, resumed_noisy, 3)
    for name, value in model.state_dict().items():
        assert torch.equal(resumed.state_dict()[name], value)


def test_shared_module_gets_fresh_noise_in_each_call():
    model = Twice()
    model.fc.weight.data = torch.zeros(3, 3)
    model.fc.bias.data = torch.zeros(3)
    seen = []
    noisy = make_noisy(model, BETA, ["act"])
    handle = model.act.register_forward_hook(lambda module, args, output: seen.append(output))
    noisy(torch.zeros(2, 3))
    handle.remove()
    assert len(seen) == 2
    assert not torch.equal(seen[0], seen[1])


def test_in_place_activation():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(inplace=True), nn.Linear(4, 2))
    make_noisy(model, BETA, ["0", "1"])(x()).sum().backward()
    assert model[0].weight.grad is not None


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda noisy: pickle.loads(pickle.dumps(noisy))])  # noqa: S301
def test_copies_continue_alike_and_are_separate(clone):
    noisy = make_noisy(mlp(), BETA, seed=2)
    noisy(x())
    twin = clone(noisy)
    assert twin.model is not noisy.model
    assert torch.equal(twin(x()), noisy(x()))
    bare = twin.detach()
    assert torch.equal(bare(x()), mlp()(x()))
    assert not torch.equal(noisy(x()), bare(x()))


def test_deepcopy_of_the_model_copies_its_noise():
    model = mlp()
    noisy = make_noisy(model, BETA)
    twin = copy.deepcopy(model)
    assert torch.equal(twin(x()), noisy(x()))


# torch 2.13's own tracer reads .grad of a non-leaf tensor and warns of itself.
@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor that is not a leaf:UserWarning")
def test_compiled_model_gives_the_same_numbers():
    model = mlp()
    noisy = make_noisy(model, BETA)
    state = noisy.noise_state()
    expected = [noisy(x()) for _ in range(2)]
    noisy.load_noise_state(state)
    compiled = torch.compile(model, backend="eager")
    assert all(torch.equal(compiled(x()), value) for value in expected)
    with noisy.noiseless():
        assert torch.equal(compiled(x()), mlp()(x()))
    noisy.detach()
    assert torch.equal(compiled(x()), mlp()(x()))


def test_autocast():
    noisy = make_noisy(mlp(), BETA)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert noisy(x()).dtype == torch.bfloat16


def test_not_a_module():
    with pytest.raises(TypeError, match=r"model must be a torch\.nn\.Module, got function"):
        make_noisy(mlp, BETA)


def test_noise_twice_is_refused():
    model = mlp()
    make_noisy(model, BETA, ["1"])
    with pytest.raises(ConfigError, match=r"model must carry no noise yet, got noise on 1; detach\(\) it first"):
        make_noisy(model, BETA, ["3"])


def test_refusal_leaves_no_hooks():
    model = mlp()
    with pytest.raises(ConfigError):
        make_noisy(model, BETA, ["1", "9"])
    with pytest.raises(TypeError):
        make_noisy(model, BETA, seed=1.5)
    assert not any(module._forward_hooks for module in model.modules())


def test_layer_that_returns_a_tuple():
    noisy = make_noisy(nn.Sequential(nn.LSTM(3, 4)), BETA, ["0"])
    with pytest.raises(TypeError, match="layer '0' must return one tensor, got tuple; a recurrent layer returns"):
        noisy(x())


def test_layer_that_returns_integers():
    class Rounded(nn.Module):
        def forward(self, value):
            return value.long()

    noisy = make_noisy(nn.Sequential(Rounded(), nn.Embedding(3, 2)), BETA, ["0"])
    with pytest.raises(TypeError, match=r"layer '0' must return real numbers, got torch\.int64"):
        noisy(torch.zeros(2))


def test_relative_beta_is_measured_once_and_shown():
    model = nn.Sequential(nn.Identity(), nn.Linear(3, 2))
    value = torch.tensor([[0.0, 0.0, 1.0], [2.0, 0.0, 1.0]])  # centred squares: 1, 1, 0, 0, 0, 0; scale sqrt(1/3)
    noisy = make_noisy(model, 0.1, ["0"], relative_to=value)
    scale = math.sqrt(1 / 3)
    assert noisy.scales == pytest.approx({"0": scale}, rel=1e-15)
    assert noisy.betas == pytest.approx({"0": 0.1 * scale}, rel=1e-15)
    assert repr(noisy) == "NoisyNetwork(Sequential, 0: beta=0.057735 (0.1 of scale 0.57735))"
    noise = (noisy(torch.zeros(10_000, 3)) - model[1].bias).detach()
    assert noise.shape == (10_000, 2)
    assert copy.deepcopy(noisy).scales == noisy.scales


def test_multiplicative_noise_has_the_stated_law():
    model = nn.Sequential(nn.Identity(), nn.Identity())
    noisy = make_noisy(model, 0.2, ["0"], noise="multiplicative")
    value = torch.tensor([-3.0, 0.0, 1.0, 10.0]).repeat(50_000, 1)
    ratio = noisy(value)[:, [0, 2, 3]].double() / value[:, [0, 2, 3]]
    assert (ratio.mean(0) - 1).abs().max() < 5 * 0.2 / math.sqrt(50_000)  # 5 s.e.
    assert (ratio.std(0) / 0.2 - 1).abs().max() < 5 / math.sqrt(100_000)
    assert (noisy(value)[:, 1] == 0).all()
    assert repr(noisy) == "NoisyNetwork(Sequential, 0: s=0.2, multiplicative)"


def test_multiplicative_noise_is_refused_a_scale():
    with pytest.raises(ValueError, match="relative_to must be left out where noise is multiplicative"):
        make_noisy(mlp(), BETA, noise="multiplicative", relative_to=x())


@pytest.mark.parametrize("kind", ["dropout", "bernoulli"])
def test_bernoulli_dropout_is_refused_with_the_reason(kind):
    with pytest.raises(IllPosedError, match="I\\(X;T\\) of a continuous X stays infinite"):
        make_noisy(mlp(), BETA, noise=kind)


def test_unknown_noise():
    with pytest.raises(ValueError, match="noise must be one of additive, multiplicative, got 'laplace'"):
        make_noisy(mlp(), BETA, noise="laplace")


class Block(nn.Module):
    """Embedding, attention, recurrence, convolution, residual, all normalisations and an in-place activation."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 8, 3, padding=1)
        self.bn = nn.BatchNorm1d(8)
        self.relu = nn.ReLU(inplace=True)
        self.attention = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), 2)
        self.norm = nn.LayerNorm(8)
        self.rnn = nn.GRU(8, 8, batch_first=True)
        self.states = nn.Identity()
        self.out = nn.Linear(8, 2)

    def forward(self, value):
        hidden = self.relu(self.bn(self.conv(value[:, None]))).transpose(1, 2)
        hidden = hidden + self.attention(hidden)
        hidden = self.states(self.rnn(self.norm(hidden))[0])
        return self.out(hidden.mean(1))


BLOCK_LAYERS = ["conv", "bn", "relu", "attention.layers.0.dropout", "attention.layers.1.dropout1", "norm", "states"]


# nn.TransformerEncoder says of itself that its fused path is off
@pytest.mark.filterwarnings("ignore:enable_nested_tensor:UserWarning")
@pytest.mark.parametrize("layer", BLOCK_LAYERS)
@pytest.mark.parametrize("training", [True, False])
def test_every_kind_of_block(layer, training):
    torch.manual_seed(0)
    model = Block().train(training)
    noisy = make_noisy(model, BETA, [layer])
    with torch.set_grad_enabled(training):
        first, second = noisy(x()), noisy(x())
    assert not torch.equal(first, second)
    if training:
        first.sum().backward()
        assert all(p.grad is not None for p in model.conv.parameters())


class Masked(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 1)

    def forward(self, value, padding):
        return self.encoder(value, src_key_padding_mask=padding)


# torch's own warning about the nested tensors of its fused path
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_nested_tensors_of_the_fused_attention_are_refused_with_the_remedy():
    noisy = make_noisy(Masked().eval(), BETA, ["encoder.layers.0.linear1"])
    value, padding = torch.ones(2, 3, 4), torch.tensor([[False, False, True], [False] * 3])
    with torch.no_grad(), pytest.raises(TypeError, match=r"set_fastpath_enabled\(False\)"):
        noisy(value, padding)
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with torch.no_grad():
            assert not torch.equal(noisy(value, padding), noisy(value, padding))
    finally:
        torch.backends.mha.set_fastpath_enabled(True)


def test_attention_says_what_to_name():
    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(3, 1, batch_first=True)

        def forward(self, value):
            return self.attention(value, value, value)[0]

    with pytest.raises(TypeError, match="name the dropout or the normalisation that takes the output"):
        make_noisy(Attends(), BETA, ["attention"])(x()[:, None])


def test_state_dict_goes_through_the_model():
    model = mlp()
    make_noisy(model, BETA)
    twin = mlp()
    twin[0].weight.data.zero_()
    assert twin.load_state_dict(model.state_dict()).missing_keys == []
    assert torch.equal(twin[0].weight, model[0].weight)


def test_data_parallel_carries_the_noise():
    model = mlp()
    noisy = make_noisy(model, BETA)
    parallel = nn.DataParallel(model)
    assert not torch.equal(parallel(x()), parallel(x()))
    noisy.detach()
    assert torch.equal(parallel(x()), mlp()(x()))


# In a process of its own that ends without tearing down: destroying torch's process group and the wrapper in one
# process now and then waits for ever (a thread of the group wants the interpreter lock its destructor holds).
IN_A_GROUP = """
import os, sys, torch
from torch import nn
from infoflow import make_noisy

torch.distributed.init_process_group("gloo", init_method="file://" + sys.argv[1], rank=0, world_size=1)
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2))
x = torch.randn(4, 3)
noisy = make_noisy(model, 0.1, seed=3)
state = noisy.noise_state()
expected = noisy(x)
assert not torch.equal(noisy(x), expected)
noisy.load_noise_state(state)
output = nn.parallel.DistributedDataParallel(model)(x)
output.sum().backward()
assert torch.equal(output, expected)
assert all(p.grad is not None for p in model.parameters())
print("carried", flush=True)
os._exit(0)
"""


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch was built without distributed")
def test_distributed_data_parallel_carries_the_noise(tmp_path):
    command = [sys.executable, "-c", IN_A_GROUP, str(tmp_path / "store")]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (child.returncode, child.stdout) == (0, "carried\n"), child.stderr


def test_autocast_trains():
    model = mlp()
    noisy = make_noisy(model, BETA)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        noisy(x()).float().square().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())
