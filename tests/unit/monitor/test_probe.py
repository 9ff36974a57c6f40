import math
import random

import numpy as np
import pytest
import torch
from torch import nn

from infoflow import Budget, ConfigError, IllPosedError, NonFiniteError, make_noisy
from infoflow.monitor import Probe


def certified(result, quantity="I(X;T)"):
    return {layer: i for layer, i in result.intervals if (i.quantity, i.mode) == (quantity, "certified")}


def test_the_interval_holds_the_closed_form():
    """Two inputs at distance 2 in one number: I of the binary-input Gaussian channel."""
    model = nn.Sequential(nn.Identity(), nn.Identity())
    inputs = np.array([[-1.0], [1.0]])
    result = Probe(model, inputs, [0, 1], ["0"], beta=0.7, width=0.05, budget=20.0).measure(clustering=False)
    truth = 0.5047315  # quadrature; the same number for X and for Y
    for quantity in ("I(X;T)", "I(Y;T)"):
        interval = result.interval("0", quantity)
        assert truth in interval
        assert interval.width <= 0.05
        assert interval.ceiling == pytest.approx(math.log(2))
    assert result.reason == "width reached"


def test_the_model_is_as_before_and_the_table_complete(mlp, data, probe):
    weights = {key: value.clone() for key, value in mlp.state_dict().items()}
    result = probe.measure()
    assert all(torch.equal(value, weights[key]) for key, value in mlp.state_dict().items())
    assert not any(module._forward_hooks for module in mlp.modules())
    assert probe.layers == ("1", "3")
    table = result.table
    assert len(table) == 2 * 2 * 2  # layers, quantities, modes
    assert {"layer", "quantity", "lower", "estimate", "upper", "width", "mode", "status"} <= set(table.columns)
    assert {"standing", "d", "n", "r", "m", "seconds"} <= set(table.columns)
    assert set(table["d"]) == {5, 4}
    assert (table["lower"] <= table["upper"]).all()
    assert (table["confidence"] == 0.95).all()
    clustering = result.clustering
    assert set(clustering.columns) == {"layer", "measure", "noisy", "deterministic"}
    ratio = clustering[clustering["measure"] == "scatter_ratio"]
    assert (ratio["noisy"] > ratio["deterministic"]).all()  # noise adds to the scatter within classes only
    assert "certified intervals, nats, 40 inputs" in str(result)


def test_fixed_draws_are_one_round_and_repeat(probe):
    first, second = (probe.measure(clustering=False) for _ in range(2))
    assert first.reason == "draws as asked for"
    assert [i for _, i in first.intervals] == [i for _, i in second.intervals]
    other = probe.measure(clustering=False, seed=1)
    assert [i.raw_upper for _, i in other.intervals] != [i.raw_upper for _, i in first.intervals]


def test_more_budget_gives_narrower_intervals(mlp, data):
    probe = Probe(make_noisy(mlp, 0.3), *data, "3", width=1e-6)
    few = probe.measure(budget=Budget(seconds=None, samples=40 * 20), clustering=False)
    many = probe.measure(budget=Budget(seconds=None, samples=40 * 400), clustering=False)
    assert few.reason == many.reason == "samples"
    assert certified(many)["3"].width < certified(few)["3"].width
    assert certified(many)["3"].n > certified(few)["3"].n


def test_a_budget_of_no_memory_or_time_ends_after_the_first_round(mlp, data):
    probe = Probe(mlp, *data, beta=0.3, width=1e-6)
    assert probe.measure(budget=1e-9, clustering=False).reason == "seconds"
    small = probe.measure(budget=Budget(seconds=None, memory=1), clustering=False)
    assert small.reason == "memory"


def test_a_noisy_network_in_training_keeps_its_noise(mlp, data):
    noisy = make_noisy(mlp, 0.3, seed=4)
    state = noisy.noise_state()
    Probe(noisy, *data, n=2).measure()
    assert torch.equal(noisy.noise_state(), state)
    assert noisy.attached
    assert Probe(noisy, *data, "3", n=2).layers == ("3",)
    assert Probe(noisy, *data, ["3"], n=2).layers == ("3",)


def test_wide_layers_get_a_lower_end_that_holds():
    """Orthogonal codewords: the lower end in few directions is below the truth, and the ceiling stays above."""
    width = 90
    inputs = 3.0 * np.eye(width)[:30]
    model = nn.Sequential(nn.Identity(), nn.Identity())
    budget = Budget(seconds=None, memory=2**18)
    result = Probe(model, inputs, np.arange(30) % 3, ["0"], beta=1.0, n=2, width=9.0, budget=budget).measure(
        clustering=False
    )
    full = Probe(model, inputs, np.arange(30) % 3, ["0"], beta=1.0, n=2).measure(clustering=False)
    bound = result.interval("0")
    assert bound.d == width
    assert "29 principal directions" in bound.decoder
    assert bound.lower <= full.interval("0").upper
    assert bound.upper == pytest.approx(math.log(30))
    assert set(result.table["standing"]) <= {"lower bound only", "vacuous", "saturated at ln m", "saturated at H(Y)"}


