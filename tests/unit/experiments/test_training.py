import math

import pytest
import torch
from torch.nn import functional

from infoflow import NonFiniteError
from infoflow.experiments.models import build_network
from infoflow.experiments.training import Trainer, examples_order


def test_losses_are_those_of_the_network_without_noise(problem, config):
    network = build_network(config, 5, 2)
    losses = Trainer(network, problem, config).losses()
    with network.noiseless():
        logits = network(torch.from_numpy(problem.inputs[problem.test])).double()
    labels = torch.from_numpy(problem.labels[problem.test])
    assert losses.test_loss == functional.cross_entropy(logits, labels).item()
    assert losses.test_accuracy == (logits.argmax(1) == labels).double().mean().item()


def test_an_epoch_takes_the_steps_of_plain_training(problem, config):
    # with noise off and one batch, an epoch is one step of gradient descent: w - lr * grad, to float32 rounding
    config = config.changed(optimizer="sgd", batch_size=100, lr=0.5)
    network = build_network(config, 5, 2)
    inputs = torch.from_numpy(problem.inputs[problem.train])
    labels = torch.from_numpy(problem.labels[problem.train])
    with network.noiseless():
        functional.cross_entropy(network(inputs), labels).backward()
        expected = {name: (p - 0.5 * p.grad).detach().clone() for name, p in network.model.named_parameters()}
        Trainer(network, problem, config).train_epoch()
    for name, parameter in network.model.named_parameters():
        torch.testing.assert_close(parameter.detach(), expected[name], rtol=1e-5, atol=1e-6)


def test_training_lowers_the_loss(problem, config):
    trainer = Trainer(build_network(config, 5, 2), problem, config)
    before = trainer.losses().train_loss
    noisy = [trainer.train_epoch() for _ in range(60)]
    assert trainer.losses().train_loss < 0.8 * before
    assert trainer.epoch == 60
    assert noisy[-1] < noisy[0]


def test_the_regulariser_acts_after_every_step(problem, config):
    def weight(alpha):
        chosen = config.changed(orthonormal=alpha, batch_size=100, optimizer="sgd", lr=0.5)
        network = build_network(chosen, 5, 2)
        Trainer(network, problem, chosen).train_epoch()
        return network.model.T1[0].weight.detach()

    plain = weight(0.0)
    expected = plain - 0.1 * (plain @ plain.T @ plain - plain)
    # sums of five products of numbers below 1 in float32, with and without fused multiplication: 10 eps
    torch.testing.assert_close(weight(0.1), expected, rtol=0, atol=1.2e-6)


def test_noise_can_be_left_out_of_the_training(problem, config):
    def trained(**changes):
        chosen = config.changed(train_noise="off", **changes)
        network = build_network(chosen, 5, 2)
        Trainer(network, problem, chosen).train_epoch()
        return network.model.T1[0].weight.detach()

    assert torch.equal(trained(beta=0.1), trained(beta=3.0))


def test_the_rate_drops_when_the_training_set_is_learned(problem, config):
    chosen = config.changed(lr=0.5, optimizer="sgd", lr_drop=1e6, lr_drop_accuracy=0.1)
    network = build_network(chosen, 5, 2)
    before = network.model.output.weight.detach().clone()
    Trainer(network, problem, chosen).train_epoch()
    # gradients of this network are of order 1: with the rate divided by 1e6 three steps move weights by below 1e-5
    assert (network.model.output.weight - before).abs().max() < 1e-5


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_training_goes_on_from_its_state_bit_for_bit(problem, config, optimizer):
    chosen = config.changed(optimizer=optimizer, lr_drop=2.0)
    whole = Trainer(build_network(chosen, 5, 2), problem, chosen)
    for _ in range(3):
        whole.train_epoch()
    first = Trainer(build_network(chosen, 5, 2), problem, chosen)
    first.train_epoch()
    second = Trainer(build_network(chosen.changed(seed=9), 5, 2), problem, chosen)
    second.network.model.load_state_dict(first.network.model.state_dict())
    second.network.load_noise_state(first.network.noise_state())
    second.load_state(1, first.state())
    for _ in range(2):
        second.train_epoch()
    for name, value in whole.network.model.state_dict().items():
        assert torch.equal(value, second.network.model.state_dict()[name])


def test_an_epoch_may_have_several_passes_each_in_its_own_order(config):
    order = examples_order(config.changed(passes=3), 7, 10)
    passes = order.reshape(3, 10)
    assert torch.equal(passes.sort(dim=1).values, torch.arange(10).expand(3, 10))
    assert not torch.equal(passes[0], passes[1])


def test_the_seed_decides_the_training(problem, config):
    def weights(seed):
        chosen = config.changed(seed=seed)
        network = build_network(config, 5, 2)  # the same start: only order of examples differs by seed
        Trainer(network, problem, chosen).train_epoch()
        return network.model.output.weight.detach()

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_training_that_diverges_is_stopped(problem, config):
    config = config.changed(activation="linear", optimizer="sgd", lr=1e30)
    trainer = Trainer(build_network(config, 5, 2), problem, config)
    with pytest.raises(NonFiniteError, match=r"training loss must be finite, got .* lower lr"):
        _train(trainer, 10)


def _train(trainer, n_epochs):
    for _ in range(n_epochs):
        assert math.isfinite(trainer.train_epoch())
