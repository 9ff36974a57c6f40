"""Neural collapse: NC1 (variability), NC2 (simplex of the class means), NC3 (self-duality with the classifier).

Notation: ``M_c = μ_c - μ_G`` with ``μ_G`` the unweighted mean of the class means, ``Σ_B = (1/K) Σ_c M_c M_cᵀ`` and
``Σ_W`` the pooled within-class covariance. With classes of equal size these are Papyan's; with unequal sizes he leaves
``μ_G`` and ``Σ_B`` open, and unweighted means keep the simplex that NC2 speaks of.

Source: Papyan, Han & Donoho, "Prevalence of neural collapse during the terminal phase of deep learning training",
PNAS 2020, section "Neural collapse" and figures 2–6. NC4 is in :mod:`infoflow.clustering.nearest_centre`.
"""

from typing import Any, NamedTuple, Self

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._types import Array
from infoflow.clustering.inputs import as_class_values, as_rows, check_width
from infoflow.clustering.moments import ClassMoments

_RANK_TOLERANCE = 1e-10
"""Singular values of the centred means below this part of the largest one are rounding and count as zero."""


class SimplexGeometry(NamedTuple):
    """How far the centred class means are from the corners of a regular simplex; all three are 0 there.

    Attributes:
        equinorm: Standard deviation over mean of ``|M_c|``.
        equiangularity: Standard deviation of ``cos(M_c, M_c')`` over pairs of classes.
        maximal_angle: Mean over pairs of ``|cos(M_c, M_c') + 1/(K-1)|``.
    """

    equinorm: float
    equiangularity: float
    maximal_angle: float


class SubspaceScatter:
    """Within-class scatter along the class means' own axes, from a second pass over the samples.

    NC1 needs ``Σ_W`` on the span of the centred means only, so it costs memory d x K whatever d is.

    Args:
        moments: Moments of the first pass.
    """

    def __init__(self, moments: ClassMoments) -> None:
        self._moments = moments
        self._axes, self._eigenvalues = _between_axes(moments)
        self._sums = np.zeros(len(self._eigenvalues))
        self._n = 0

    def update(self, representations: Any, labels: Any) -> Self:
        """Add samples, shapes (k, d) and (k,).

        Raises:
            TypeError: Not numeric.
            ValueError: Shapes do not match, or a label is not a class of the moments.
            NonFiniteError: NaN or infinity.
        """
        rows = as_rows("representations", representations)
        check_width("representations", rows, self._moments.d)
        index = self._moments.class_index(as_class_values("labels", labels, n=rows.n))
        means = self._moments.means
        for part, block in rows.blocks():
            self._sums += np.square((block - means[index[part]]) @ self._axes).sum(axis=0)
        self._n += rows.n
        return self

    def result(self) -> float:
        """Return NC1, ``tr(Σ_W Σ_B⁺) / K``.

        Raises:
            ValueError: No sample has been added.
        """
        if self._n == 0:
            raise ValueError("the second pass must see samples before its result, got none")
        return float(np.sum(self._sums / self._n / self._eigenvalues)) / self._moments.n_classes


def collapse_variability(moments: ClassMoments) -> float:
    """Return NC1, ``tr(Σ_W Σ_B⁺) / K``: within-class covariance on the scale of the class means; 0 under collapse.

    Unchanged by rotation, translation and scaling. Axes on which the class means have less than 1e-10 of their largest
    singular value are left out of the pseudo-inverse.

    Raises:
        ValueError: The moments do not keep the covariance; use :class:`SubspaceScatter`.
        IllPosedError: Fewer than two classes, or the class means coincide.
    """
    axes, eigenvalues = _between_axes(moments)
    projected = np.einsum("dr,de,er->r", axes, moments.within_covariance, axes, optimize=True)
    return float(np.sum(projected / eigenvalues)) / moments.n_classes


def collapse_simplex(moments: ClassMoments) -> SimplexGeometry:
    """Return NC2, see :class:`SimplexGeometry`; with two classes all three are 0 by construction.

    Raises:
        IllPosedError: Fewer than two classes, or a class mean equals the mean of the class means (no direction).
    """
    moments.require_classes("NC2")
    centred = moments.centred_means
    norms = np.linalg.norm(centred, axis=1)
    if norms.min() <= moments.indistinct_distance():
        c = moments.classes[norms.argmin()]
        raise IllPosedError(f"NC2 is undefined: the mean of class {c} equals the mean of the class means")
    directions = centred / norms[:, None]
    a, b = np.triu_indices(moments.n_classes, k=1)
    cosines = (directions @ directions.T)[a, b]
    return SimplexGeometry(
        equinorm=float(norms.std() / norms.mean()),
        equiangularity=float(cosines.std()),
        maximal_angle=float(np.mean(np.abs(cosines + 1 / (moments.n_classes - 1)))),
    )


def collapse_self_duality(moments: ClassMoments, weight: Any) -> float:
    """Return NC3, ``‖ W/‖W‖_F - M/‖M‖_F ‖_F²``: 0 when the classifier's rows are the centred class means, at most 4.

    Args:
        moments: Class moments of the classifier's inputs.
        weight: The classifier's weight, shape (K, d); row k belongs to the k-th label value in sorted order.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape, or all zero.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than two classes, or the class means coincide.
    """
    W = check_classifier(weight, None, moments)[0]
    _between_axes(moments)
    M = moments.centred_means
    return float(np.square(W / np.linalg.norm(W) - M / np.linalg.norm(M)).sum())


def check_classifier(weight: Any, bias: Any | None, moments: ClassMoments) -> tuple[Array, Array]:
    """Return the classifier's weight (K, d) and bias (K,), zeros for None, checked against the moments."""
    W = _checks.as_float64("weight", weight, shape="K d")
    expected = (moments.n_classes, moments.d)
    if W.shape != expected:
        raise ValueError(f"weight must have shape (K, d) = {expected}, got {W.shape}")
    if not W.any():
        raise ValueError("weight must have a non-zero entry, got zeros only")
    b = np.zeros(len(W)) if bias is None else _checks.as_float64("bias", bias, shape="K")
    if len(b) != len(W):
        raise ValueError(f"bias must have shape ({len(W)},), got {b.shape}")
    return W, b


def _between_axes(moments: ClassMoments) -> tuple[Array, Array]:
    """Return the eigenvectors (d, r) and eigenvalues (r,) of ``Σ_B`` that are not zero."""
    moments.require_classes("neural collapse")
    M = moments.centred_means
    _, values, axes = np.linalg.svd(M, full_matrices=False)
    if values[0] <= moments.indistinct_distance():
        raise IllPosedError(f"neural collapse is undefined: all {moments.n_classes} class means coincide")
    kept = values > _RANK_TOLERANCE * values[0]
    kept[moments.n_classes - 1 :] = False  # centred means span K-1 dimensions at most
    return axes[kept].T, np.square(values[kept]) / moments.n_classes
