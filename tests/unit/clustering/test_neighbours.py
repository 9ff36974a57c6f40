import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from infoflow.clustering import neighbours
from infoflow.clustering.neighbours import neighbour_distances


@pytest.mark.parametrize("d", [1, 3, 12, 13, 60])
@pytest.mark.parametrize("k", [2, 9, 119])
def test_distances_equal_brute_force(generator, d, k):
    x = generator.normal(size=(120, d)) + 5
    expected = np.sort(squareform(pdist(x)), axis=1)[:, 1 : k + 1]
    # direct differences either way; centring rounds coordinates of size 10 by 10 eps
    np.testing.assert_allclose(neighbour_distances(x, k), expected, rtol=1e-10)


def test_blocks_do_not_matter(generator, monkeypatch):
    x = generator.normal(size=(50, 20))
    whole = neighbour_distances(x, 3)
    monkeypatch.setattr(neighbours, "BLOCK_ELEMENTS", 350)
    # the matrix product of another block size rounds differently, but distances come from differences
    np.testing.assert_array_equal(neighbour_distances(x, 3), whole)


def test_neighbours_lost_in_the_products_rounding_are_found_by_differences(generator):
    # Clusters 2e6 apart: the product rounds squared distances by about (d + 4) eps 1e12 = 5e-3, while they are 1e-6
    # and less inside a cluster, so its order there is arbitrary.
    x = 1e-4 * generator.normal(size=(80, 20))
    x[:40, 0] += 1e6
    x[40:, 0] -= 1e6
    expected = np.sort(squareform(pdist(x)), axis=1)[:, 1:4]
    # coordinates of size 1e6 are centred to within 1e6 eps = 2e-10, relative to distances above 1e-4
    np.testing.assert_allclose(neighbour_distances(x, 3), expected, rtol=1e-5)
