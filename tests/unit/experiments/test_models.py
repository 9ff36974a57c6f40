import torch

from infoflow.experiments.models import build_network


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
