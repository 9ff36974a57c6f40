import pytest
import torch
from torch import nn

from infoflow import ConfigError, make_noisy
from infoflow.networks import POOLINGS, layers_feeding


def cnn(inplace):
    features = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.ReLU(inplace), nn.MaxPool2d(2), nn.Sequential(nn.Flatten())
    )
    return nn.Sequential(features, nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 2))


X = torch.ones(3, 1, 4, 4)


@pytest.mark.parametrize("inplace", [False, True])
def test_before_activation_and_before_pooling(inplace):
    model = cnn(inplace)
    assert layers_feeding(model, X) == ("0.1", "1")
    assert layers_feeding(model, X, POOLINGS) == ("0.2",)
    assert layers_feeding(model, X, (nn.Linear,)) == ("0.4.0", "2")
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())
    assert make_noisy(model, 0.1, layers_feeding(model, X)).layers == ("0.1", "1")


def test_nothing_feeds_it():
    with pytest.raises(ConfigError, match="model must have a submodule that feeds one of MaxPool1d"):
        layers_feeding(nn.Sequential(nn.Flatten(), nn.Tanh()), X, POOLINGS)
