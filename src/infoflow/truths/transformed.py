"""A problem in another guise: rotated in space, or with its inputs in another order. Its answers do not change."""

from dataclasses import dataclass

import numpy as np

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.truth import Answers, Solved, Truth


def _full(base: Truth) -> Answers:
    return Answers(
        information=base.information,
        entropy=base.entropy,
        conditional_entropy=base.conditional_entropy,
        label_information=base.label_information,
        tolerance=base.tolerance,
    )


@dataclass(frozen=True, eq=False)
class Rotated(Solved):
    """A problem with S multiplied by a random orthogonal matrix: isotropic noise makes every answer invariant.

    Attributes:
        base: The problem.
        seed: Seed of the matrix.

    Raises:
        TypeError: ``seed`` is not an integer.
        ValueError: ``seed`` is negative.
    """

    base: Truth
    seed: int = 0

    def __post_init__(self) -> None:
        _checks.as_count("seed", self.seed, minimum=0)

    @property
    def name(self) -> str:
        """The base's name, marked."""
        return f"rotated {self.base.name}"

    @property
    def m(self) -> int:
        """Number of inputs."""
        return self.base.m

    @property
    def d(self) -> int:
        """Dimension."""
        return self.base.d

    @property
    def beta(self) -> float:
        """Noise standard deviation."""
        return self.base.beta

    @property
    def weights(self) -> Array:
        """Probabilities of the inputs, shape (m,)."""
        return self.base.weights

    @property
    def labels(self) -> IntArray | None:
        """Classes of the inputs, shape (m,), or None."""
        return self.base.labels

    @property
    def exact(self) -> bool:
        """Whether S is a function of the input."""
        return self.base.exact

    @property
    def rotation(self) -> Array:
        """The orthogonal matrix, Haar distributed, shape (d, d)."""
        gaussian = _random.stream(self.seed, "rotation").standard_normal((self.d, self.d))
        q, r = np.linalg.qr(gaussian)
        return q * np.sign(np.diagonal(r))

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of the rotated S per input, shape (m, n, d)."""
        return self.base.draw(n, seed) @ self.rotation.T

    def solve(self) -> Answers:
        """Return the base's answers."""
        return _full(self.base)


@dataclass(frozen=True, eq=False)
class Permuted(Solved):
    """A problem with its inputs in a random order.

    Attributes:
        base: The problem.
        seed: Seed of the order.

    Raises:
        TypeError: ``seed`` is not an integer.
        ValueError: ``seed`` is negative.
    """

    base: Truth
    seed: int = 0

    def __post_init__(self) -> None:
        _checks.as_count("seed", self.seed, minimum=0)

    @property
    def name(self) -> str:
        """The base's name, marked."""
        return f"permuted {self.base.name}"

    @property
    def m(self) -> int:
        """Number of inputs."""
        return self.base.m

    @property
    def d(self) -> int:
        """Dimension."""
        return self.base.d

    @property
    def beta(self) -> float:
        """Noise standard deviation."""
        return self.base.beta

    @property
    def order(self) -> IntArray:
        """Position i holds the base's input ``order[i]``, shape (m,)."""
        return _random.stream(self.seed, "permutation").permutation(self.m)

    @property
    def weights(self) -> Array:
        """Probabilities of the inputs, shape (m,)."""
        return self.base.weights[self.order]

    @property
    def labels(self) -> IntArray | None:
        """Classes of the inputs, shape (m,), or None."""
        labels = self.base.labels
        return None if labels is None else labels[self.order]

    @property
    def exact(self) -> bool:
        """Whether S is a function of the input."""
        return self.base.exact

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of S per input, shape (m, n, d)."""
        return self.base.draw(n, seed)[self.order]

    def solve(self) -> Answers:
        """Return the base's answers."""
        return _full(self.base)
