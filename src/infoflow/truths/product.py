"""Independent problems side by side: information and entropy add up, in any dimension."""

import math
from dataclasses import dataclass

import numpy as np

from infoflow import _checks, _random
from infoflow._types import Array, IntArray
from infoflow.truths.truth import Answers, Solved, Truth

MAX_INPUTS = 1 << 16
"""Most inputs that are enumerated; answers need no enumeration and have no such limit."""


@dataclass(frozen=True, eq=False)
class Product(Solved):
    """Independent problems with concatenated outputs: ``I = Σ I_k``, ``h = Σ h_k``.

    The inputs are all combinations of the factors' inputs, the first factor's index slowest. Labels are those of the
    first factor, so that ``I(Y;T)`` is the first factor's: the other coordinates are independent of Y and of T_1.

    Attributes:
        name: A short unique name.
        factors: The problems; all must have the same beta.

    Raises:
        ValueError: No factor, or factors with different beta; when enumerating, more than 65536 combinations.
    """

    name: str
    factors: tuple[Truth, ...]

    def __post_init__(self) -> None:
        factors = tuple(self.factors)
        if not factors:
            raise ValueError("factors must not be empty")
        if len({factor.beta for factor in factors}) > 1:
            raise ValueError(f"factors must share one beta, got {sorted({factor.beta for factor in factors})}")
        object.__setattr__(self, "factors", factors)

    @property
    def m(self) -> int:
        """Number of combinations."""
        return math.prod(factor.m for factor in self.factors)

    @property
    def d(self) -> int:
        """Sum of the factors' dimensions."""
        return sum(factor.d for factor in self.factors)

    @property
    def beta(self) -> float:
        """The factors' noise standard deviation."""
        return self.factors[0].beta

    @property
    def weights(self) -> Array:
        """Products of the factors' probabilities, shape (m,)."""
        self._check_enumerable()
        weights = np.ones(1)
        for factor in self.factors:
            weights = np.multiply.outer(weights, factor.weights).ravel()
        return weights

    @property
    def labels(self) -> IntArray | None:
        """The first factor's labels, shape (m,), or None."""
        self._check_enumerable()
        first = self.factors[0]
        return None if first.labels is None else np.repeat(first.labels, self.m // first.m)

    @property
    def exact(self) -> bool:
        """Whether every factor is exact."""
        return all(factor.exact for factor in self.factors)

    def draw(self, n: int, seed: int) -> Array:
        """Return n independent draws of S per combination, shape (m, n, d)."""
        _checks.as_count("n", n)
        self._check_enumerable()
        columns: list[Array] = []
        for k, factor in enumerate(self.factors):
            before = math.prod(f.m for f in self.factors[:k])
            after = math.prod(f.m for f in self.factors[k + 1 :])
            draws = factor.draw(before * after * n, _random.derived_seed(seed, "factor", k))
            shaped = draws.reshape(factor.m, before, after, n, factor.d).transpose(1, 0, 2, 3, 4)
            columns.append(shaped.reshape(self.m, n, factor.d))
        return np.concatenate(columns, axis=2)

    def solve(self) -> Answers:
        """Add up the factors' answers; equal factors are solved once."""
        first = self.factors[0]
        return Answers(
            information=math.fsum(factor.information for factor in self.factors),
            entropy=math.fsum(factor.entropy for factor in self.factors),
            conditional_entropy=math.fsum(factor.conditional_entropy for factor in self.factors),
            label_information=first.label_information,
            tolerance=math.fsum(factor.tolerance for factor in self.factors),
        )

    def _check_enumerable(self) -> None:
        if self.m > MAX_INPUTS:
            raise ValueError(f"{self.name}: at most {MAX_INPUTS} inputs can be enumerated, got {self.m}")


def power(factor: Truth, d: int, *, name: str | None = None) -> Product:
    """Return d independent copies of one problem."""
    _checks.as_count("d", d)
    return Product(name or f"{d} x ({factor.name})", (factor,) * d)
