"""The noise source of a sampling pass: it keeps what it is asked about, row by row."""

import torch
from torch import Tensor

from infoflow import _checks
from infoflow._random import derived_seed
from infoflow._types import Array
from infoflow.networks.counter import counter_normals
from infoflow.networks.noise import NOISES
from infoflow.networks.noisy import NoisyNetwork
from infoflow.networks.plan import Call, Plan, row_shape


class Recorder:
    """Keeps the outputs of the layers, before and perhaps after their noise, as rows of given arrays.

    Row ``i·n + k`` is draw k of input i; its noise is that of draw ``(first_draw + k)·m + i`` of the layer's table.

    Args:
        noisy: The network.
        plan: The calls of a forward pass.
        size: Inputs m and draws per input n.
        noiseless: Arrays for S by key, shape (m·n, d), or (m, d) for an exact layer.
        noisy_values: Arrays for T by key, shape (m·n, d).
        seed: Seed of the noise.
        first_draw: Index of the first draw.
    """

    def __init__(
        self,
        noisy: NoisyNetwork,
        plan: Plan,
        size: tuple[int, int],
        noiseless: dict[str, Array],
        noisy_values: dict[str, Array],
        *,
        seed: int,
        first_draw: int,
    ):
        self._m, self._n = size
        self._first_draw = first_draw
        self._calls = plan.calls
        self._noiseless, self._noisy_values = noiseless, noisy_values
        self._betas, self._add = noisy.betas, NOISES[noisy.noise]
        # the last layer whose S is wanted needs no noise of its own, unless its T is wanted too
        needed = [k for k, call in enumerate(plan.calls) if call.key in noiseless]
        needed += [k + 1 for k, call in enumerate(plan.calls) if call.key in noisy_values]
        self._noise_needed = 0 if noisy.silent else max(needed)
        self._keys = [derived_seed(seed, f"noise of {call.key}") for call in plan.calls]

    def expect(self, start: int, stop: int) -> None:
        """Prepare for a forward pass of the rows start..stop-1."""
        rows = torch.arange(start, stop)
        self._start, self._stop, self._position = start, stop, 0
        self.input_index, draw = rows // self._n, rows % self._n
        self._draws = (self._first_draw + draw) * self._m + self.input_index
        self._first_of_input = torch.nonzero(draw == 0).flatten()

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Keep ``value`` and return the noise of its rows."""
        position, self._position = self._position, self._position + 1
        call = self._calls[position] if position < len(self._calls) else None
        if call is None or call.layer != layer or row_shape(layer, value, len(self._draws)) != call.shape:
            raise ValueError(
                f"layer {layer!r} must be called in the same order with the same shape for every input, "
                f"got {tuple(value.shape[1:])} where {call and call.key!r} of {call and call.shape} was expected"
            )
        if call.key in self._noiseless:
            self._keep(call, value.detach().reshape(len(self._draws), call.d))
        noise = None
        if position < self._noise_needed:
            noise = counter_normals(self._keys[position], self._draws.to(value.device), call.d)
            noise = noise.reshape(value.shape).to(torch.promote_types(value.dtype, torch.float32))
        if call.key in self._noisy_values:
            after = value if noise is None else self._add(value, self._betas[layer], noise)
            rows = after.detach().reshape(len(self._draws), call.d)
            _store(call, rows, self._noisy_values[call.key][self._start : self._stop])
        return noise

    def _keep(self, call: Call, rows: Tensor) -> None:
        if call.exact:
            rows = rows[self._first_of_input.to(rows.device)]
            start, stop = -(-self._start // self._n), -(-self._stop // self._n)
        else:
            start, stop = self._start, self._stop
        _store(call, rows, self._noiseless[call.key][start:stop])


def _store(call: Call, rows: Tensor, target: Array) -> None:
    torch.from_numpy(target).copy_(rows)
    _checks.check_finite(f"output of layer {call.key!r}", target)