def test_a_subset_of_the_inputs_is_said_to_be_one(mlp, data):
    result = Probe(mlp, *data, beta=0.3, n=2, max_inputs=10).measure()
    assert (result.m, result.n_inputs) == (10, 40)
    assert "10 of 40 inputs" in str(result)
    assert certified(result)["1"].ceiling == pytest.approx(math.log(10))


def test_without_labels_there_is_no_label_information(mlp, data):
    result = Probe(mlp, data[0], beta=0.3, n=2).measure()
    assert set(result.table["quantity"]) == {"I(X;T)"}
    measures = result.clustering.set_index("measure")["noisy"]
    assert np.isnan(measures["scatter_ratio"]).all()
    with pytest.raises(KeyError, match=r"I\(Y;T\) of layer '1'"):
        result.interval("1", "I(Y;T)")


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_other_dtypes(mlp, data, dtype):
    result = Probe(mlp.to(dtype), *data, beta=0.3, n=2).measure()
    assert np.isfinite(result.table["lower"]).all()


def test_inputs_may_be_on_another_device_than_the_model(mlp, data):
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    result = Probe(mlp, torch.from_numpy(data[0]).to(device), data[1], beta=0.3, n=2).measure()
    assert result.m == 40


def test_the_global_generators_are_left_alone(data):
    """Even for a model that draws from all of them."""

    class Random(nn.Module):
        def forward(self, x):
            return x + torch.rand(()) * 0.0 + random.random() * 0.0 + np.random.random() * 0.0  # noqa: NPY002

    model = nn.Sequential(Random(), nn.Tanh(), nn.Linear(6, 2))
    states = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    Probe(model, *data, beta=0.3, n=2).measure()
    assert random.getstate() == states[0]
    assert np.array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), states[2])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"model": 3}, TypeError, "model must be a torch.nn.Module or a noisy network, got int"),
        ({"beta": None}, IllPosedError, "beta must be given"),
        ({"beta": -1.0}, IllPosedError, "beta must be a finite noise standard deviation > 0"),
        ({"layers": "tanh"}, ConfigError, "layers must name layers of the model, got 'tanh'; layers: 0, 1, 2, 3, 4"),
        ({"labels": np.zeros(3)}, ValueError, r"labels must have shape \(40,\)"),
        ({"inputs": np.full((40, 6), np.nan)}, NonFiniteError, "inputs must be finite"),
        ({"inputs": np.zeros((0, 6))}, ValueError, "inputs must have at least one row"),
        ({"n": 0}, ValueError, "n must be at least 1, got 0"),
        ({"r": 0}, ValueError, "r must be at least 1, got 0"),
        ({"width": 0.0}, ValueError, "width must be > 0"),
        ({"budget": -1}, ValueError, "budget must be > 0 seconds"),
        ({"confidence": 1.0}, ValueError, "confidence must lie strictly between 0 and 1"),
        ({"modes": ("exact",)}, ValueError, "modes must be one of certified, asymptotic"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_bad_arguments(mlp, data, change, error, message):
    settings = {"model": mlp, "inputs": data[0], "labels": data[1], "beta": 0.3} | change
    with pytest.raises(error, match=message):
        Probe(**settings)


def test_nothing_stays_attached_after_a_refusal(mlp, data):
    with pytest.raises(RuntimeError):
        Probe(mlp, data[0][:, :2], beta=0.3)  # wrong width: torch's own error
    assert not any(module._forward_hooks for module in mlp.modules())


def test_refusals_of_a_noisy_network(mlp, data):
    noisy = make_noisy(mlp, 0.3)
    with pytest.raises(ConfigError, match="beta must not be given for a noisy network"):
        Probe(noisy, *data, beta=0.2)
    with pytest.raises(ConfigError, match="layers must name layers of the model, got '2'"):
        Probe(noisy, *data, ["2"])
    with pytest.raises(TypeError, match="layers must be names of noisy layers, got 5"):
        Probe(noisy, *data, 5)
    with pytest.raises(ConfigError, match="model must carry no noise yet"):
        Probe(mlp, *data, beta=0.3)
    noisy.detach()
    with pytest.raises(IllPosedError, match="noisy network must be attached"):
        Probe(noisy, *data)
    dropout = make_noisy(mlp, 0.3, noise="multiplicative")
    with pytest.raises(IllPosedError, match="model must have additive noise, got multiplicative"):
        Probe(dropout, *data)


def test_noise_in_units_of_each_layer_is_measured_once(mlp, data):
    probe = Probe(mlp, *data, beta=0.1, n=2, relative=True)
    with make_noisy(mlp, 0.1, relative_to=data[0]) as noisy:
        scales = noisy.scales
    assert not any(module._forward_hooks for module in mlp.modules())
    absolute = Probe(mlp, *data, beta={name: 0.1 * scale for name, scale in scales.items()}, n=2)
    first, second = (one.measure(clustering=False) for one in (probe, absolute))
    assert [i for _, i in first.intervals] == [i for _, i in second.intervals]


def test_a_model_without_weights_in_memory_is_refused(data):
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 2))
    with pytest.raises(ValueError, match="model must have its weights in memory, got 4 on the meta device"):
        Probe(model, *data, beta=0.3)


def test_a_layer_gone_wrong_is_named(mlp, data, probe):
    with torch.no_grad():
        mlp[2].weight.fill_(float("inf"))
    with pytest.raises(NonFiniteError, match="output of layer '3'"):
        probe.measure()
