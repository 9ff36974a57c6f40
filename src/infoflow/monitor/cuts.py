"""Which layers cut others from the input: only for those does data processing order the informations.

In a plain chain every noisy layer does; past a skip connection it does not, and I(X;T) may rise along the depth.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from infoflow.monitor.draws import LayerInfo
from infoflow.monitor.inputs import InputRows
from infoflow.networks import NoisyNetwork
from infoflow.networks.batch import Batch

_INPUTS = 8
_ROUNDING = 1e-4  # of a layer's own spread over inputs: far above float32 rounding, far below a real dependence


def cuts(noisy: NoisyNetwork, rows: InputRows, layers: Sequence[LayerInfo]) -> dict[str, frozenset[str]]:
    """Return for each layer the later ones that depend on the input through it alone.

    Tried, not proved: the layer's output is replaced by that of one input for a few inputs, without noise; a later
    layer that then is the same for all of them (up to rounding) is cut off.

    Args:
        noisy: The network, its noise attached.
        rows: The inputs.
        layers: The layers in the order in which they are called.
    """
    index = np.unique(np.linspace(0, rows.m - 1, min(rows.m, _INPUTS)).astype(np.int64))
    batch = Batch(noisy.model, rows.take(index))
    free = _spreads(noisy, batch, None)
    result: dict[str, frozenset[str]] = {}
    for position, layer in enumerate(layers):
        fixed = _spreads(noisy, batch, layer)
        later = [other.key for other in layers[position + 1 :]]
        result[layer.key] = frozenset(key for key in later if fixed[key] <= _ROUNDING * free[key])
    return result


def _spreads(noisy: NoisyNetwork, batch: Batch, fixed: LayerInfo | None) -> dict[str, float]:
    """Return how far each call's output differs between inputs while one call's output is held fixed."""
    watcher = _Watcher()
    noisy.model.eval()
    with torch.no_grad(), noisy.using(watcher), _held(noisy.model, fixed):
        batch.run(noisy.model, torch.arange(batch.m))
    return watcher.spreads


class _Watcher:
    """A noise source that gives none and notes how far each value differs between rows."""

    def __init__(self) -> None:
        self.spreads: dict[str, float] = {}
        self._n_calls: dict[str, int] = {}

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Note the spread of ``value`` over its rows."""
        count = self._n_calls[layer] = self._n_calls.get(layer, 0) + 1
        key = layer if count == 1 else f"{layer}@{count}"
        rows = value.detach().double()
        self.spreads[key] = float((rows - rows[:1]).abs().max())


@contextmanager
def _held(model: nn.Module, layer: LayerInfo | None) -> Generator[None]:
    """Give every row the first row's output at one call of one module."""
    if layer is None:
        yield
        return
    held_call = 1 if layer.key == layer.module else int(layer.key.rpartition("@")[2])
    n_calls = 0

    def hold(module: nn.Module, args: Any, output: Tensor) -> Tensor | None:
        nonlocal n_calls
        n_calls += 1
        return output[:1].expand_as(output).clone() if n_calls == held_call else None

    handle = model.get_submodule(layer.module).register_forward_hook(hold)
    try:
        yield
    finally:
        handle.remove()
