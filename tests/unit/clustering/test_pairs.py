import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from infoflow import IllPosedError
from infoflow.clustering import cosine_histograms, distance_histograms, pairs


def of_kind(matrix, labels, same):
    upper = np.triu(np.ones(matrix.shape, dtype=bool), k=1)
    return matrix[upper & ((labels[:, None] == labels) == same)]


@pytest.mark.parametrize("tile", [512, 10])
def test_all_distances_equal_scipys(clusters, monkeypatch, tile):
    monkeypatch.setattr(pairs, "_TILE", tile)
    x, labels = clusters
    result = distance_histograms(x, labels, bins=20)
    matrix = squareform(pdist(x))
    for histogram, same in ((result.within, True), (result.between, False)):
        values = of_kind(matrix, labels, same)
        np.testing.assert_array_equal(histogram.counts, np.histogram(values, bins=histogram.edges)[0])
        assert histogram.mean == pytest.approx(values.mean(), rel=1e-13)
        assert (histogram.n, histogram.n_outside, histogram.exact) == (len(values), 0, True)


def test_all_cosines_equal_scipys(clusters):
    x, labels = clusters
    x = x - 10
    x[[3, 50]] = 0
    kept = np.delete(np.arange(97), [3, 50])
    result = cosine_histograms(x, labels, bins=40)
    matrix = 1 - squareform(pdist(x[kept], "cosine"))
    for histogram, same in ((result.within, True), (result.between, False)):
        values = of_kind(matrix, labels[kept], same)
        np.testing.assert_array_equal(histogram.counts, np.histogram(values, bins=40, range=(-1, 1))[0])
        assert histogram.mean == pytest.approx(values.mean(), abs=1e-14)
        assert (histogram.n_excluded, histogram.n_outside) == (2, 0)


def test_parallel_vectors_of_any_length_have_cosine_one():
    # without rescaling the squares of these lengths underflow or overflow
    x = np.outer([1e-200, 1.0, 1e149, -3.0], [0.3, -0.1, 0.7])
    for exact in (True, False):
        result = cosine_histograms(x, [0, 0, 0, 1], bins=4, exact=exact)
        assert result.within.counts.tolist() == [0, 0, 0, result.within.n]
        assert result.between.counts.tolist() == [result.between.n, 0, 0, 0]


@pytest.mark.parametrize("measure", [distance_histograms, cosine_histograms])
def test_sampled_pairs_agree_with_all_of_them(clusters, measure):
    x, labels = clusters
    everything = measure(x, labels, bins=10)
    sample = measure(x, labels, bins=10, exact=False, n_pairs=4000, seed=5)
    for all_pairs, drawn in ((everything.within, sample.within), (everything.between, sample.between)):
        assert (drawn.n, drawn.exact) == (4000, False)
        np.testing.assert_array_equal(drawn.edges, all_pairs.edges)
        # fractions are binomial: 5 s.e. over the 40 bins of this test, with the exact fraction in the error
        p = all_pairs.fractions
        assert (np.abs(drawn.fractions - p) <= 5 * np.sqrt(p * (1 - p) / 4000)).all()
        assert abs(drawn.mean - all_pairs.mean) < 5 * drawn.mean_stderr
    again = measure(x, labels, bins=10, exact=False, n_pairs=4000, seed=5)
    np.testing.assert_array_equal(again.within.counts, sample.within.counts)


def test_sampling_begins_where_all_pairs_cost_too_much(clusters, monkeypatch):
    monkeypatch.setattr(pairs, "EXACT_WORK", 97 * 96 // 2 * 37)
    assert distance_histograms(*clusters).within.exact
    monkeypatch.setattr(pairs, "EXACT_WORK", 97 * 96 // 2 * 37 - 1)
    assert not distance_histograms(*clusters).within.exact


def test_memory_does_not_grow_with_the_pairs(generator):
    # 4000 samples have 8e6 pairs, 64 MB as float64; a tile of 512² pairs is 2 MB, of which a dozen arrays are alive.
    x, labels = generator.normal(size=(4000, 2)), generator.integers(3, size=4000)
    tracemalloc.start()
    distance_histograms(x, labels, exact=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 512**2 * 8


def test_kinds_of_pair_that_do_not_exist_are_none():
    for exact in (True, False):
        one_class = distance_histograms([[0.0], [1.0], [3.0]], [2, 2, 2], exact=exact)
        assert one_class.between is None
        assert one_class.within.n_outside == 0
        singles = cosine_histograms(np.eye(3), [0, 1, 2], exact=exact)
        assert singles.within is None
        assert singles.between.mean == 0


def test_a_given_range_counts_what_is_outside():
    result = distance_histograms([[0.0], [1.0], [3.0]], [0, 0, 0], bins=2, distance_range=(0.0, 2.0))
    assert result.within.counts.tolist() == [0, 2]
    assert result.within.n_outside == 1
    assert result.within.mean == 2
    constant = distance_histograms(np.full((3, 2), 0.1), [0, 0, 1], distance_range=(0, 1))
    assert constant.within.mean == 0


def test_degenerate_samples_are_refused():
    with pytest.raises(IllPosedError, match="all 3 samples are the same point; give distance_range"):
        distance_histograms(np.full((3, 2), 0.1), [0, 0, 1])
    with pytest.raises(IllPosedError, match="distance needs at least two samples with a value, got 1 of 1"):
        distance_histograms([[1.0]], [0], distance_range=(0, 1))
    with pytest.raises(IllPosedError, match="cosine needs at least two samples with a value, got 1 of 3"):
        cosine_histograms([[0.0], [1.0], [0.0]], [0, 0, 1])


def test_unsuitable_settings_are_refused(clusters):
    with pytest.raises(ValueError, match="bins must be at least 1"):
        distance_histograms(*clusters, bins=0)
    with pytest.raises(ValueError, match="n_pairs must be at least 1"):
        cosine_histograms(*clusters, n_pairs=0)
    with pytest.raises(ValueError, match="distance_range must be finite"):
        distance_histograms(*clusters, distance_range=(2, 1))
    with pytest.raises(ValueError, match="labels must have shape"):
        cosine_histograms(clusters[0], [0])
