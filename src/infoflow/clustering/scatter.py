"""How tight the classes are, from class moments alone: scatter ratio, normalised variance, mean squared distances."""

from typing import NamedTuple

import numpy as np

from infoflow._errors import IllPosedError
from infoflow._types import Array
from infoflow.clustering.moments import ClassMoments


class PairMeans(NamedTuple):
    """A mean over pairs of samples of the same class and of different classes; NaN where there is no such pair."""

    within: float
    between: float


def scatter_ratio(moments: ClassMoments) -> float:
    """Return within-class over total scatter, ``Σ_i |x_i - μ_{y(i)}|² / Σ_i |x_i - μ|²``.

    Between 0 (every class is one point) and 1 (the class means coincide); unchanged by rotation, translation and
    scaling. A class of one sample contributes nothing to the numerator.

    Raises:
        IllPosedError: Fewer than two classes, or all samples are the same point.
    """
    moments.require_classes("the scatter ratio")
    return moments.within_scatter / moments.total_scatter


def class_distance_normalised_variance(moments: ClassMoments) -> float:
    """Return the mean over pairs of classes of ``(Var_c + Var_c') / (2 |μ_c - μ_c'|²)``.

    ``Var_c = (1/n_c) Σ_i |x_i - μ_c|²``. It is 0 when every class is one point; unchanged by rotation, translation and
    scaling. A class of one sample has variance 0.

    Raises:
        IllPosedError: Fewer than two classes, all samples are the same point, or two class means coincide.

    Source: Galanti, György & Hutter, "On the Role of Neural Collapse in Transfer Learning", ICLR 2022, Definition of
    CDNV in section 3, averaged over unordered pairs.
    """
    moments.require_classes("the class-distance-normalised variance")
    variance = moments.scatter_by_class / moments.counts
    a, b = np.triu_indices(moments.n_classes, k=1)
    sq_dist = _sq_dist_means(moments)[a, b]
    nearest = int(sq_dist.argmin())
    if sq_dist[nearest] <= moments.indistinct_distance() ** 2:
        pair = moments.classes[a[nearest]], moments.classes[b[nearest]]
        raise IllPosedError(
            f"the class-distance-normalised variance is infinite: the means of classes {pair[0]} and {pair[1]} coincide"
        )
    return float(np.mean((variance[a] + variance[b]) / (2 * sq_dist)))


def mean_squared_distances(moments: ClassMoments) -> PairMeans:
    """Return the mean squared Euclidean distance over all pairs of the same and of different classes; exact.

    ``Σ_{i,j in c} |x_i - x_j|² = 2 n_c tr S_c`` turns the sum over pairs into class moments.

    Raises:
        IllPosedError: Fewer than two samples.
    """
    if moments.n < 2:
        raise IllPosedError(f"distances need at least two samples, got {moments.n}")
    counts = moments.counts.astype(np.float64)
    n = counts.sum()
    n_within = float(counts @ (counts - 1))
    n_between = float(n * n - counts @ counts)
    sum_within = 2 * float(counts @ moments.scatter_by_class)
    # Σ_{c≠c'} (n_c' tr S_c + n_c tr S_c' + n_c n_c' |μ_c - μ_c'|²): positive terms only, no difference of large sums.
    scatters = 2 * float((n - counts) @ moments.scatter_by_class)
    sum_between = scatters + _weighted_mean_distances(moments, counts)
    return PairMeans(
        sum_within / n_within if n_within else float("nan"), sum_between / n_between if n_between else float("nan")
    )


def _weighted_mean_distances(moments: ClassMoments, counts: Array) -> float:
    """Return ``Σ_{c,c'} n_c n_c' |μ_c - μ_c'|² = 2 n Σ_c n_c |μ_c - μ|²``."""
    return 2 * float(counts.sum()) * moments.between_scatter


def _sq_dist_means(moments: ClassMoments) -> Array:
    """Return squared distances between class means by direct differences, shape (K, K)."""
    centred = moments.centred_means
    return np.stack([np.square(centred - row).sum(axis=1) for row in centred])
