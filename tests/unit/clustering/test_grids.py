import numpy as np
import pytest

from infoflow.clustering import SAXE_GRID, SZT_GRID, adaptive_grid, data_grid, fixed_grid, per_neuron_grid
from infoflow.clustering.inputs import as_rows


def test_the_preset_of_thirty_bins_equals_numpy_histogram(generator):
    x = np.concatenate([np.tanh(3 * generator.normal(size=1000)), [-1.0, 1.0]])
    index = SZT_GRID.index(x[:, None])[:, 0].astype(int)
    assert index.min() == 0
    assert index.max() == 29  # saturated units at exactly 1 share the last bin
    np.testing.assert_array_equal(np.bincount(index, minlength=30), np.histogram(x, bins=30, range=(-1, 1))[0])


def test_the_preset_width_starts_at_zero():
    x = np.array([[-0.071, -0.069, -1e-12, 0.0, 0.069, 0.071, 1.0]])
    assert SAXE_GRID.index(x).tolist() == [[-2, -1, -1, 0, 0, 1, 14]]


def test_values_beyond_the_range_keep_bins_of_their_own():
    grid = fixed_grid(n_bins=4, bin_range=(0.0, 1.0))
    assert grid.index(np.array([[-0.3, -0.1, 0.0, 1.0, 1.0 + 1e-12, 1.3, 1.6]])).tolist() == [[-2, -1, 0, 3, 4, 5, 6]]


def test_rounding_does_not_cross_the_ends():
    # low + n_bins · width often is not high in float64, and quotients round either way
    for high in np.linspace(0.2, 0.9, 71):
        grid = fixed_grid(n_bins=3, bin_range=(0.1, high))
        ends = [0.1, np.nextafter(high, 0), high, np.nextafter(high, 1)]
        assert grid.index(np.array([ends])).tolist() == [[0, 2, 2, 3]]


def test_activation_ranges_by_name():
    assert fixed_grid(n_bins=2, bin_range="sigmoid").index(np.array([[0.4, 0.6]])).tolist() == [[0, 1]]
    with pytest.raises(ValueError, match="bin_range must be one of tanh"):
        fixed_grid(n_bins=2, bin_range="tahn")


def test_per_neuron_bins_divide_every_range():
    x = np.array([[0.0, 100.0, 5.0], [0.5, 150.0, 5.0], [1.0, 200.0, 5.0]])
    assert per_neuron_grid(x, 2).index(x).tolist() == [[0, 0, 0], [1, 1, 0], [1, 1, 0]]
    assert data_grid(x, 2).index(x).tolist() == [[0, 1, 0], [0, 1, 0], [0, 1, 0]]


def test_adaptive_bins_hold_equally_many_distinct_values(generator):
    values = np.exp(3 * generator.normal(size=(60, 2)))
    x = np.concatenate([values, np.repeat(values[:1], 500, axis=0)])  # copies do not count
    index = adaptive_grid(x, 8).index(values).astype(int)
    np.testing.assert_array_equal(np.bincount(index.ravel()), np.full(8, 15))


def test_fewer_levels_than_adaptive_bins_are_all_told_apart():
    x = np.array([[0.0], [1.0], [1.0], [7.0]])
    assert adaptive_grid(x, 30).index(x).ravel().tolist() == [0, 1, 1, 2]
    assert adaptive_grid(np.full((3, 2), 0.1), 30).index(np.full((3, 2), 0.1)).tolist() == [[0, 0]] * 3
    assert adaptive_grid(x, 1).index(x).ravel().tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "exactly one of width and n_bins"),
        ({"width": 1.0, "n_bins": 2}, ValueError, "exactly one of width and n_bins"),
        ({"width": 0.0}, ValueError, "width must be finite and at least 1e-150, got 0"),
        ({"width": float("inf")}, ValueError, "width must be finite and at least"),
        ({"width": "wide"}, TypeError, "width must be a real number"),
        ({"n_bins": 0, "bin_range": (0, 1)}, ValueError, "n_bins must be at least 1"),
        ({"n_bins": 2}, ValueError, "bin_range must be given"),
        ({"n_bins": 2, "bin_range": (1, 1)}, ValueError, "bin_range must be finite with low < high"),
    ],
)
def test_unsuitable_grids_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        fixed_grid(**arguments)


def test_bins_below_the_spacing_of_floats_tell_all_floats_apart():
    x = np.nextafter(1e6, [[0.0, 1e6, 2e6]])  # neighbours of 1e6 are 1e-10 apart
    assert len(np.unique(fixed_grid(width=1e-20).index(x))) == 3
    assert data_grid(x, 30).index(x).tolist() == [[0, 15, 29]]


def test_a_per_neuron_grid_knows_its_dimension():
    with pytest.raises(ValueError, match="must have d = 2 as before, got 1"):
        per_neuron_grid(np.eye(2), 3).check(as_rows("x", [[1e6]]))
