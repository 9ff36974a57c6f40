"""The scale of a layer: how far its noiseless outputs spread over the inputs, for noise in proportion to it."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from infoflow._errors import ConfigError, IllPosedError, NonFiniteError
from infoflow.networks.batch import Batch, Inputs
from infoflow.networks.undisturbed import undisturbed

_ROWS = 256


def layer_scales(model: nn.Module, layers: Iterable[str], inputs: Inputs) -> dict[str, float]:
    """Return the root mean square of the centred noiseless output of each layer.

    ``scale² = (1/(m d)) Σ_i Σ_j (s_ij - s̄_j)²``, ``s̄_j`` the mean of element j over the inputs; calls of a shared
    module count together. The model runs in ``eval()`` mode and is left as it was.

    Args:
        model: The network, without noise.
        layers: Names of submodules.
        inputs: m inputs, at least two different ones.

    Returns:
        Scales by layer, in the unit of the layer's output.

    Raises:
        TypeError: A layer's output is not one floating-point tensor.
        ConfigError: A layer is never called.
        NonFiniteError: A layer's output is not finite.
        IllPosedError: A layer is constant over the inputs.
    """
    batch = Batch(model, inputs)
    spreads = {name: _Spread() for name in layers}
    handles = [model.get_submodule(name).register_forward_hook(_noting(name, spreads[name])) for name in spreads]
    try:
        with undisturbed(model, batch.devices, 0):
            for start in range(0, batch.m, _ROWS):
                for spread in spreads.values():
                    spread.restart()
                batch.run(model, torch.arange(start, min(start + _ROWS, batch.m)))
    finally:
        for handle in handles:
            handle.remove()
    return {name: _checked(name, spread, batch.m) for name, spread in spreads.items()}


class _Spread:
    """Sums of each element and of its square over the inputs, from the first chunk's mean, for every call."""

    def __init__(self) -> None:
        self._calls: list[tuple[Tensor, Tensor, Tensor]] = []
        self._position = 0

    def restart(self) -> None:
        """Begin another forward pass."""
        self._position = 0

    def add(self, rows: Tensor) -> None:
        """Add the rows (chunk, d) of the next call."""
        if self._position == len(self._calls):
            self._calls.append((rows.mean(dim=0), torch.zeros_like(rows[0]), torch.zeros_like(rows[0])))
        origin, total, squares = self._calls[self._position]
        shifted = rows - origin
        total += shifted.sum(dim=0)
        squares += shifted.square().sum(dim=0)
        self._position += 1

    def value(self, m: int) -> float | None:
        """Return the scale over m inputs; None without a call."""
        if not self._calls:
            return None
        variances = [squares / m - (total / m).square() for _, total, squares in self._calls]
        mean = float(torch.cat(variances).mean())
        return math.sqrt(mean) if mean > 0.0 else mean * 0.0  # rounding may leave it just below zero; NaN stays NaN


def _noting(name: str, spread: _Spread) -> Any:
    def note(module: nn.Module, args: Any, output: Any) -> None:
        if not isinstance(output, Tensor) or not output.is_floating_point():
            found = output.dtype if isinstance(output, Tensor) else type(output).__name__
            raise TypeError(f"layer {name!r} must return one tensor of real numbers, got {found}")
        spread.add(output.detach().double().flatten(start_dim=1))

    return note


def _checked(name: str, spread: _Spread, m: int) -> float:
    scale = spread.value(m)
    if scale is None:
        raise ConfigError(f"layer {name!r} must be called in a forward pass to have a scale, got no call")
    if not math.isfinite(scale):
        raise NonFiniteError(f"layer {name!r} must have finite outputs to have a scale, got {scale}")
    if scale == 0.0:
        raise IllPosedError(
            f"layer {name!r} must vary over relative_to to have a scale, got a constant output for {m} inputs; "
            "give more inputs, or an absolute beta"
        )
    return scale
