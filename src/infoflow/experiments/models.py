"""The networks of the experiments; the modules whose output gets the noise are called T1, T2, … in order."""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import nn

from infoflow._random import derived_seed
from infoflow.experiments.config import ExperimentConfig
from infoflow.networks import NoisyNetwork, make_noisy

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(0.1),
    "linear": nn.Identity,
}


def build_network(config: ExperimentConfig, n_in: int, n_out: int) -> NoisyNetwork:
    """Return the noisy network of an experiment, with PyTorch's default initialisation drawn from ``config.seed``.

    Args:
        config: Its widths, activation, beta and seed.
        n_in: Inputs.
        n_out: Outputs (classes); the output layer is linear and noiseless.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(config.seed, "initial weights"))
        model = multilayer_perceptron(n_in, config.hidden, n_out, config.activation)
    layers = [f"T{index}" for index in range(1, len(config.hidden) + 1)]
    return make_noisy(model, config.beta, layers=layers, seed=derived_seed(config.seed, "training noise"))


def multilayer_perceptron(n_in: int, hidden: tuple[int, ...], n_out: int, activation: str) -> nn.Sequential:
    """Return a fully connected network; hidden layer l is the module ``T<l>``: linear, then activation."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for index, (before, after) in enumerate(zip((n_in, *hidden), hidden, strict=False), start=1):
        layers[f"T{index}"] = nn.Sequential(nn.Linear(before, after), _ACTIVATIONS[activation]())
    layers["output"] = nn.Linear(hidden[-1], n_out)
    return nn.Sequential(layers)
