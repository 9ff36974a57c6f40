"""Draws of a network's layers for a probe: chunk by chunk of the inputs, wide layers reduced on the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infoflow._random import derived_seed
from infoflow._types import Array
from infoflow.monitor.inputs import InputRows
from infoflow.monitor.projection import principal_directions
from infoflow.networks import NoisyNetwork, Representations, sample_representations

_DIRECTION_INPUTS = 512
_SMALLEST_CHUNK = 2**24


@dataclass(frozen=True)
class LayerInfo:
    """A layer as it is called in a forward pass.

    Attributes:
        key: Its name, with ``@2`` and so on from its second call.
        module: Name of the noisy module.
        shape: Shape of one representation.
        beta: Noise standard deviation.
        exact: Whether S is deterministic given the input.
    """

    key: str
    module: str
    shape: tuple[int, ...]
    beta: float
    exact: bool

    @property
    def d(self) -> int:
        """Numbers in one representation."""
        return int(np.prod(self.shape, dtype=np.int64))


class DrawSource:
    """Draws of S given each input, bounded in memory.

    Inputs are run in chunks so that the draws of all wanted layers of a chunk fit a quarter of ``memory``; each chunk
    has a stream of its own, so draws of different inputs, purposes and rounds are independent.

    Args:
        noisy: The network, its noise attached.
        rows: The inputs.
        seed: Seed of all draws.
        memory: Bytes.
    """

    def __init__(self, noisy: NoisyNetwork, rows: InputRows, *, seed: int, memory: int):
        self._noisy = noisy
        self._rows = rows
        self._seed = seed
        self._chunk_bytes = max(memory // 4, _SMALLEST_CHUNK)
        self._directions: dict[str, Array] = {}

    def layers(self, wanted: Sequence[str]) -> list[LayerInfo]:
        """Run one input and return the layers in the order in which they are called.

        Raises:
            ConfigError: A layer is unknown, or never called.
            TypeError: Its output is not one real tensor.
            ValueError: Its first axis is not the batch.
            NonFiniteError: The input or an output is not finite.
        """
        one = sample_representations(self._noisy, self._rows.part(0, 1), 1, layers=wanted, seed=self._seed)
        return [LayerInfo(key, self._module(key), one.shapes[key], one.betas[key], key in one.exact) for key in one]

    def project(self, layers: Sequence[LayerInfo], k: int) -> None:
        """Reduce these layers to k principal directions from now on, found on draws of their own."""
        index = np.unique(np.linspace(0, self._rows.m - 1, min(self._rows.m, _DIRECTION_INPUTS)).astype(np.int64))
        inputs = self._rows.take(index)
        for layer in layers:
            seed = derived_seed(self._seed, "draws for directions")
            pilot = sample_representations(self._noisy, inputs, 1, layers=[layer.module], seed=seed)
            self._directions[layer.key] = principal_directions(pilot[layer.key][:, 0], k)

    def directions(self, key: str) -> int | None:
        """Return the number of directions that a layer was reduced to, or None."""
        return self._directions[key].shape[1] if key in self._directions else None

    def draw(self, purpose: str, layers: Sequence[LayerInfo], n: int, first: int = 0) -> dict[str, Array]:
        """Return n draws of each layer given each input, (m, n, d) or (m, n, k), one draw where exact.

        Args:
            purpose: Names the stream, such as ``"centres"``.
            layers: Which layers.
            n: Draws per input.
            first: Draws of this purpose that were made before.
        """
        modules = sorted({layer.module for layer in layers})
        row_bytes = 8 * n * sum(layer.d for layer in layers)
        size = max(1, self._chunk_bytes // row_bytes)
        parts: dict[str, list[Array]] = {layer.key: [] for layer in layers}
        for start in range(0, self._rows.m, size):
            drawn = sample_representations(
                self._noisy,
                self._rows.part(start, min(start + size, self._rows.m)),
                n,
                layers=modules,
                seed=derived_seed(self._seed, purpose, first, start),
                memory_limit=self._chunk_bytes,
            )
            self._keep(drawn, parts)
        return {key: values[0] if len(values) == 1 else np.concatenate(values) for key, values in parts.items()}

    def _keep(self, drawn: Representations, parts: Mapping[str, list[Array]]) -> None:
        for key, kept in parts.items():
            directions = self._directions.get(key)
            kept.append(drawn[key] if directions is None else drawn[key] @ directions)

    def _module(self, key: str) -> str:
        return key if key in self._noisy.betas else key.rpartition("@")[0]
