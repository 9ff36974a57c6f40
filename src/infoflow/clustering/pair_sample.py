"""Pairs of samples of the same class and of different classes: counted, or drawn uniformly and independently."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from infoflow._types import IntArray


@dataclass(frozen=True, eq=False)
class PairPopulation:
    """All unordered pairs of n labelled samples.

    Attributes:
        order: Samples sorted by class, shape (n,).
        starts: Where each class begins in ``order``, shape (K,).
        counts: Samples per class, shape (K,).
    """

    order: IntArray
    starts: IntArray
    counts: IntArray

    @classmethod
    def of(cls, labels: IntArray) -> Self:
        """Return the population of pairs of samples with these labels, shape (n,)."""
        _, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return cls(np.argsort(index, kind="stable"), starts, counts)

    @property
    def n_within(self) -> int:
        """Pairs of the same class."""
        return int((self.counts * (self.counts - 1)).sum()) // 2

    @property
    def n_between(self) -> int:
        """Pairs of different classes."""
        n = len(self.order)
        return (n * n - int((self.counts * self.counts).sum())) // 2

    def draw_within(self, size: int, generator: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Return ``size`` independent pairs, each uniform over the pairs of the same class (there must be one)."""
        weights = self.counts * (self.counts - 1.0)
        c = generator.choice(len(weights), size=size, p=weights / weights.sum())
        first = generator.integers(self.counts[c])
        second = generator.integers(self.counts[c] - 1)
        second += second >= first
        return self.order[self.starts[c] + first], self.order[self.starts[c] + second]

    def draw_between(self, size: int, generator: np.random.Generator) -> tuple[IntArray, IntArray]:
        """Return ``size`` independent pairs, each uniform over the pairs of different classes (there must be one)."""
        n = len(self.order)
        weights = self.counts * (n - self.counts).astype(np.float64)
        c = generator.choice(len(weights), size=size, p=weights / weights.sum())
        first = self.starts[c] + generator.integers(self.counts[c])
        second = generator.integers(n - self.counts[c])
        second += np.where(second >= self.starts[c], self.counts[c], 0)
        return self.order[first], self.order[second]
