import pytest
import torch
from torch import nn

from infoflow import IllPosedError, make_noisy
from infoflow.networks import validate

X = torch.linspace(-1, 1, 24).reshape(8, 3)


def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 2))


def found(report, layer):
    return [str(finding) for finding in report.findings if finding.layer == layer]


def test_a_sound_model():
    model = mlp()
    report = validate(model, X)
    assert report.ok
    assert report.layers == ("1", "3")
    assert report.bypassed == ()
    assert str(report) == "no problems in 1, 3"
    report.raise_if_any()
    assert not any(module._forward_hooks for module in model.modules())
    noisy = make_noisy(model, 0.1)
    assert validate(noisy, X).ok
    assert validate(model, X).ok  # its noise is no fault of its own
    noisy.detach()
    assert validate(noisy, X, ["1"]).layers == ("1",)


class Hopeless(nn.Module):
    """One of each."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.norm = nn.BatchNorm1d(3)
        self.batch = nn.BatchNorm1d(3, track_running_stats=False)
        self.drop = nn.Dropout(0.3)
        self.slope = nn.RReLU()
        self.spare = nn.Tanh()
        self.rnn = nn.LSTM(3, 3, num_layers=2, dropout=0.2, batch_first=True)
        self.huge = nn.Linear(3, 3)
        self.huge.weight.data.fill_(float("inf"))
        self.back = nn.Linear(3, 3)
        self.relu = nn.ReLU(inplace=True)
        self.first = nn.Identity()
        self.index = nn.Identity()

    def forward(self, x):
        self.index(x.argmax(dim=1))
        hidden = self.rnn(self.slope(self.drop(self.batch(self.norm(x))))[:, None])[0][:, 0]
        self.first(hidden.T)
        hidden = self.relu(self.back(hidden))
        return self.huge(hidden)


def test_all_problems_at_once():
    report = validate(Hopeless(), X, ["spare", "rnn", "huge", "back", "first", "index"])
    assert not report.ok
    assert "BatchNorm1d in training mode couples the samples" in found(report, "norm")[0]
    assert "call model.eval()" in found(report, "norm")[0]
    assert "without running statistics" in found(report, "batch")[0]
    assert "dropout with p = 0.3 beside noise" in found(report, "drop")[0]
    assert "I(X;T) of a continuous X" in found(report, "drop")[0]
    assert "random slopes" in found(report, "slope")[0]
    assert "never called" in found(report, "spare")[0]
    assert "dropout with p = 0.2" in found(report, "rnn")[0]
    assert "returns tuple" in found(report, "rnn")[1]
    assert "wrap it in a module" in found(report, "rnn")[1]
    assert "NaN or infinite values of 24" in found(report, "huge")[0]
    assert found(report, "back")[0].startswith("note: 'back': its output is overwritten in place")
    assert "the batch is not on its first axis" in found(report, "first")[0]
    assert "not real numbers" in found(report, "index")[0]
    with pytest.raises(IllPosedError) as error:
        report.raise_if_any()
    lines = str(error.value).splitlines()
    assert lines[0] == f"model must be fit to be measured, got {len(report.problems)} problems:"
    assert len(lines) == len(report.problems) + 1
    assert all(str(problem) in line for problem, line in zip(report.problems, lines[1:], strict=True))
    assert len(report.notes) == 1


def test_validation_leaves_the_model_as_it_was():
    model = Hopeless()
    state = {name: value.clone() for name, value in model.state_dict().items()}
    modes, rng = [module.training for module in model.modules()], torch.get_rng_state()
    fused = torch.backends.mha.get_fastpath_enabled()
    validate(model, X, ["back", "huge"])
    assert [module.training for module in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), rng)
    assert torch.backends.mha.get_fastpath_enabled() == fused
    assert all(torch.equal(model.state_dict()[name], value) for name, value in state.items())
    assert not any(module._forward_hooks for module in model.modules())


def test_batch_norm_in_evaluation_is_fine():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 2))
    assert not validate(model, X).ok
    assert validate(model.eval(), X).ok


def test_own_random_numbers():
    class Random(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.Tanh()

        def forward(self, x):
            return self.act(nn.functional.dropout(x, 0.5, training=True))

    report = validate(Random(), X, ["act"])
    assert "draws random numbers of its own" in found(report, "act")[0]


@pytest.mark.parametrize("m", [2, 3, 8])
def test_samples_that_see_each_other(m):
    class Coupled(nn.Module):
        def __init__(self):
            super().__init__()
            self.act = nn.Tanh()

        def forward(self, x):
            return self.act(x - x.mean(dim=0))

    report = validate(Coupled(), X[:m], ["act"])
    assert "depends on the others in the batch" in found(report, "act")[0]


class Residual(nn.Module):
    def __init__(self, inplace):
        super().__init__()
        torch.manual_seed(0)
        self.fc = nn.Linear(3, 3)
        self.act = nn.ReLU(inplace=inplace)
        self.sum = nn.Identity()
        self.last = nn.Tanh()

    def forward(self, x):
        hidden = self.fc(x)
        return self.last(self.sum(self.act(hidden) + hidden))


@pytest.mark.parametrize("inplace", [False, True])
def test_skip_connection_is_noted(inplace):
    report = validate(Residual(inplace), X, ["act", "sum", "last"])
    assert report.ok
    assert report.bypassed == ("act",)
    assert "use tighten=False" in str(report.notes[-1])
    assert validate(Residual(inplace), X, ["fc", "sum", "last"]).bypassed == ()


def test_unknown_layer_and_a_model_that_does_not_run():
    report = validate(mlp(), X, ["9"])
    assert "layers must name layers of the model, got '9'" in str(report.problems[0])
    report = validate(mlp(), torch.zeros(4, 7))
    assert "the forward pass raised RuntimeError" in str(report.problems[0])


def test_attention_projection_is_never_called():
    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention = nn.MultiheadAttention(3, 1, batch_first=True, dropout=0.1)

        def forward(self, x):
            return self.attention(x[:, None], x[:, None], x[:, None])[0]

    report = validate(Attends(), X, ["attention.out_proj"])
    assert "attention uses its weights directly" in found(report, "attention.out_proj")[0]
    assert "dropout with p = 0.1" in found(report, "attention")[0]


def test_not_a_model():
    with pytest.raises(TypeError, match=r"network must be a torch\.nn\.Module or what make_noisy returned, got int"):
        validate(3, X)
