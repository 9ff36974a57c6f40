import pytest
from torch import nn

from infoflow import ConfigError, IllPosedError
from infoflow.networks.selection import layer_betas, select_layers


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
        self.act = nn.Tanh()


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block()
        self.second = Block()
        self.alias = self.first.act
        self.head = nn.Linear(4, 2)


ACTS = ("first.act", "second.act")


@pytest.mark.parametrize(
    "layers",
    [
        "auto",
        ["second.act", "first.act"],
        ["*.act"],
        "*.act",
        nn.Tanh,
        [nn.Tanh],
        ["first.act", "alias", "second.*t"],
        ["first.act", nn.Tanh],
        lambda name, module: name.endswith("act") and isinstance(module, nn.Tanh),
    ],
)
def test_ways_to_say_the_same(layers):
    assert select_layers(Net(), layers) == ACTS


def test_auto_leaves_the_output_activation_out():
    model = nn.Sequential(nn.Linear(2, 2), nn.ReLU(inplace=True), nn.Linear(2, 1), nn.Sigmoid())
    assert select_layers(model, "auto") == ("1",)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (["first.atc"], "got 'first.atc'; nearest: first.act"),
        ("zzzzzz", "got 'zzzzzz'; layers: first, first.fc"),
        (["conv*"], r"got 'conv\*'"),
        ([nn.Conv2d], "got type Conv2d; types: Block, Linear, Tanh"),
        ([], "layers must name at least one submodule, got none"),
        (lambda name, module: False, "got a predicate true for none of 8"),
    ],
)
def test_nothing_chosen(layers, message):
    with pytest.raises(ConfigError, match=message):
        select_layers(Net(), layers)


@pytest.mark.parametrize("layers", [3, [3], [nn.Tanh()], None])
def test_not_a_selection(layers):
    with pytest.raises(TypeError, match=r'layers must be "auto", names, globs, module types or a predicate'):
        select_layers(Net(), layers)


def test_auto_without_activation_modules():
    with pytest.raises(ConfigError, match='layers="auto" needs activation modules'):
        select_layers(nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2)), "auto")


def test_model_without_submodules():
    with pytest.raises(ConfigError, match="got 'act'; the model has no submodules"):
        select_layers(nn.Linear(2, 2), ["act"])


def test_one_beta_or_one_each():
    assert layer_betas(Net(), 0.1, "auto") == dict.fromkeys(ACTS, 0.1)
    each = {"second.act": 0.2, "first.act": 0.1}
    assert layer_betas(Net(), each, "auto") == each
    assert list(layer_betas(Net(), each, "auto")) == list(ACTS)
    assert layer_betas(Net(), each, "*.act") == each
    assert layer_betas(Net(), {"head": 0.3}, "auto") == {"head": 0.3}


@pytest.mark.parametrize(
    ("beta", "layers", "message"),
    [
        (
            {"first.act": 0.1, "secnd.act": 0.1},
            "*.act",
            "beta must name layers .* got 'secnd.act'; nearest: second.act",
        ),
        ({"first.act": 0.1}, "*.act", "beta must give a value for every chosen layer, got none for second.act"),
    ],
)
def test_betas_and_layers_that_do_not_match(beta, layers, message):
    with pytest.raises(ConfigError, match=message):
        layer_betas(Net(), beta, layers)


@pytest.mark.parametrize("beta", [0, -1.0, float("nan"), float("inf")])
def test_beta_must_be_positive(beta):
    with pytest.raises(IllPosedError, match="beta must be a finite noise standard deviation > 0"):
        layer_betas(Net(), beta, "auto")
    with pytest.raises(IllPosedError, match=r"layer 'second\.act': beta must be"):
        layer_betas(Net(), {"first.act": 0.1, "second.act": beta}, "auto")


def test_beta_must_be_a_number():
    with pytest.raises(TypeError, match=r"beta must be a real number, got '0\.1'"):
        layer_betas(Net(), "0.1", "auto")
