"""What the sampler returns: draws by layer, with what an estimator needs to know of each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from infoflow._types import Array
from infoflow.networks.storage import Storage


@dataclass(frozen=True, kw_only=True, eq=False)
class Representations(Mapping[str, Array]):
    """Noiseless draws S_l by layer, in the order in which the layers are called; a read-only mapping.

    A module that is called several times in one forward pass is several layers: ``"act"``, ``"act@2"``, ``"act@3"``.

    Attributes:
        draws: Per layer the draws given each input, shape (m, n, d), or (m, 1, d) for an exact layer.
        shapes: Per layer the shape of one draw before it was flattened to d numbers.
        betas: Per layer the standard deviation of its noise.
        exact: The layers whose S_l is deterministic given the input, because no noise was added before them.
        n: Draws per input of the layers that are not exact.
        seed: The seed.
        noise: ``"additive"`` (``T = S + beta Z``) or ``"multiplicative"`` (``T = S (1 + s Z)``, with s in ``betas``).
        storage: Where the draws are; ``storage.folder`` is None for memory.
    """

    draws: dict[str, Array]
    shapes: dict[str, tuple[int, ...]]
    betas: dict[str, float]
    exact: frozenset[str]
    n: int
    seed: int
    noise: str = "additive"
    storage: Storage | None = field(default=None, repr=False)

    def __getitem__(self, layer: str) -> Array:
        """Return the draws of a layer, shape (m, n, d)."""
        return self.draws[layer]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the layers' names."""
        return iter(self.draws)

    def __len__(self) -> int:
        """Return the number of layers."""
        return len(self.draws)
