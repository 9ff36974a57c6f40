"""The networks of the experiments; the modules whose output gets the noise are called T1, T2, … in order."""

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import nn

from infoflow._errors import ConfigError
from infoflow._random import derived_seed
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problem import Problem
from infoflow.networks import NoisyNetwork, make_noisy

SLOPE = 0.1
"""Slope of the leaky ReLU below zero."""

_ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(SLOPE),
    "linear": nn.Identity,
}


def build_model(config: ExperimentConfig, problem: Problem) -> NoisyNetwork:
    """Return the noisy network of an experiment with as many inputs and outputs as its problem has.

    Raises:
        ConfigError: Its settings do not fit each other or the data.
    """
    return build_network(config, problem.n_in, problem.n_out)


def build_network(config: ExperimentConfig, n_in: int, n_out: int) -> NoisyNetwork:
    """Return a fully connected noisy network, with PyTorch's default initialisation drawn from ``config.seed``.

    Args:
        config: Its widths, activation, head, first values, beta and seed.
        n_in: Inputs.
        n_out: Outputs; a linear output layer has no noise, and without one the last hidden layer is the output.

    Raises:
        ConfigError: A setting that does not fit ``n_out`` or the other settings.
    """
    if config.head == "none" and config.hidden[-1] != n_out:
        raise ConfigError(f"hidden must end with the {n_out} outputs where head is none, got {config.hidden[-1]}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(config.seed, "initial weights"))
        model = multilayer_perceptron(n_in, config.hidden, n_out if config.head == "linear" else 0, config.activation)
    if config.start:
        _start_at(model, config.start)
    layers = [f"T{index}" for index in range(1, len(config.hidden) + 1)]
    return make_noisy(model, config.beta, layers=layers, seed=derived_seed(config.seed, "training noise"))


def multilayer_perceptron(n_in: int, hidden: tuple[int, ...], n_out: int, activation: str) -> nn.Sequential:
    """Return a fully connected network; hidden layer l is the module ``T<l>``: linear, then activation.

    The linear layer ``output`` follows unless ``n_out`` is 0.
    """
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for index, (before, after) in enumerate(zip((n_in, *hidden), hidden, strict=False), start=1):
        layers[f"T{index}"] = nn.Sequential(nn.Linear(before, after), _ACTIVATIONS[activation]())
    if n_out:
        layers["output"] = nn.Linear(hidden[-1], n_out)
    return nn.Sequential(layers)


def _start_at(model: nn.Module, values: tuple[float, ...]) -> None:
    n_parameters = sum(parameter.numel() for parameter in model.parameters())
    if len(values) != n_parameters:
        raise ConfigError(f"start must have one number for each of the {n_parameters} parameters, got {len(values)}")
    with torch.no_grad():
        nn.utils.vector_to_parameters(torch.tensor(values), model.parameters())
