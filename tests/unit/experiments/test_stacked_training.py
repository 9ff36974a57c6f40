from dataclasses import replace

import numpy as np
import pytest
import torch

from infoflow.experiments.models import build_network
from infoflow.experiments.stacked_training import StackedTrainer, stackable
from infoflow.experiments.training import Trainer

# Both ways compute the same sums of some 1e3 float64 products of numbers of order 1 in different orders, so that
# gradients differ by at most g = 1e3 * 1.1e-16. A step of SGD passes lr * g on. A step of Adam divides by a root plus
# 1e-8: its change with the gradient is at most lr / 1e-8. Later steps see parameters that differ by so little; over
# the few steps here that is allowed for by a factor of 10.
GRADIENT_ERROR = 1e3 * 1.1e-16


def tolerance(config, n_steps):
    per_step = config.lr * GRADIENT_ERROR * (1e8 if config.optimizer == "adam" else 1.0)
    return 10 * n_steps * per_step + 1e-15


def double(problem):
    return replace(problem, inputs=problem.inputs.astype(np.float64))


def networks(configs, problem, *, dtype=torch.float64):
    built = [build_network(config, 5, problem.n_out) for config in configs]
    for network in built:
        network.model.to(dtype)
    return built


def parameters(network):
    return {name: value.detach().clone() for name, value in network.model.named_parameters()}


VARIANTS = [
    {},
    {"optimizer": "sgd", "lr": 0.5},
    {"activation": "relu", "optimizer": "sgd", "lr": 0.1},
    {"activation": "leaky_relu", "hidden": (4, 3, 2)},
    {"activation": "linear", "loss": "squared", "lr": 1e-3},
    {"head": "none", "loss": "squared"},
    {"orthonormal": 0.01},
    {"train_noise": "off"},
    {"passes": 2, "lr_drop": 5.0, "lr_drop_accuracy": 0.3, "optimizer": "sgd"},
    {"lr_drop": 5.0, "lr_drop_accuracy": 0.3},
]


@pytest.mark.parametrize("variant", VARIANTS, ids=str)
def test_networks_trained_together_are_those_trained_alone(problem, config, variant):
    config = config.changed(**variant)
    configs = [config.changed(seed=seed, beta=beta) for seed, beta in ((0, 0.1), (1, 0.1), (1, 0.3))]
    data = double(problem)
    together, alone = networks(configs, data), networks(configs, data)
    stacked = StackedTrainer(together, [data] * 3, configs)
    trainers = [Trainer(network, data, c) for network, c in zip(alone, configs, strict=True)]
    for epoch in (1, 2):
        losses = stacked.train_epoch()
        expected = [trainer.train_epoch() for trainer in trainers]
        # epoch losses are accumulated in float32 by both: three sums
        assert losses == pytest.approx(expected, rel=1e-6)
        for one, other in zip(together, alone, strict=True):
            for name, value in parameters(one).items():
                bound = tolerance(config, 3 * epoch * config.passes)
                torch.testing.assert_close(value, parameters(other)[name], rtol=0, atol=bound)
    for row, trainer in enumerate(trainers):
        assert torch.equal(together[row].noise_state(), alone[row].noise_state())
        member = stacked.member(row)
        assert member.losses()[:2] == pytest.approx(trainer.losses()[:2], abs=10 * tolerance(config, 6))
        assert set(member.state()) == set(trainer.state())


def test_networks_do_not_touch_each_other(problem, config):
    configs = [config.changed(seed=seed) for seed in (0, 1)]
    healthy = networks(configs, problem, dtype=torch.float32)
    ill = networks(configs, problem, dtype=torch.float32)
    with torch.no_grad():
        ill[1].model.T1[0].weight.fill_(float("nan"))
    for members in (healthy, ill):
        losses = StackedTrainer(members, [problem] * 2, configs).train_epoch()
    assert np.isnan(losses).tolist() == [False, True]
    for name, value in parameters(healthy[0]).items():
        assert torch.equal(value, parameters(ill[0])[name])


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_training_together_goes_on_from_its_state_bit_for_bit(problem, config, optimizer):
    configs = [config.changed(seed=seed, optimizer=optimizer) for seed in (0, 1)]
    first = networks(configs, problem, dtype=torch.float32)
    whole = StackedTrainer(first, [problem] * 2, configs)
    whole.train_epoch()
    second = networks(configs, problem, dtype=torch.float32)
    for source, target in zip(first, second, strict=True):
        target.model.load_state_dict({name: value.clone() for name, value in source.model.state_dict().items()})
        target.load_noise_state(source.noise_state())
    resumed = StackedTrainer(second, [problem] * 2, configs)
    resumed.load_state(1, [whole.member(row).state() for row in range(2)])
    assert whole.train_epoch() == resumed.train_epoch()
    for source, target in zip(first, second, strict=True):
        for name, value in parameters(source).items():
            assert torch.equal(value, parameters(target)[name])


def test_a_network_of_a_stack_goes_on_alone(problem, config):
    configs = [config.changed(seed=seed) for seed in (0, 1)]
    data = double(problem)
    members = networks(configs, data)
    stacked = StackedTrainer(members, [data] * 2, configs)
    stacked.train_epoch()
    single = networks(configs[1:], data)[0]
    single.model.load_state_dict({name: value.clone() for name, value in members[1].model.state_dict().items()})
    single.load_noise_state(members[1].noise_state())
    trainer = Trainer(single, data, configs[1])
    trainer.load_state(1, stacked.member(1).state())
    stacked.train_epoch()
    trainer.train_epoch()
    for name, value in parameters(members[1]).items():
        torch.testing.assert_close(value, parameters(single)[name], rtol=0, atol=tolerance(configs[1], 3))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"seed": 3}, True), ({"beta": 0.7, "seed": 1}, True), ({"lr": 0.3}, False), ({"hidden": (4, 3)}, False)],
)
def test_what_differs_in_seed_and_beta_only_can_be_stacked(config, changes, expected):
    assert stackable([config, config.changed(**changes)]) is expected


def test_one_network_is_no_stack(config):
    assert not stackable([config])
