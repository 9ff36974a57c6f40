import math

import numpy as np
import pytest
import torch
from torch import nn

from infoflow import ConfigError, IllPosedError, NonFiniteError
from infoflow.networks.scale import layer_scales


def test_scale_is_the_spread_over_inputs_in_any_number_of_chunks():
    model = nn.Sequential(nn.Identity(), nn.Identity()).double()
    value = torch.from_numpy(np.random.default_rng(0).normal(5e3, 0.5, (700, 4)))
    expected = float((value - value.mean(0)).square().mean().sqrt())
    # shifted sums of 700 values of size one: relative rounding below 700 eps
    assert layer_scales(model, ["0"], value.float())["0"] == pytest.approx(
        float((value.float().double() - value.float().double().mean(0)).square().mean().sqrt()), rel=700 * 2.3e-16
    )
    assert expected == pytest.approx(0.5, rel=5 / math.sqrt(2 * value.numel()))  # 5 s.e. of a standard deviation


def test_calls_of_a_shared_module_count_together():
    class Twice(nn.Module):
        def __init__(self):
            super().__init__()
            self.same = nn.Identity()

        def forward(self, x):
            return self.same(3.0 * self.same(x))

    value = torch.tensor([[-1.0], [1.0]])
    assert layer_scales(Twice(), ["same"], value)["same"] == pytest.approx(math.sqrt((1 + 9) / 2), rel=1e-15)


def test_model_is_left_alone():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Tanh())
    layer_scales(model, ["1"], torch.eye(3))
    assert model.training
    assert model[0].num_batches_tracked == 0
    assert not any(module._forward_hooks for module in model.modules())


def test_constant_layer():
    with pytest.raises(IllPosedError, match="layer '0' must vary over relative_to to have a scale"):
        layer_scales(nn.Sequential(nn.Identity()), ["0"], torch.ones(5, 2))


def test_layer_that_is_not_called():
    model = nn.Sequential(nn.Identity())
    model.spare = nn.ModuleDict({"act": nn.Tanh()})
    model.forward = lambda x: model[0](x)
    with pytest.raises(ConfigError, match=r"layer 'spare\.act' must be called"):
        layer_scales(model, ["spare.act"], torch.eye(2))


def test_layer_that_overflows():
    class Overflows(nn.Module):
        def forward(self, x):
            return x / 0.0

    with pytest.raises(NonFiniteError, match="layer '0' must have finite outputs to have a scale"):
        layer_scales(nn.Sequential(Overflows()), ["0"], torch.eye(2))


def test_layer_that_returns_a_tuple():
    with pytest.raises(TypeError, match="layer '0' must return one tensor of real numbers, got tuple"):
        layer_scales(nn.Sequential(nn.GRU(2, 2)), ["0"], torch.eye(2))
