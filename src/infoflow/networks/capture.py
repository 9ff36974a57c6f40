"""The representations of every input once: S_l as the layers give it, T_l as the next layer sees it."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from infoflow._types import Array
from infoflow.networks.batch import Inputs
from infoflow.networks.noisy import NoisyNetwork
from infoflow.networks.sampling import MEMORY_LIMIT, draw
from infoflow.networks.selection import LayerSpec, select_layers
from infoflow.networks.storage import RESULT_LIMIT, Storage


@dataclass(frozen=True, kw_only=True, eq=False)
class Captured(Mapping[str, Array]):
    """Representations by layer, in the order in which the layers are called; a read-only mapping to S_l.

    Attributes:
        noiseless: S_l by layer, float64, shape (m, d).
        noisy: T_l by layer, likewise; None where it was not asked for.
        shapes: Per layer the shape of one representation before it was flattened.
        storage: Where they are; ``storage.folder`` is None for memory.
    """

    noiseless: dict[str, Array]
    noisy: dict[str, Array] | None
    shapes: dict[str, tuple[int, ...]]
    storage: Storage | None = field(default=None, repr=False)

    def __getitem__(self, layer: str) -> Array:
        """Return S of a layer, shape (m, d)."""
        return self.noiseless[layer]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the layers' names."""
        return iter(self.noiseless)

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.noiseless)

    def unflattened(self, layer: str, *, noisy: bool = False) -> Array:
        """Return S, or T, of a layer in its original shape (m, ...)."""
        if noisy and self.noisy is None:
            raise ValueError("noisy must be False here, got True: capture(..., noisy_values=True) keeps T")
        values = self.noisy if noisy and self.noisy is not None else self.noiseless
        return values[layer].reshape(-1, *self.shapes[layer])


def capture(
    network: NoisyNetwork | nn.Module,
    inputs: Inputs,
    *,
    layers: LayerSpec | None = None,
    noisy_values: bool = False,
    seed: int = 0,
    memory_limit: int = MEMORY_LIMIT,
    result_limit: int = RESULT_LIMIT,
    spill_to: str | Path | None = None,
) -> Captured:
    """Return S_l, and T_l where asked for, of every input once, in bounded memory.

    Of a noisy network it is one draw per input, with the noise on and the noisy value fed on, the first draw of
    :func:`sample_representations` with this seed. Of a plain model, or inside ``noisy.noiseless()``, it is the
    deterministic network. Values are copied when the layer returns them, so operations in place do not change them.

    Args:
        network: What ``make_noisy`` returned, or any model.
        inputs: As in :func:`sample_representations`.
        layers: Names of noisy layers, all by default; for a plain model as in ``make_noisy``, ``"auto"`` by default.
        noisy_values: Whether to keep T_l as well; needs a noisy network.
        seed: Seed of the noise.
        memory_limit: As in :func:`sample_representations`.
        result_limit: As in :func:`sample_representations`.
        spill_to: As in :func:`sample_representations`.

    Returns:
        The representations, in the unit of the layers' outputs. See :class:`Captured`.

    Raises:
        TypeError: As in :func:`sample_representations`; or ``network`` is neither of the two.
        ValueError: As in :func:`sample_representations`; or ``noisy_values`` of a plain model.
        ConfigError: An unknown layer, or one that is never called.
        NonFiniteError: NaN or infinity in the inputs or in a layer's output.
        IllPosedError: The noise was detached.
    """
    if not isinstance(network, NoisyNetwork | nn.Module):
        raise TypeError(f"network must be a torch.nn.Module or what make_noisy returned, got {type(network).__name__}")
    if noisy_values and not isinstance(network, NoisyNetwork):
        raise ValueError("noisy_values must be False for a model without noise, got True; use make_noisy first")
    with _noisy(network, layers) as (noisy, chosen):
        drawn = draw(
            noisy,
            inputs,
            1,
            seed=seed,
            layers=chosen,
            first_draw=0,
            noisy_values=noisy_values,
            memory_limit=memory_limit,
            result_limit=result_limit,
            spill_to=spill_to,
        )
    return Captured(
        noiseless=drawn.noiseless,
        noisy=drawn.noisy_values if noisy_values else None,
        shapes={call.key: call.shape for call in drawn.calls},
        storage=drawn.storage,
    )


@contextmanager
def _noisy(
    network: NoisyNetwork | nn.Module, layers: LayerSpec | None
) -> Generator[tuple[NoisyNetwork, Iterable[str] | None]]:
    """Give the noisy network and its layers; a plain model carries silent hooks for the time of the block."""
    if isinstance(network, NoisyNetwork):
        yield network, None if layers is None else select_layers(network.model, layers)
        return
    temporary = NoisyNetwork(network, 1.0, "auto" if layers is None else layers)
    try:
        with temporary.noiseless():
            yield temporary, None
    finally:
        temporary.detach()
