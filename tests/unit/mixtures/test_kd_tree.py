import numpy as np
import pytest

from infoflow.mixtures import forest, kd_tree
from infoflow.mixtures.vectors import LANES


@pytest.mark.parametrize("n", [1, 41, 401, 1271])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_every_point_is_in_one_leaf_and_in_its_box(n, spread):
    rng = np.random.default_rng(n)
    points = 0.5 + spread * np.tanh(3 * rng.standard_normal((n, 3)))
    tree = kd_tree.build(points, 32)
    np.testing.assert_array_equal(np.sort(tree.order), np.arange(n))
    leaves = np.flatnonzero(tree.child < 0)
    assert sum(tree.last[i] - tree.first[i] for i in leaves) == n
    for i in leaves:
        inside = points[tree.order[tree.first[i] : tree.last[i]]]
        np.testing.assert_array_equal(inside.min(axis=0), tree.low[i])
        np.testing.assert_array_equal(inside.max(axis=0), tree.high[i])
        assert len(inside) <= 32 or spread == 0.0


def test_coincident_points_are_packed_as_one_of_their_weight():
    points = np.full((500, 2), 0.25)
    wood = forest.plant(points, np.full(500, np.log2(500.0)), [np.arange(500)])
    assert len(wood.child) == 1
    assert wood.length[0] == LANES
    np.testing.assert_allclose(wood.blocks[0], 0.0, atol=1e-13)  # -log2 of the total weight 1, 500 roundings
    np.testing.assert_allclose(wood.weight[0], 1.0, rtol=1e-13)
