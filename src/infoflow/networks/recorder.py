"""The noise source of a sampling pass: it keeps what it is asked about, row by row."""

from dataclasses import dataclass

import torch
from torch import Tensor

from infoflow import _checks
from infoflow._random import derived_seed
from infoflow._types import Array
from infoflow.networks.counter import counter_normals
from infoflow.networks.noise import NOISES
from infoflow.networks.noisy import NoisyNetwork
from infoflow.networks.plan import Call, Plan, row_shape


@dataclass(frozen=True, eq=False)
class Chunk:
    """Rows ``start`` to ``stop - 1`` of a sampling pass.

    Attributes:
        start: First row.
        stop: Row after the last.
        input_index: Input of each row, shape (rows,).
        draws: Number of each row's draw in the layers' tables, shape (rows,).
        first_of_input: Which rows are the first of their input.
        noise: Standard normal noise by position of the call, (rows, d) each; empty where it is made when asked for.
    """

    start: int
    stop: int
    input_index: Tensor
    draws: Tensor
    first_of_input: Tensor
    noise: tuple[Tensor, ...]


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

    def chunk(self, start: int, stop: int, *, with_noise: bool) -> Chunk:
        """Prepare the rows start..stop-1, with their noise or without; what the recorder keeps does not change."""
        rows = torch.arange(start, stop)
        input_index, draw = rows // self._n, rows % self._n
        draws = (self._first_draw + draw) * self._m + input_index
        first_of_input = torch.nonzero(draw == 0).flatten()
        ahead = self._noise_needed if with_noise else 0
        noise = tuple(self._noise(position, draws) for position in range(ahead))
        return Chunk(start, stop, input_index, draws, first_of_input, noise)

    def expect(self, chunk: Chunk) -> None:
        """Be ready for a forward pass of these rows."""
        self._chunk, self._position = chunk, 0

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Keep ``value`` and return the noise of its rows."""
        position, self._position = self._position, self._position + 1
        call = self._calls[position] if position < len(self._calls) else None
        if call is None or call.layer != layer or row_shape(layer, value, len(self._chunk.draws)) != call.shape:
            raise ValueError(
                f"layer {layer!r} must be called in the same order with the same shape for every input, "
                f"got {tuple(value.shape[1:])} where {call and call.key!r} of {call and call.shape} was expected"
            )
        if call.key in self._noiseless:
            self._keep(call, value.detach().reshape(-1, call.d))
        noise = None
        if position < self._noise_needed:
            made = self._chunk.noise
            noise = made[position] if made else self._noise(position, self._chunk.draws.to(value.device))
            noise = noise.reshape(value.shape).to(torch.promote_types(value.dtype, torch.float32))
        if call.key in self._noisy_values:
            after = value if noise is None else self._add(value, self._betas[layer], noise)
            rows = after.detach().reshape(-1, call.d)
            _store(call, rows, self._noisy_values[call.key][self._chunk.start : self._chunk.stop])
        return noise

    def _noise(self, position: int, draws: Tensor) -> Tensor:
        return counter_normals(self._keys[position], draws, self._calls[position].d)

    def _keep(self, call: Call, rows: Tensor) -> None:
        start, stop = self._chunk.start, self._chunk.stop
        if call.exact:
            rows = rows[self._chunk.first_of_input.to(rows.device)]
            start, stop = -(-start // self._n), -(-stop // self._n)
        _store(call, rows, self._noiseless[call.key][start:stop])


def _store(call: Call, rows: Tensor, target: Array) -> None:
    torch.from_numpy(target).copy_(rows)
    _checks.check_finite(f"output of layer {call.key!r}", target)
