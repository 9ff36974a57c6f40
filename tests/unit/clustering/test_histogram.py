import math

import numpy as np
import pytest

from infoflow.clustering.histogram import HistogramCounts


def test_a_stream_of_values_equals_numpy(generator):
    values = generator.normal(size=1000)
    counts = HistogramCounts(-2.0, 1.0, 7)
    for part in np.split(values, [1, 2, 500]):
        counts.add(part)
    counts.add(np.empty(0))
    result = counts.result("v", exact=False)
    expected, edges = np.histogram(values, bins=7, range=(-2, 1))
    np.testing.assert_array_equal(result.counts, expected)
    np.testing.assert_array_equal(result.edges, edges)
    assert result.n_outside == 1000 - expected.sum()
    assert result.mean == pytest.approx(values.mean(), abs=1e-14)
    assert result.mean_stderr == pytest.approx(values.std(ddof=1) / math.sqrt(1000), rel=1e-12)
    p = expected / 1000
    np.testing.assert_allclose(result.stderr, np.sqrt(p * (1 - p) / 1000), rtol=1e-14)


def test_an_exact_histogram_has_no_error():
    counts = HistogramCounts(0.0, 1.0, 2)
    counts.add(np.array([0.2, 0.7, 1.0]))
    result = counts.result("v", n_excluded=4)
    assert result.fractions.tolist() == [1 / 3, 2 / 3]
    assert result.stderr.tolist() == [0, 0]
    assert (result.mean_stderr, result.n_excluded) == (0, 4)


def test_nothing_seen_is_no_histogram():
    assert HistogramCounts(0.0, 1.0, 2).result("v") is None
