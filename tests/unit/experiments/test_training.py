import math

import pytest
import torch
from torch.nn import functional

from infoflow import NonFiniteError
from infoflow.experiments.models import build_network
from infoflow.experiments.training import Trainer


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
