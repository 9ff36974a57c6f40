"""Class means and scatter of a stream of representations, in memory that does not grow with the samples.

Notation: class c has ``n_c`` samples, mean ``μ_c`` and scatter ``S_c = Σ_i (x_i - μ_c)(x_i - μ_c)ᵀ`` over its own
samples. Two sets of samples a, b of one class combine as

    μ = μ_a + (n_b/n) δ,   S = S_a + S_b + (n_a n_b/n) δ δᵀ,   δ = μ_b - μ_a,   n = n_a + n_b,

which never subtracts large squares. Everything is kept relative to the first sample seen (the origin), so a constant
representation has a scatter of exactly zero and an offset costs no digits.

Source: Chan, Golub & LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979, (2.1).
"""

import copy
from typing import Any, Self

import numpy as np

from infoflow._errors import IllPosedError
from infoflow._types import Array, IntArray
from infoflow.clustering.inputs import as_class_values, as_rows, check_width

COVARIANCE_LIMIT = 2048
"""Largest d for which the within-class covariance is kept unless asked for (32 MiB)."""
_SAME = 1e-12
"""Class means closer than this, relative to the spread of all samples, are not told apart in float64 sums."""


class ClassMoments:
    """Counts, means and scatter per class of a stream of labelled representations.

    Args:
        covariance: Keep the pooled within-class covariance, d² numbers; None: if d <= ``COVARIANCE_LIMIT``. Without
            it, memory is of size classes x d.
    """

    def __init__(self, *, covariance: bool | None = None) -> None:
        self._wanted = covariance
        self._origin: Array | None = None
        self.classes: IntArray = np.empty(0, np.int64)
        """Label values seen, sorted, shape (K,)."""
        self.counts: IntArray = np.empty(0, np.int64)
        """Samples per class, shape (K,)."""
        self._means: Array = np.empty((0, 0))  # (K, d), relative to the origin
        self.scatter_by_class: Array = np.empty(0)
        """Trace of the scatter, ``tr S_c = Σ_i |x_i - μ_c|²``, shape (K,), squared units of the representation."""
        self._within: Array | None = None  # Σ_c S_c, (d, d)

    def update(self, representations: Any, labels: Any) -> Self:
        """Add samples.

        Args:
            representations: Shape (k, d); numpy or torch.
            labels: Integers, shape (k,); a value means the same class in every call.

        Raises:
            TypeError: Not numeric.
            ValueError: Shapes do not match each other or earlier calls.
            NonFiniteError: NaN or infinity; nothing has been added then.
        """
        rows = as_rows("representations", representations)
        values = as_class_values("labels", labels, n=rows.n)
        origin = self._start(rows.block(0, 1)[0]) if self._origin is None else self._origin
        check_width("representations", rows, self.d)
        for part, block in rows.blocks():
            self._absorb(*_block_moments(block - origin, values[part], self._within is not None))
        return self

    def merge(self, other: "ClassMoments") -> "ClassMoments":
        """Return the moments of the samples of both; neither is changed.

        Raises:
            ValueError: The dimensions differ, or only one of the two keeps the covariance.
        """
        first, second = (self, other) if self._origin is not None else (other, self)
        result = copy.deepcopy(first)
        if second._origin is None or first._origin is None:
            return result
        if first.d != second.d:
            raise ValueError(f"moments to merge must have the same d, got {first.d} and {second.d}")
        if (first._within is None) != (second._within is None):
            raise ValueError("moments to merge must both keep the covariance or both not")
        shifted = second._means + (second._origin - first._origin)
        result._absorb(second.classes, second.counts, shifted, second.scatter_by_class, second._within)
        return result

    @property
    def n(self) -> int:
        """Samples seen."""
        return int(self.counts.sum())

    @property
    def d(self) -> int:
        """Dimension; 0 before the first sample."""
        return self._means.shape[1]

    @property
    def n_classes(self) -> int:
        """Classes seen, K."""
        return len(self.classes)

    @property
    def means(self) -> Array:
        """Class means ``μ_c``, shape (K, d)."""
        return self._means if self._origin is None else self._means + self._origin

    @property
    def mean(self) -> Array:
        """Mean of all samples, shape (d,)."""
        return self._overall() if self._origin is None else self._overall() + self._origin

    @property
    def within_scatter(self) -> float:
        """``Σ_c tr S_c``."""
        return float(self.scatter_by_class.sum())

    @property
    def between_scatter(self) -> float:
        """``Σ_c n_c |μ_c - μ|²`` with μ the mean of all samples; the two scatters add up to the total one."""
        return float(self.counts @ np.square(self._means - self._overall()).sum(axis=1))

    @property
    def total_scatter(self) -> float:
        """``Σ_i |x_i - μ|²``."""
        return self.within_scatter + self.between_scatter

    @property
    def has_covariance(self) -> bool:
        """Whether the within-class covariance is kept."""
        return self._within is not None

    @property
    def within_covariance(self) -> Array:
        """Pooled within-class covariance ``Σ_W = (1/n) Σ_c S_c``, shape (d, d).

        Raises:
            ValueError: It is not kept.
        """
        if self._within is None:
            raise ValueError(f"the covariance was not kept (d = {self.d}); ask for it with covariance=True")
        return self._within / self.n

    @property
    def total_covariance(self) -> Array:
        """Covariance of all samples, ``Σ_W + (1/n) Σ_c n_c (μ_c - μ)(μ_c - μ)ᵀ``, shape (d, d).

        Raises:
            ValueError: The within-class covariance is not kept.
        """
        centred = self._means - self._overall()
        return self.within_covariance + (centred * (self.counts / self.n)[:, None]).T @ centred

    @property
    def centred_means(self) -> Array:
        """Class means less their unweighted mean over classes, shape (K, d)."""
        return self._means - self._means.mean(axis=0) if self.n_classes else self._means

    def require_classes(self, quantity: str) -> None:
        """Raise ``IllPosedError`` unless there are two classes and the samples are not all equal."""
        if self.n_classes < 2:
            raise IllPosedError(f"{quantity} needs samples of at least two classes, got {self.n_classes}")
        self.require_spread(quantity)

    def require_spread(self, quantity: str) -> None:
        """Raise ``IllPosedError`` if there are no samples or all are the same point."""
        if self.total_scatter == 0:
            raise IllPosedError(f"{quantity} is undefined: all {self.n} samples are the same point")

    def indistinct_distance(self) -> float:
        """Return the distance below which two class means are the same to rounding."""
        return _SAME * float(np.sqrt(self.total_scatter / self.n) + np.abs(self._means).max())

    def class_index(self, labels: IntArray) -> IntArray:
        """Return the positions of label values in ``classes``.

        Raises:
            ValueError: A label was never seen.
        """
        index = np.searchsorted(self.classes, labels)
        known = index < self.n_classes
        known[known] = self.classes[index[known]] == labels[known]
        if not known.all():
            raise ValueError(f"labels must be classes of the moments, got {labels[~known][0]} among the others")
        return index

    def _overall(self) -> Array:
        return self.counts @ self._means / max(self.n, 1)

    def _start(self, first: Array) -> Array:
        d = len(first)
        self._origin = origin = first.copy()
        self._means = np.empty((0, d))
        if self._wanted if self._wanted is not None else d <= COVARIANCE_LIMIT:
            self._within = np.zeros((d, d))
        return origin

    def _absorb(self, classes: IntArray, counts: IntArray, means: Array, scatter: Array, within: Array | None) -> None:
        """Combine with the moments of other samples, given relative to the same origin."""
        self._admit(classes)
        at = np.searchsorted(self.classes, classes)
        n_a = self.counts[at]
        n = n_a + counts
        delta = means - self._means[at]
        weight = n_a * (counts / n)
        self.scatter_by_class[at] += scatter + weight * np.square(delta).sum(axis=1)
        self._means[at] += (counts / n)[:, None] * delta
        self.counts[at] = n
        if self._within is not None and within is not None:
            self._within += within
            self._within += (delta * weight[:, None]).T @ delta

    def _admit(self, classes: IntArray) -> None:
        """Make room, filled with zeros, for classes not seen before."""
        new = np.setdiff1d(classes, self.classes)
        if len(new):
            at = np.searchsorted(self.classes, new)
            self.classes = np.insert(self.classes, at, new)
            self.counts = np.insert(self.counts, at, 0)
            self._means = np.insert(self._means, at, 0.0, axis=0)
            self.scatter_by_class = np.insert(self.scatter_by_class, at, 0.0)


def _block_moments(x: Array, labels: IntArray, full: bool) -> tuple[IntArray, IntArray, Array, Array, Array | None]:
    """Return classes, counts, means, scatter traces and (if ``full``) the pooled scatter of one block."""
    classes, index, counts = np.unique(labels, return_inverse=True, return_counts=True)
    order = np.argsort(index, kind="stable")
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    grouped = x[order]
    means = np.add.reduceat(grouped, starts, axis=0) / counts[:, None]
    grouped -= means[index[order]]
    # One more pass takes the rounding of the means from first to second order.
    correction = np.add.reduceat(grouped, starts, axis=0) / counts[:, None]
    means += correction
    grouped -= correction[index[order]]
    scatter = np.add.reduceat(np.einsum("ij,ij->i", grouped, grouped), starts)
    return classes, counts.astype(np.int64), means, scatter, grouped.T @ grouped if full else None
