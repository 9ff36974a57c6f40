"""The inputs of a network as rows that can be picked: one tensor, several in a tuple, or several by name."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from infoflow import _checks
from infoflow._types import ArrayLike

Inputs: TypeAlias = ArrayLike | tuple[ArrayLike, ...] | Mapping[str, ArrayLike]


class Batch:
    """Checked inputs, on the model's device chunk by chunk.

    Floating-point inputs are given to the model in the dtype of its first floating-point parameter (a float32 network
    gets float32 rows from a float64 array); integers stay as they are.

    Args:
        model: The model that will run on them.
        inputs: An array or tensor with m rows, a tuple of them (positional arguments of the model) or a mapping
            (keyword arguments).

    Raises:
        TypeError: Not numeric.
        ValueError: No rows, or different numbers of rows.
        NonFiniteError: NaN or infinity.
    """

    def __init__(self, model: nn.Module, inputs: Inputs):
        state = [*model.parameters(), *model.buffers()]
        floating = [tensor.dtype for tensor in state if tensor.is_floating_point()]
        self.device = state[0].device if state else _device_of(inputs)
        self.devices = {tensor.device for tensor in state} | {self.device}
        named = dict(inputs) if isinstance(inputs, Mapping) else {}
        positional = [] if isinstance(inputs, Mapping) else list(inputs) if isinstance(inputs, tuple) else [inputs]
        if not named and not positional:
            raise ValueError("inputs must hold at least one array, got none")
        dtype = floating[0] if floating else None
        self._args = [_rows(f"inputs[{k}]" if k else "inputs", value, dtype) for k, value in enumerate(positional)]
        self._kwargs = {name: _rows(f"inputs[{name!r}]", value, dtype) for name, value in named.items()}
        tensors = [*self._args, *self._kwargs.values()]
        if len({len(tensor) for tensor in tensors}) != 1:
            raise ValueError(f"inputs must have the same number of rows, got {[len(tensor) for tensor in tensors]}")
        self.m = len(tensors[0])
        self.row_bytes = sum(tensor[0].numel() * tensor.element_size() for tensor in tensors)

    def run(self, model: nn.Module, index: Tensor) -> None:
        """Run the model on the rows ``index`` (repeats allowed); its output is dropped."""
        args = [tensor.index_select(0, index).to(self.device) for tensor in self._args]
        model(*args, **{name: t.index_select(0, index).to(self.device) for name, t in self._kwargs.items()})


def _device_of(inputs: Inputs) -> torch.device:
    values = inputs.values() if isinstance(inputs, Mapping) else inputs if isinstance(inputs, tuple) else (inputs,)
    found = [value.device for value in values if isinstance(value, Tensor)]
    return found[0] if found else torch.device("cpu")


def _rows(name: str, value: Any, dtype: torch.dtype | None) -> Tensor:
    if not isinstance(value, Tensor):
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(f"{name} must be a numeric array or tensor, got {type(value).__name__} of {array.dtype}")
        value = torch.from_numpy(array.astype(array.dtype.newbyteorder("="), order="C"))
    rows = value.detach().cpu()
    if rows.ndim == 0 or rows.numel() == 0:
        raise ValueError(f"{name} must have at least one row and no empty axis, got shape {tuple(rows.shape)}")
    if not rows.is_floating_point():
        return rows
    _checks.check_finite(name, rows.double().numpy())
    return rows if dtype is None else rows.to(dtype)
