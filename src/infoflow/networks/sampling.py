"""Draws of the noiseless representations S_l of all noisy layers, n per input, in one pass."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from infoflow import _checks
from infoflow._random import derived_seed
from infoflow._types import Array
from infoflow.networks.batch import Batch, Inputs
from infoflow.networks.counter import counter_normals
from infoflow.networks.noisy import NoisyNetwork
from infoflow.networks.plan import Call, Plan, plan_pass, row_shape
from infoflow.networks.representations import Representations
from infoflow.networks.selection import check_known

MEMORY_LIMIT = 512 * 2**20
"""Default working memory of a chunk, in bytes."""

_CHUNK_ROWS = {"cpu": 2**14}
"""Most rows of a chunk: on a CPU few enough that the intermediate tensors of narrow layers stay in its cache."""


def sample_representations(
    noisy: NoisyNetwork,
    inputs: Inputs,
    n: int,
    *,
    seed: int = 0,
    layers: Iterable[str] | None = None,
    first_draw: int = 0,
    memory_limit: int = MEMORY_LIMIT,
) -> Representations:
    """Draw ``S_l = f_l(T_{l-1})`` given each input, n times independently, for all noisy layers in one pass.

    The network runs with its noise on; what is captured at each layer is its output before the layer's own noise.
    Every input is taken once, in order, and replicated n times. Draw k of input i does not depend on n: asking for
    more draws, or for later ones with ``first_draw``, continues the same table. Draws of different seeds are
    independent. The noise does not depend on the chunks; the network's own rounding may, by a few units in the last
    place, where its matrix products round differently for another batch size.

    The model runs in ``eval()`` mode without gradients, and afterwards has the modes, buffers and noise state it had;
    torch's global generators are restored too. Inside ``noisy.noiseless()`` no noise is added anywhere: the draws are
    those of the deterministic network, and every layer is exact.

    Args:
        noisy: What :func:`make_noisy` returned.
        inputs: m inputs: an array or tensor of shape (m, ...), a tuple of them for a model with several arguments, or
            a mapping of keyword arguments.
        n: Draws per input.
        seed: Seed of the noise. Give centres and fresh draws different ones.
        layers: Which noisy layers to return; all by default.
        first_draw: Index of the first draw.
        memory_limit: Most bytes of working memory for one chunk of rows: its inputs, the outputs of all modules and
            the noise. The result, 8·m·n·Σd bytes, comes on top.

    Returns:
        A mapping from layer to float64 draws, shape (m, n, d); (m, 1, d) for the layers in ``.exact``, whose S_l is
        deterministic given the input. See :class:`Representations`.

    Raises:
        TypeError: An argument, or the output of a noisy layer, is of the wrong type.
        ValueError: Empty inputs, a bad count, a layer without the batch on its first axis, or a ``memory_limit`` below
            what a single row needs.
        ConfigError: An unknown layer (the nearest names are given), or a noisy layer that is never called.
        NonFiniteError: NaN or infinity in the inputs or in a layer's output.
        IllPosedError: The noise was detached.

    Source: [G19] section 3 (sample propagation); memory and enumeration: theory, section 1.
    """
    if not isinstance(noisy, NoisyNetwork):
        raise TypeError(f"noisy must be what make_noisy returned, got {type(noisy).__name__}")
    noisy.check_attached()
    n = _checks.as_count("n", n)
    first_draw = _checks.as_count("first_draw", first_draw, minimum=0)
    memory_limit = _checks.as_count("memory_limit", memory_limit)
    wanted = noisy.layers if layers is None else (layers,) if isinstance(layers, str) else tuple(layers)
    check_known("layers", wanted, noisy.layers)
    if not wanted:
        raise ValueError("layers must name at least one noisy layer, got none")
    batch = Batch(noisy.model, inputs)
    with _undisturbed(noisy.model, batch.devices, derived_seed(seed, "random numbers of the model itself")):
        plan = plan_pass(noisy, batch)
        recorder = _Recorder(plan, set(wanted), (batch.m, n), seed=seed, first_draw=first_draw, silent=noisy.silent)
        with noisy.using(recorder):
            for start, stop in _chunks(plan, batch, n, memory_limit):
                recorder.expect(start, stop)
                batch.run(noisy.model, recorder.input_index)
    return recorder.result(noisy.betas, n, seed)


class _Recorder:
    """A noise source that keeps what it is asked for: the outputs of the layers, as rows of the result.

    Row ``i·n + k`` is draw k of input i; its noise is that of draw ``(first_draw + k)·m + i`` of the layer's table.
    """

    def __init__(
        self, plan: Plan, wanted: set[str], size: tuple[int, int], *, seed: int, first_draw: int, silent: bool
    ):
        m, self._n = size
        self._m, self._first_draw = m, first_draw
        self._calls = plan.calls
        self._noise_needed = 0 if silent else max(k for k, call in enumerate(plan.calls) if call.layer in wanted)
        self._keys = [derived_seed(seed, f"noise of {call.key}") for call in plan.calls]
        self._rows: dict[str, Array] = {
            call.key: np.empty((m if call.exact else m * self._n, call.d))
            for call in plan.calls
            if call.layer in wanted
        }

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
        if call.key in self._rows:
            self._keep(call, value.detach().reshape(len(self._draws), call.d))
        if position >= self._noise_needed:
            return None
        noise = counter_normals(self._keys[position], self._draws.to(value.device), call.d)
        return noise.reshape(value.shape).to(torch.promote_types(value.dtype, torch.float32))

    def result(self, betas: dict[str, float], n: int, seed: int) -> Representations:
        """Return the kept rows by layer."""
        kept = [call for call in self._calls if call.key in self._rows]
        return Representations(
            draws={call.key: self._rows[call.key].reshape(self._m, -1, call.d) for call in kept},
            shapes={call.key: call.shape for call in kept},
            betas={call.key: betas[call.layer] for call in kept},
            exact=frozenset(call.key for call in kept if call.exact),
            n=n,
            seed=seed,
        )

    def _keep(self, call: Call, rows: Tensor) -> None:
        if call.exact:
            rows = rows[self._first_of_input.to(rows.device)]
            start, stop = -(-self._start // self._n), -(-self._stop // self._n)
        else:
            start, stop = self._start, self._stop
        target = self._rows[call.key][start:stop]
        torch.from_numpy(target).copy_(rows)
        _checks.check_finite(f"output of layer {call.key!r}", target)


def _chunks(plan: Plan, batch: Batch, n: int, memory_limit: int) -> Iterator[tuple[int, int]]:
    if memory_limit < plan.row_bytes:
        raise ValueError(f"memory_limit must be at least the {plan.row_bytes} bytes of one row, got {memory_limit}")
    size = min(memory_limit // plan.row_bytes, _CHUNK_ROWS.get(batch.device.type, batch.m * n))
    for start in range(0, batch.m * n, size):
        yield start, min(start + size, batch.m * n)


@contextmanager
def _undisturbed(model: nn.Module, devices: set[torch.device], seed: int) -> Generator[None]:
    """Run in eval mode without gradients; restore modes and torch's global generators, seeded inside from ``seed``."""
    modes = [(module, module.training) for module in model.modules()]
    cuda = [device for device in devices if device.type == "cuda"]
    with torch.no_grad(), torch.random.fork_rng(devices=cuda):
        torch.default_generator.manual_seed(seed)
        for device in cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        try:
            model.eval()
            yield
        finally:
            for module, training in modes:
                module.training = training
