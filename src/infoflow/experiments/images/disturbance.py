"""Noise and dropout for training: each epoch has a stream of its own, drawn in the memory order of the layer."""

from typing import Any

import torch
from torch import Tensor, nn

from infoflow._errors import IllPosedError
from infoflow._random import derived_seed


class EpochNoise:
    """A noise source of :class:`infoflow.networks.NoisyNetwork` whose numbers are a function of (seed, name, epoch).

    Args:
        seed: Seed of the run.
        name: What the noise is for.
        epoch: Epochs of training done before.
    """

    def __init__(self, seed: int, name: str, epoch: int) -> None:
        self._generator = torch.Generator().manual_seed(derived_seed(seed, name, epoch))

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Return Z ~ N(0, I) with the shape and the strides of ``value``: one addition without copies."""
        return _laid_out(torch.randn(value.numel(), generator=self._generator), value)


class Dropout(nn.Module):
    """Dropout with a generator of its own: zero with probability p, else divided by 1 - p; nothing in evaluation.

    Args:
        p: Probability of dropping an element.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self._generator: torch.Generator | None = None

    def reseed(self, seed: int) -> None:
        """Start a new stream."""
        self._generator = torch.Generator().manual_seed(seed)

    def forward(self, value: Tensor) -> Tensor:
        """Return ``value`` with some elements dropped.

        Raises:
            IllPosedError: Training before :meth:`reseed`.
        """
        if not self.training:
            return value
        if self._generator is None:
            raise IllPosedError("dropout must be seeded before training, got no call of reseed")
        # a third of the time of bernoulli_
        kept = torch.rand(value.numel(), generator=self._generator).lt_(1 - self.p).div_(1 - self.p)
        return value * _laid_out(kept, value)

    def extra_repr(self) -> str:
        """Return the probability."""
        return f"p={self.p:g}"

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_generator": None}


def _laid_out(numbers: Tensor, like: Tensor) -> Tensor:
    """Return flat numbers with the shape and the memory order of ``like``."""
    if like.dim() == 4 and like.is_contiguous(memory_format=torch.channels_last):
        k, channels, height, width = like.shape
        return numbers.view(k, height, width, channels).permute(0, 3, 1, 2)
    return numbers.view(like.shape)
