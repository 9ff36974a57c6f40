"""The state of an optimiser as named arrays, so that a checkpoint can carry it: ``optimizer.PARAMETER.KEY``."""

from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor, nn

PREFIX = "optimizer."


def optimizer_tensors(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, npt.NDArray[Any]]:
    """Return copies of the tensors of an optimiser of the model's parameters; none before its first step."""
    return {
        f"{PREFIX}{name}.{key}": value.detach().cpu().numpy().copy()
        for name, parameter in model.named_parameters()
        for key, value in optimizer.state[parameter].items()
        if isinstance(value, Tensor)
    }


def load_optimizer_tensors(
    model: nn.Module, optimizer: torch.optim.Optimizer, tensors: dict[str, npt.NDArray[Any]]
) -> None:
    """Put tensors that :func:`optimizer_tensors` returned into a new optimiser; other names are ignored."""
    parameters = dict(model.named_parameters())
    for name, array in tensors.items():
        if name.startswith(PREFIX):
            parameter, _, key = name.removeprefix(PREFIX).rpartition(".")
            optimizer.state[parameters[parameter]][key] = torch.from_numpy(array.copy())
