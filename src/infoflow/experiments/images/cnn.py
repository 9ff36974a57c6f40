"""The convolutional network of the paper: T1, T2, T3 are noisy or have dropout, L4 are the outputs."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from infoflow._random import derived_seed
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.disturbance import Dropout, EpochNoise
from infoflow.networks import NoisyNetwork, make_noisy

NOISY_LAYERS = ("T1", "T2", "T3")
OUTPUT = "L4"
LAYERS = (*NOISY_LAYERS, OUTPUT)


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageNetwork:
    """The model, with its noise where it has some.

    Attributes:
        model: T1, pool1, T2, pool2, flatten, T3, L4; with dropout after each of T1 to T3 where that is the noise.
        noisy: Controller of the noise; None without Gaussian noise.
    """

    model: nn.Sequential
    noisy: NoisyNetwork | None

    def start_epoch(self, seed: int, epoch: int) -> EpochNoise | None:
        """Seed what disturbs the training in an epoch; return the source of its Gaussian noise, if it has any."""
        for index, module in enumerate(module for module in self.model if isinstance(module, Dropout)):
            module.reseed(derived_seed(seed, "dropout", epoch, index))
        return None if self.noisy is None else EpochNoise(seed, "training noise", epoch)

    def load(self, tensors: dict[str, Any]) -> None:
        """Take the weights and buffers of a checkpoint, stored as ``model.<name>``."""
        state = {name.removeprefix("model."): torch.from_numpy(value) for name, value in tensors.items()}
        self.model.load_state_dict(state)

    def state(self) -> dict[str, Any]:
        """Return weights and buffers as arrays, by ``model.<name>``."""
        return {f"model.{name}": value.contiguous().numpy() for name, value in self.model.state_dict().items()}


def build_network(config: ImageConfig) -> ImageNetwork:
    """Return the network of an experiment; equal seeds give equal initial weights, whatever the noise.

    conv 1→16 5x5, batch norm, tanh, (noise | dropout), max-pool 2x2; conv 16→32 5x5, the same; 1568→128, batch norm,
    tanh, (noise | dropout); 128→10. Xavier uniform weights, biases zero. Noise is per element, before pooling.

    Args:
        config: Its noise, beta, dropout and seed.

    Source: [G19] section 5 and supplement.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(config.seed, "initial weights"))
        parts = _parts(config.dropout if config.noise == "dropout" else None)
        for name in LAYERS:
            parts[name].apply(_initialise)
    model = nn.Sequential(parts)
    for module in model.modules():
        if isinstance(module, nn.Conv2d):  # twice as fast on a CPU
            module.weight.data = module.weight.data.contiguous(memory_format=torch.channels_last)
    if config.noise != "gaussian":
        return ImageNetwork(model=model, noisy=None)
    seed = derived_seed(config.seed, "network noise")
    return ImageNetwork(model=model, noisy=make_noisy(model, config.beta, layers=NOISY_LAYERS, seed=seed))


def _parts(dropout: float | None) -> "OrderedDict[str, nn.Module]":
    parts: OrderedDict[str, nn.Module] = OrderedDict()

    def add(name: str, layer: nn.Module, *after: tuple[str, nn.Module]) -> None:
        parts[name] = layer
        if dropout is not None:
            parts[f"dropout{name[1:]}"] = Dropout(dropout)
        parts.update(after)

    add("T1", nn.Sequential(nn.Conv2d(1, 16, 5, padding=2), nn.BatchNorm2d(16), nn.Tanh()), ("pool1", nn.MaxPool2d(2)))
    pool = ("pool2", nn.MaxPool2d(2))
    add(
        "T2",
        nn.Sequential(nn.Conv2d(16, 32, 5, padding=2), nn.BatchNorm2d(32), nn.Tanh()),
        pool,
        ("flat", nn.Flatten()),
    )
    add("T3", nn.Sequential(nn.Linear(1568, 128), nn.BatchNorm1d(128), nn.Tanh()))
    parts[OUTPUT] = nn.Linear(128, 10)
    return parts


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        if isinstance(module.bias, Tensor):
            nn.init.zeros_(module.bias)
