"""What a problem with a known answer looks like: how to sample it, and the exact quantities it has.

``S`` is the noiseless output given an input x_i, ``T = S + Z`` with ``Z ~ N(0, beta² I)``. Every quantity is in nats.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

from infoflow._types import Array, IntArray


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The exact quantities of a problem, in nats.

    Attributes:
        information: I(X;T).
        entropy: h(T).
        conditional_entropy: h(T|X).
        label_information: I(Y;T); None where the inputs carry no labels.
        tolerance: How far any of these may be from the truth (quadrature and rounding).
    """

    information: float
    entropy: float
    conditional_entropy: float
    label_information: float | None
    tolerance: float


@runtime_checkable
class Truth(Protocol):
    """A finite-input problem whose information and entropies are known to ``tolerance``."""

    @property
    def name(self) -> str:
        """A short unique name."""
        ...

    @property
    def m(self) -> int:
        """Number of inputs."""
        ...

    @property
    def d(self) -> int:
        """Dimension of S and T."""
        ...

    @property
    def beta(self) -> float:
        """Standard deviation of the noise Z."""
        ...

    @property
    def weights(self) -> Array:
        """Probabilities of the inputs, shape (m,)."""
        ...

    @property
    def labels(self) -> IntArray | None:
        """Classes 0..n_classes-1 of the inputs, shape (m,); None without labels."""
        ...

    @property
    def exact(self) -> bool:
        """Whether S is a function of the input, as in the first layer of a network."""
        ...

    @property
    def information(self) -> float:
        """I(X;T) in nats."""
        ...

    @property
    def entropy(self) -> float:
        """h(T) in nats."""
        ...

    @property
    def conditional_entropy(self) -> float:
        """h(T|X) in nats."""
        ...

    @property
    def label_information(self) -> float | None:
        """I(Y;T) in nats; None without labels."""
        ...

    @property
    def tolerance(self) -> float:
        """Largest error of the exact quantities, in nats."""
        ...

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent noiseless draws of S for every input, shape (m, n, d)."""
        ...


class Solved(ABC):
    """The part that all problems share: the answers are computed on first use, once."""

    @abstractmethod
    def solve(self) -> Answers:
        """Compute the exact quantities."""

    @cached_property
    def answers(self) -> Answers:
        """The exact quantities, computed on first use."""
        return self.solve()

    @property
    def information(self) -> float:
        """I(X;T) in nats."""
        return self.answers.information

    @property
    def entropy(self) -> float:
        """h(T) in nats."""
        return self.answers.entropy

    @property
    def conditional_entropy(self) -> float:
        """h(T|X) in nats."""
        return self.answers.conditional_entropy

    @property
    def label_information(self) -> float | None:
        """I(Y;T) in nats; None without labels."""
        return self.answers.label_information

    @property
    def tolerance(self) -> float:
        """Largest error of the exact quantities, in nats."""
        return self.answers.tolerance
