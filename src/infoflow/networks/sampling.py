"""Draws of the noiseless representations S_l of all noisy layers, n per input, in one pass."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from infoflow import _checks
from infoflow._random import derived_seed
from infoflow._types import Array
from infoflow.networks.batch import Batch, Inputs
from infoflow.networks.noisy import NoisyNetwork
from infoflow.networks.one_ahead import one_ahead
from infoflow.networks.plan import Call, Plan, plan_pass
from infoflow.networks.recorder import Chunk, Recorder
from infoflow.networks.representations import Representations
from infoflow.networks.selection import check_known
from infoflow.networks.storage import RESULT_LIMIT, Storage
from infoflow.networks.undisturbed import undisturbed

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
    result_limit: int = RESULT_LIMIT,
    spill_to: str | Path | None = None,
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
            the noise.
        result_limit: Bytes up to which the result, 8·m·n·Σd, is kept in memory; past it the draws are written to
            ``.npy`` files as they come and mapped into memory.
        spill_to: Folder for these files, which are kept; None for a temporary one that goes with the result.

    Returns:
        A mapping from layer to float64 draws, shape (m, n, d); (m, 1, d) for the layers in ``.exact``, whose S_l is
        deterministic given the input. See :class:`Representations`.

    Raises:
        TypeError: An argument, or the output of a noisy layer, is of the wrong type.
        ValueError: Empty inputs, a bad count, a layer without the batch on its first axis, or a ``memory_limit`` below
            what a single row needs; a folder without room for the result, or that holds such files already.
        NotADirectoryError: ``spill_to`` is not a folder.
        ConfigError: An unknown layer (the nearest names are given), or a noisy layer that is never called.
        NonFiniteError: NaN or infinity in the inputs or in a layer's output.
        IllPosedError: The noise was detached.

    Source: [G19] section 3 (sample propagation); memory and enumeration: theory, section 1.
    """
    drawn = draw(
        noisy,
        inputs,
        n,
        seed=seed,
        layers=layers,
        first_draw=first_draw,
        noisy_values=False,
        memory_limit=memory_limit,
        result_limit=result_limit,
        spill_to=spill_to,
    )
    m = drawn.m
    return Representations(
        draws={call.key: drawn.noiseless[call.key].reshape(m, -1, call.d) for call in drawn.calls},
        shapes={call.key: call.shape for call in drawn.calls},
        betas={call.key: noisy.betas[call.layer] for call in drawn.calls},
        exact=frozenset(call.key for call in drawn.calls if call.exact),
        n=n,
        seed=seed,
        noise=noisy.noise,
        storage=drawn.storage,
    )


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a sampling pass kept: S and T by key, one row per draw (S of an exact layer: one per input)."""

    calls: tuple[Call, ...]
    noiseless: dict[str, Array]
    noisy_values: dict[str, Array]
    m: int
    storage: Storage


def draw(
    noisy: NoisyNetwork,
    inputs: Inputs,
    n: int,
    *,
    seed: int,
    layers: Iterable[str] | None,
    first_draw: int,
    noisy_values: bool,
    memory_limit: int,
    result_limit: int,
    spill_to: str | Path | None,
) -> Drawn:
    """Run the sampling pass of :func:`sample_representations`, keeping T beside S with ``noisy_values``."""
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
    with undisturbed(noisy.model, batch.devices, derived_seed(seed, "random numbers of the model itself")):
        plan = plan_pass(noisy, batch)
        kept = tuple(call for call in plan.calls if call.layer in wanted)
        rows = batch.m * n
        shapes = {call.key: (batch.m if call.exact else rows, call.d) for call in kept}
        shapes |= {f"{call.key}-noisy": (rows, call.d) for call in kept if noisy_values}
        storage = Storage(shapes, result_limit, spill_to)
        noiseless = {call.key: storage.arrays[call.key] for call in kept}
        after = {call.key: storage.arrays[f"{call.key}-noisy"] for call in kept if noisy_values}
        recorder = Recorder(noisy, plan, (batch.m, n), noiseless, after, seed=seed, first_draw=first_draw)
        try:
            with noisy.using(recorder):
                for chunk in _chunks(recorder, plan, batch, n, memory_limit):
                    recorder.expect(chunk)
                    batch.run(noisy.model, chunk.input_index)
        except BaseException:
            storage.discard()
            raise
    return Drawn(kept, noiseless, after, batch.m, storage)


def _chunks(recorder: Recorder, plan: Plan, batch: Batch, n: int, memory_limit: int) -> Iterator[Chunk]:
    """Yield the rows chunk by chunk; on a CPU with their noise, made while the model runs on the chunk before."""
    if memory_limit < plan.row_bytes:
        raise ValueError(f"memory_limit must be at least the {plan.row_bytes} bytes of one row, got {memory_limit}")
    on_cpu = batch.device.type == "cpu"
    size = min(memory_limit // plan.row_bytes, _CHUNK_ROWS.get(batch.device.type, batch.m * n))
    edges = [*range(0, batch.m * n, size), batch.m * n]
    prepare = partial(recorder.chunk, with_noise=on_cpu)
    if on_cpu and len(edges) > 2:
        return one_ahead(prepare, edges)
    return map(prepare, edges[:-1], edges[1:])
