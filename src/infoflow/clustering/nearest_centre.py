"""Nearest-class-centre decisions, from a second pass: accuracy, and agreement with the classifier (NC4)."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from infoflow._errors import IllPosedError
from infoflow.clustering.collapse import check_classifier
from infoflow.clustering.inputs import as_class_values, as_rows, check_width
from infoflow.clustering.moments import ClassMoments


@dataclass(frozen=True, kw_only=True)
class NearestCentreDecisions:
    """What the nearest class centre decides.

    Attributes:
        accuracy: Part of the samples whose nearest class mean is that of their own class; ties go to the first class.
        agreement: NC4: part of the samples for which the classifier and the nearest centre decide alike; None without
            a classifier. Papyan et al. plot one minus this.
        n: Samples.
    """

    accuracy: float
    agreement: float | None
    n: int


class NearestCentre:
    """Counts of nearest-centre decisions over a stream of samples; memory classes x d.

    On the samples the centres were computed from, the accuracy is that of resubstitution (1 when every class has one
    sample); pass other samples for a held-out one.

    Args:
        moments: Moments whose class means are the centres.
        weight: The classifier's weight, shape (K, d), rows in the sorted order of the label values; or None.
        bias: The classifier's bias, shape (K,); None for zero.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape, or a bias without a weight.
        IllPosedError: Fewer than two classes, or all class means coincide.
    """

    def __init__(self, moments: ClassMoments, weight: Any | None = None, bias: Any | None = None) -> None:
        moments.require_classes("the nearest centre")
        self._moments = moments
        # |x - μ_c|² = |x|² - 2 x·μ_c + |μ_c|², relative to the mean so that little cancels; |x|² does not decide.
        self._shift = moments.mean
        self._centres = moments.means - self._shift
        if np.linalg.norm(self._centres, axis=1).max() <= moments.indistinct_distance():
            raise IllPosedError(f"the nearest centre is undefined: all {moments.n_classes} class means coincide")
        self._offsets = 0.5 * np.square(self._centres).sum(axis=1)
        if weight is None and bias is not None:
            raise ValueError("bias must come with a weight, got a bias alone")
        self._classifier = None if weight is None else check_classifier(weight, bias, moments)
        self._n = self._n_right = self._n_alike = 0

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
        for part, block in rows.blocks():
            nearest = np.argmax((block - self._shift) @ self._centres.T - self._offsets, axis=1)
            self._n_right += int(np.count_nonzero(nearest == index[part]))
            if self._classifier is not None:
                W, b = self._classifier
                self._n_alike += int(np.count_nonzero(nearest == np.argmax(block @ W.T + b, axis=1)))
        self._n += rows.n
        return self

    def result(self) -> NearestCentreDecisions:
        """Return the decisions so far.

        Raises:
            ValueError: No sample has been added.
        """
        if self._n == 0:
            raise ValueError("the nearest centre must see samples before its result, got none")
        return NearestCentreDecisions(
            accuracy=self._n_right / self._n,
            agreement=None if self._classifier is None else self._n_alike / self._n,
            n=self._n,
        )


def nearest_centre_accuracy(representations: Any, labels: Any) -> float:
    """Return the part of the samples nearest to their own class mean; see :class:`NearestCentre`.

    Args:
        representations: Shape (n, d).
        labels: Integers, shape (n,).

    Raises:
        TypeError: Not numeric.
        ValueError: Shapes do not match.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than two classes, or all class means coincide.
    """
    rows = as_rows("representations", representations)
    moments = ClassMoments(covariance=False).update(rows, labels)
    return NearestCentre(moments).update(rows, labels).result().accuracy
