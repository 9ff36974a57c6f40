import pytest
import torch

from infoflow import ConfigError
from infoflow.experiments.models import build_model, build_network


def test_the_layers_have_the_configured_widths_and_names(config):
    network = build_network(config, 5, 2)
    assert network.layers == ("T1", "T2")
    shapes = {name: tuple(value.shape) for name, value in network.model.named_parameters()}
    assert shapes["T1.0.weight"] == (4, 5)
    assert shapes["T2.0.weight"] == (2, 4)
    assert shapes["output.weight"] == (2, 2)
    assert set(network.betas.values()) == {0.1}


def test_the_seed_decides_the_weights_and_nothing_else_is_disturbed(config):
    before = torch.get_rng_state()
    first, again, other = (build_network(config.changed(seed=seed), 5, 2).model.state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["T1.0.weight"], other["T1.0.weight"])


def test_every_activation_is_the_one_it_is_called(config):
    x = torch.tensor([[-2.0], [3.0]])
    expected = {"tanh": x.tanh(), "relu": x.relu(), "leaky_relu": torch.tensor([[-0.2], [3.0]]), "linear": x}
    for activation, values in expected.items():
        network = build_network(config.changed(activation=activation, hidden=(1,)), 1, 2)
        assert torch.equal(network.model.T1[1](x), values)


def test_first_values_are_taken_in_order_and_no_head_means_a_noisy_output(config):
    chosen = config.changed(hidden=(1, 1), head="none", activation="leaky_relu", start=(0.0, 4.5, -1.0, 0.25))
    network = build_network(chosen, 1, 1)
    values = {name: value.item() for name, value in network.model.named_parameters()}
    assert values == {"T1.0.weight": 0.0, "T1.0.bias": 4.5, "T2.0.weight": -1.0, "T2.0.bias": 0.25}
    x = torch.zeros(3, 1)
    assert not torch.equal(network(x), network(x))
    with network.noiseless():
        torch.testing.assert_close(network(x), torch.full((3, 1), -0.425))  # 0.1 (0.25 - 4.5), float32


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": (1.0, 2.0)}, "start must have one number for each of the 40 parameters, got 2"),
        ({"head": "none", "hidden": (4, 3)}, "hidden must end with the 2 outputs where head is none, got 3"),
    ],
)
def test_settings_that_do_not_fit_are_refused(config, changes, message):
    with pytest.raises(ConfigError, match=message):
        build_network(config.changed(**changes), 5, 2)


def test_the_problem_decides_the_inputs_and_outputs(config, problem):
    assert build_model(config, problem).model.output.out_features == 2
    assert build_model(config, problem).layers == ("T1", "T2")
