"""Before sampling: one row through the network, to see which layers are called, their shapes, and the memory."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from infoflow._errors import ConfigError
from infoflow.networks.batch import Batch
from infoflow.networks.noisy import NoisyNetwork

_NOISE_BYTES = 64
"""Working memory of the noise generator per number: counters, words, radius, angle and normals, at 8 bytes."""
_BYTES_AHEAD = 16
"""Memory of the noise of all layers per number: 8 bytes for the chunk that runs and 8 for the next."""


@dataclass(frozen=True)
class Call:
    """One call of a noisy layer in a forward pass.

    Attributes:
        key: ``layer``, or ``layer@2`` and so on from its second call.
        layer: Name of the layer.
        shape: Shape of the output for one row.
        exact: Whether no noise was added before it.
    """

    key: str
    layer: str
    shape: tuple[int, ...]
    exact: bool

    @property
    def d(self) -> int:
        """Numbers per row."""
        return torch.Size(self.shape).numel()


@dataclass(frozen=True)
class Plan:
    """The calls of a forward pass in order, and the working memory of one row in bytes."""

    calls: tuple[Call, ...]
    row_bytes: int


def plan_pass(noisy: NoisyNetwork, batch: Batch) -> Plan:
    """Run the first row and return the calls of noisy layers.

    Raises:
        TypeError: The output of a noisy layer is not one floating-point tensor.
        ValueError: Its first axis is not the batch.
        ConfigError: A noisy layer is never called.
    """
    scout = _Scout(silent=noisy.silent)
    with _counted_bytes(noisy.model) as seen, noisy.using(scout):
        batch.run(noisy.model, torch.zeros(1, dtype=torch.int64))
    idle = set(noisy.layers) - {call.layer for call in scout.calls}
    if idle:
        raise ConfigError(f"layers must be called in a forward pass, got none of {', '.join(sorted(idle))} called")
    widest = max(call.d for call in scout.calls)
    made_ahead = _BYTES_AHEAD * sum(call.d for call in scout.calls)
    return Plan(tuple(scout.calls), batch.row_bytes + sum(seen) + _NOISE_BYTES * widest + made_ahead)


def row_shape(layer: str, value: Tensor, n_rows: int) -> tuple[int, ...]:
    """Return the shape of one row of a layer's output; ``ValueError`` if its first axis is not the batch."""
    if value.ndim == 0 or value.shape[0] != n_rows:
        raise ValueError(
            f"layer {layer!r} must keep the batch of {n_rows} on the first axis, got shape {tuple(value.shape)}"
        )
    return tuple(value.shape[1:])


class _Scout:
    """A noise source that notes who asks, and gives zeros."""

    def __init__(self, *, silent: bool):
        self.calls: list[Call] = []
        self._silent = silent

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        n_before = sum(call.layer == layer for call in self.calls)
        key = f"{layer}@{n_before + 1}" if n_before else layer
        exact = self._silent or not self.calls
        self.calls.append(Call(key, layer, row_shape(layer, value, 1), exact))
        return None


@contextmanager
def _counted_bytes(model: nn.Module) -> Generator[list[int]]:
    """Collect the sizes of all modules' outputs: for one row, what a forward pass can at most keep of them."""
    seen: list[int] = []

    def note(module: nn.Module, args: Any, output: Any) -> None:
        tensors = output if isinstance(output, tuple | list) else [output]
        seen.extend(t.numel() * t.element_size() for t in tensors if isinstance(t, Tensor))

    handles = [module.register_forward_hook(note) for module in model.modules()]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()
