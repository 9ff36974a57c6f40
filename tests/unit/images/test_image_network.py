import copy
import math

import pytest
import torch
from torch import nn

from infoflow import IllPosedError
from infoflow.experiments.images.cnn import LAYERS, build_network
from infoflow.experiments.images.disturbance import Dropout, EpochNoise
from infoflow.experiments.images.images import as_batch, load_images
from infoflow.experiments.images.representations import representations


def test_equal_seeds_give_equal_weights_whatever_the_noise(image_config):
    states = [build_network(image_config(noise=noise)).state() for noise in ("gaussian", "none", "dropout")]
    assert states[0].keys() == states[1].keys() == states[2].keys()
    for name, value in states[0].items():
        assert (value == states[1][name]).all()
        assert (value == states[2][name]).all()
    other = build_network(image_config(seed=1)).state()
    assert not (other["model.T1.0.weight"] == states[0]["model.T1.0.weight"]).all()


def test_weights_are_xavier_uniform_and_biases_zero(image_config):
    model = build_network(image_config(noise="none")).model
    layers = [module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    assert [tuple(layer.weight.shape) for layer in layers] == [(16, 1, 5, 5), (32, 16, 5, 5), (128, 1568), (10, 128)]
    for layer in layers:
        area = layer.weight[0, 0].numel()
        bound = math.sqrt(6 / (area * (layer.weight.shape[0] + layer.weight.shape[1])))
        largest = float(layer.weight.detach().abs().max())
        # P(all of n uniform numbers below .95 of the bound) = .95^n; n >= 400: 1e-9
        assert 0.95 * bound < largest <= bound * (1 + 1e-6)
        assert not layer.bias.any()


def test_layers_have_the_shapes_of_the_paper(image_config):
    config = image_config()
    images = load_images(config).test_images[:3]
    shapes = {layer: rows.shape for layer, rows in representations(build_network(config), images).items()}
    assert shapes == {"T1": (3, 16 * 28 * 28), "T2": (3, 32 * 14 * 14), "T3": (3, 128), "L4": (3, 10)}


def test_representations_with_and_without_noise(image_config):
    config = image_config(beta=0.3)
    network = build_network(config)
    images = load_images(config).test_images[:20]
    plain = representations(network, images)
    with network.noisy.noiseless(), torch.no_grad():
        assert torch.equal(torch.from_numpy(plain["L4"]), network.model.eval()(as_batch(images)))
    before = representations(network, images, EpochNoise(0, "a", 0))
    after = representations(network, images, EpochNoise(0, "a", 0), with_own=True)
    assert (before["T1"] == plain["T1"]).all()
    assert not (before["T2"] == plain["T2"]).all()
    assert (before["L4"] == after["L4"]).all()
    for layer in LAYERS[:3]:
        own = after[layer] - before[layer]
        # standard deviation of a sample standard deviation: beta / sqrt(2 n); 5 of them
        assert abs(own.std() - 0.3) < 5 * 0.3 / math.sqrt(2 * own.size)
    assert not any(module._forward_hooks for name, module in network.model.named_modules() if name not in LAYERS)


def test_noise_is_laid_out_like_the_layer_and_repeats():
    value = torch.zeros(3, 4, 5, 6).contiguous(memory_format=torch.channels_last)
    first, again = (EpochNoise(3, "a", 1).standard_normal("T1", value) for _ in range(2))
    assert first.stride() == value.stride()
    assert torch.equal(first, again)
    assert not torch.equal(first, EpochNoise(3, "a", 2).standard_normal("T1", value))
    assert EpochNoise(3, "a", 1).standard_normal("T3", torch.zeros(7, 8)).shape == (7, 8)


def test_dropout_drops_and_scales():
    dropout = Dropout(0.2)
    with pytest.raises(IllPosedError, match="dropout must be seeded before training"):
        dropout(torch.ones(2, 2))
    dropout.reseed(0)
    out = dropout(torch.ones(4, 16, 28, 28).contiguous(memory_format=torch.channels_last))
    assert set(out.flatten().tolist()) == {0.0, 1.25}
    # binomial: standard error sqrt(.2 x .8 / n); 5 of them
    assert abs(float((out == 0).double().mean()) - 0.2) < 5 * math.sqrt(0.16 / out.numel())
    dropout.eval()
    assert torch.equal(dropout(torch.ones(2, 2)), torch.ones(2, 2))
    assert "p=0.2" in repr(dropout)
    with pytest.raises(IllPosedError, match="must be seeded"):
        copy.deepcopy(dropout).train()(torch.ones(2, 2))
