import numpy as np
import pytest
import torch
from torch.nn import functional

from infoflow import NonFiniteError
from infoflow.experiments.images.cnn import build_network
from infoflow.experiments.images.disturbance import EpochNoise
from infoflow.experiments.images.images import as_batch, load_images
from infoflow.experiments.images.training import ImageTrainer, scores, settle_statistics


def trained(config, epochs=2):
    data = load_images(config)
    network = build_network(config)
    trainer = ImageTrainer(network, data, config)
    return network, [trainer.train_epoch() for _ in range(epochs)]


@pytest.mark.parametrize("noise", ["gaussian", "dropout", "none"])
def test_repeats_bit_for_bit_and_learns(image_config, noise):
    config = image_config(noise=noise)
    first, losses = trained(config)
    second, again = trained(config)
    assert losses == again
    assert losses[1] < losses[0]
    for name, value in first.state().items():
        assert np.array_equal(value, second.state()[name])


def test_the_rate_falls_geometrically(image_config):
    config = image_config(lr=0.1, lr_end=0.001)
    trainer = ImageTrainer(build_network(config), load_images(config), config)
    rates = [trainer._rate(done) for done in range(9)]  # 3 epochs of 3 steps
    assert rates == pytest.approx(np.geomspace(0.1, 0.001, 9), rel=1e-12)
    assert trainer._rate(100) == pytest.approx(0.001, rel=1e-12)


def test_divergence_is_reported(image_config):
    with pytest.raises(NonFiniteError, match="training loss must be finite, got nan in epoch 1: lower lr"):
        trained(image_config(lr=1e38, noise="none"))


def test_scores_are_those_of_the_network(image_config):
    config = image_config(beta=0.5)
    network, data = build_network(config), load_images(config)
    found = scores(network, data.test_images, data.test_labels)
    with network.noisy.noiseless(), torch.no_grad():
        outputs = network.model.eval()(as_batch(data.test_images)).double()
    labels = torch.from_numpy(data.test_labels)
    # float32 products of another batch size: a few 1e-7 each
    assert found.loss == pytest.approx(functional.cross_entropy(outputs, labels).item(), rel=1e-5)
    assert found.errors == int((outputs.argmax(dim=1) != labels).sum())
    assert found.accuracy == 1 - found.errors / 60
    noisy = [scores(network, data.test_images, data.test_labels, EpochNoise(0, "a", 0)).loss for _ in range(2)]
    assert noisy[0] == noisy[1] != found.loss


def test_statistics_are_those_of_the_first_images(image_config):
    config = image_config(noise="none")
    network, data = build_network(config), load_images(config)
    settle_statistics(network, data, config)
    norm = network.model.T1[1]
    before = network.model.T1[0](as_batch(data.train_images)).detach().double()  # 96 images, 3 batches
    # sums of 75264 float32 numbers of order 1
    torch.testing.assert_close(norm.running_mean.double(), before.mean(dim=(0, 2, 3)), rtol=1e-4, atol=1e-6)
    within = before.reshape(3, 32, 16, 28, 28).transpose(1, 2).flatten(2).var(dim=2).mean(dim=0)
    torch.testing.assert_close(norm.running_var.double(), within, rtol=1e-4, atol=1e-6)
    assert norm.momentum == 0.1
