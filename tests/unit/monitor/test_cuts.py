import torch
from torch import nn

from infoflow import make_noisy
from infoflow.monitor.cuts import cuts
from infoflow.monitor.draws import DrawSource
from infoflow.monitor.inputs import InputRows


class Residual(nn.Module):
    """Two activations, the second of which sees the input past the first."""

    def __init__(self):
        super().__init__()
        self.fc1, self.act1 = nn.Linear(6, 6), nn.Tanh()
        self.fc2, self.act2 = nn.Linear(6, 6), nn.Tanh()
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        hidden = x + self.act1(self.fc1(x))
        return self.out(self.act2(self.fc2(hidden)))


class Recurrent(nn.Module):
    """One activation, called twice."""

    def __init__(self):
        super().__init__()
        self.fc, self.act = nn.Linear(6, 6), nn.Tanh()

    def forward(self, x):
        return self.act(self.fc(self.act(self.fc(x))))


def order(model, data, **settings):
    rows = InputRows(data[0], None)
    with make_noisy(model, 0.3, **settings) as noisy:
        layers = DrawSource(noisy, rows, seed=0, memory=2**28).layers(noisy.layers)
        return cuts(noisy, rows, layers)


def test_a_chain_is_cut_by_every_layer(mlp, data):
    assert order(mlp, data) == {"1": frozenset({"3"}), "3": frozenset()}


def test_a_skip_connection_is_not_cut(data):
    torch.manual_seed(0)
    assert order(Residual(), data) == {"act1": frozenset(), "act2": frozenset()}


def test_calls_of_one_module_are_told_apart(data):
    torch.manual_seed(0)
    assert order(Recurrent(), data, layers=["act"]) == {"act": frozenset({"act@2"}), "act@2": frozenset()}
