import numpy as np
import pytest
from scipy.spatial.distance import pdist

from infoflow.clustering import cosine_histograms, distance_histograms
from infoflow.experiments.images.alignment import peak, row_cosines
from infoflow.experiments.images.pairs import COSINE_BINS, pair_statistics


def rows_and_labels():
    rng = np.random.default_rng(0)
    return rng.standard_normal((40, 30)).astype(np.float32), rng.integers(0, 3, 40)


def test_agrees_with_the_other_implementation():
    rows, labels = rows_and_labels()
    found = pair_statistics(rows, labels)
    cosines = cosine_histograms(rows, labels, bins=COSINE_BINS, exact=True)
    distances = distance_histograms(rows, labels, exact=True)
    # float64 sums of 30 products in another order
    assert found.within_cosine == pytest.approx(cosines.within.mean, abs=1e-12)
    assert found.between_cosine == pytest.approx(cosines.between.mean, abs=1e-12)
    assert found.within_distance == pytest.approx(distances.within.mean, rel=1e-12)
    assert found.between_distance == pytest.approx(distances.between.mean, rel=1e-12)
    assert np.array_equal(found.cosines, [cosines.within.counts, cosines.between.counts])
    assert found.distances.sum(axis=1).tolist() == [distances.within.n, distances.between.n]
    assert found.largest == pytest.approx(pdist(rows).max(), rel=1e-12)


def test_without_pairs_or_directions():
    found = pair_statistics(np.zeros((2, 3), np.float32), np.array([0, 1]))
    assert np.isnan(found.within_cosine)
    assert found.between_cosine == 0
    assert found.between_distance == 0
    assert found.distances[1, 0] == 1


def test_cosines_row_by_row():
    a = np.array([[1, 0], [1, 1], [0, 0]], np.float32)
    b = np.array([[-2, 0], [0, 3], [1, 1]], np.float32)
    # float32 norms
    assert row_cosines(a, b) == pytest.approx([-1, np.sqrt(0.5), 0], abs=1e-6)


def test_the_peak_is_the_middle_of_the_fullest_bin():
    assert peak(np.array([0.501, 0.515, 0.52, -1, 1])) == pytest.approx(0.51, abs=1e-12)
