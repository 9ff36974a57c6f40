import math

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from infoflow import IllPosedError
from infoflow.clustering import (
    ClassMoments,
    class_distance_normalised_variance,
    mean_squared_distances,
    scatter_ratio,
)


def test_two_tight_pairs():
    # classes {-1, 1} and {9, 11}: within 4, total 4 + 4·25; Var = 1, distance 10.
    moments = ClassMoments().update([[-1.0], [1.0], [9.0], [11.0]], [0, 0, 1, 1])
    assert scatter_ratio(moments) == pytest.approx(4 / 104, rel=1e-15)
    assert class_distance_normalised_variance(moments) == pytest.approx(2 / 200, rel=1e-15)


def test_gaussian_classes_have_the_scatter_of_their_law(generator):
    n, d, sigma = 4000, 6, 0.3
    centres = 2 * np.eye(3, d)
    labels = np.repeat(np.arange(3), n)
    x = centres[labels] + sigma * generator.normal(size=(3 * n, d))
    moments = ClassMoments().update(x, labels)
    # within/σ² ~ χ² with d (3n - 3) degrees of freedom; the class means are within σ/sqrt(n) of their centres.
    degrees = d * (3 * n - 3)
    assert moments.within_scatter / sigma**2 == pytest.approx(degrees, abs=4 * math.sqrt(2 * degrees))
    # CDNV = 2 d σ² / (2 · 8): relative error sqrt(2/(2 n d)) of the variances, and of the squared distance
    # 2 · sqrt(2/n) σ / sqrt(8); 4 s.e. of their sum.
    relative = 4 * (math.sqrt(1 / (n * d)) + 2 * sigma * math.sqrt(2 / n) / math.sqrt(8))
    assert class_distance_normalised_variance(moments) == pytest.approx(d * sigma**2 / 8, rel=relative)


def test_cdnv_is_the_mean_over_pairs_of_classes(clusters):
    x, labels = clusters
    groups = [x[labels == c] for c in np.unique(labels)]
    pairs = [(a, b) for i, a in enumerate(groups) for b in groups[i + 1 :]]
    expected = np.mean(
        [
            (a.var(axis=0).sum() + b.var(axis=0).sum()) / (2 * np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2))
            for a, b in pairs
        ]
    )
    assert class_distance_normalised_variance(ClassMoments().update(x, labels)) == pytest.approx(expected, rel=1e-12)


def test_mean_squared_distances_equal_those_of_all_pairs(clusters):
    x, labels = clusters
    sq_dist = squareform(pdist(x, "sqeuclidean"))
    alike = labels[:, None] == labels
    off_diagonal = ~np.eye(len(x), dtype=bool)
    means = mean_squared_distances(ClassMoments().update(x, labels))
    assert means.within == pytest.approx(sq_dist[alike & off_diagonal].mean(), rel=1e-12)
    assert means.between == pytest.approx(sq_dist[~alike].mean(), rel=1e-12)


def test_kinds_of_pair_that_do_not_exist_are_nan():
    one_class = mean_squared_distances(ClassMoments().update([[0.0], [2.0]], [1, 1]))
    assert one_class.within == 4
    assert math.isnan(one_class.between)
    singles = mean_squared_distances(ClassMoments().update([[0.0], [2.0]], [0, 1]))
    assert math.isnan(singles.within)
    assert singles.between == 4


def test_one_sample_per_class_has_no_scatter_within():
    moments = ClassMoments().update(np.eye(3), [0, 1, 2])
    assert scatter_ratio(moments) == 0
    assert class_distance_normalised_variance(moments) == 0


@pytest.mark.parametrize("measure", [scatter_ratio, class_distance_normalised_variance])
def test_one_class_or_one_point_is_refused(measure):
    with pytest.raises(IllPosedError, match="at least two classes, got 1"):
        measure(ClassMoments().update([[0.0], [1.0]], [0, 0]))
    with pytest.raises(IllPosedError, match="all 3 samples are the same point"):
        measure(ClassMoments().update(np.full((3, 2), 0.1), [0, 1, 1]))


def test_coinciding_class_means_are_named():
    x = np.array([[-0.1, 0.3], [0.1, 0.3], [-0.7, 0.3], [0.7, 0.3], [5.0, 5.0]])
    with pytest.raises(IllPosedError, match="means of classes 4 and 6 coincide"):
        class_distance_normalised_variance(ClassMoments().update(x, [4, 4, 6, 6, 9]))


def test_distances_need_two_samples():
    with pytest.raises(IllPosedError, match="at least two samples, got 1"):
        mean_squared_distances(ClassMoments().update([[1.0]], [0]))
