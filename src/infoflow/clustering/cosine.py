"""Cosine similarity: its exact mean over all pairs in one pass, and each example against a reference representation."""

from typing import Any, Self

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow.clustering.histogram import Histogram, HistogramCounts
from infoflow.clustering.inputs import as_class_values, as_rows
from infoflow.clustering.moments import ClassMoments
from infoflow.clustering.pairs import paired_cosines, unit_rows
from infoflow.clustering.scatter import PairMeans, mean_squared_distances


class CosineMeans:
    """Mean cosine similarity over all pairs of the same and of different classes; exact, memory classes x d.

    For unit vectors ``u·v = 1 - |u - v|²/2``, so the mean over pairs follows from the class moments of the directions.
    Zero vectors have no direction: they are left out and counted in ``n_excluded``.
    """

    def __init__(self) -> None:
        self._directions = ClassMoments(covariance=False)
        self.n_excluded = 0
        """Zero vectors left out."""

    def update(self, representations: Any, labels: Any) -> Self:
        """Add samples, shapes (k, d) and (k,).

        Raises:
            TypeError: Not numeric.
            ValueError: Shapes do not match each other or earlier calls.
            NonFiniteError: NaN or infinity.
        """
        rows = as_rows("representations", representations)
        values = as_class_values("labels", labels, n=rows.n)
        for part, block in rows.blocks():
            kept = block.any(axis=1)
            self.n_excluded += int(np.count_nonzero(~kept))
            if kept.any():
                self._directions.update(unit_rows(block[kept]), values[part][kept])
        return self

    def merge(self, other: "CosineMeans") -> "CosineMeans":
        """Return the means over the samples of both; neither is changed.

        Raises:
            ValueError: The dimensions differ.
        """
        result = CosineMeans()
        result._directions = self._directions.merge(other._directions)
        result.n_excluded = self.n_excluded + other.n_excluded
        return result

    def result(self) -> PairMeans:
        """Return the two means, each in [-1, 1], NaN where there is no such pair.

        Raises:
            IllPosedError: Fewer than two samples that are not the zero vector.
        """
        if self._directions.n < 2:
            raise IllPosedError(
                f"the mean cosine needs two samples that are not zero vectors, got {self._directions.n} "
                f"and {self.n_excluded} zero vectors"
            )
        within, between = mean_squared_distances(self._directions)
        return PairMeans(1 - within / 2, 1 - between / 2)


class CosineToReference:
    """Histogram of the cosine between each example's representation and a reference for it; memory one per bin.

    The reference may be the same network without noise, or another network: with beta small the mass is at 1.

    Args:
        bins: Equal bins on [-1, 1].
    """

    def __init__(self, bins: int = 50) -> None:
        self._counts = HistogramCounts(-1.0, 1.0, _checks.as_count("bins", bins))
        self._n_excluded = 0

    def update(self, representations: Any, reference: Any) -> Self:
        """Add examples: representations and references of equal shape (k, d), row by row.

        Raises:
            TypeError: Not numeric.
            ValueError: The shapes differ.
            NonFiniteError: NaN or infinity.
        """
        rows, other = as_rows("representations", representations), as_rows("reference", reference)
        if rows.shape != other.shape:
            raise ValueError(f"reference must have shape {rows.shape} as the representations, got {other.shape}")
        for part, block in rows.blocks():
            against = other.block(part.start, part.stop)
            kept = block.any(axis=1) & against.any(axis=1)
            self._n_excluded += int(np.count_nonzero(~kept))
            if kept.any():
                self._counts.add(paired_cosines(block[kept], against[kept]))
        return self

    def result(self) -> Histogram:
        """Return the histogram; ``n_excluded`` examples had a zero vector on either side.

        Raises:
            IllPosedError: No example has a cosine.
        """
        histogram = self._counts.result("cosine to the reference", n_excluded=self._n_excluded)
        if histogram is None:
            raise IllPosedError(f"the cosine needs vectors that are not zero, got {self._n_excluded} zero vectors")
        return histogram


def cosine_to_reference(representations: Any, reference: Any, *, bins: int = 50) -> Histogram:
    """Return the histogram of ``cos(t_i, r_i)`` over examples; see :class:`CosineToReference`.

    Args:
        representations: Shape (n, d).
        reference: Shape (n, d), such as the noiseless representations of the same inputs.
        bins: Equal bins on [-1, 1].

    Raises:
        TypeError: Not numeric.
        ValueError: The shapes differ.
        NonFiniteError: NaN or infinity.
        IllPosedError: No example has a cosine.
    """
    return CosineToReference(bins).update(representations, reference).result()
