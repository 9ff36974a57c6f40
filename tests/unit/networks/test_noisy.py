import copy
import io
import math
import pickle

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
    with pytest.raises(TypeError, match="layer '0' must return one tensor, got tuple; name a submodule inside it"):
        noisy(x())


def test_layer_that_returns_integers():
    class Rounded(nn.Module):
        def forward(self, value):
            return value.long()

    noisy = make_noisy(nn.Sequential(Rounded(), nn.Embedding(3, 2)), BETA, ["0"])
    with pytest.raises(TypeError, match=r"layer '0' must return real numbers, got torch\.int64"):
        noisy(torch.zeros(2))
