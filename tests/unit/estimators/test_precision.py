import numpy as np
import pytest

import infoflow
from infoflow.estimators.precision import farthest, middle


def test_distance_is_the_largest_along_an_axis():
    draws = np.array([[[0.0, 1.0], [4.0, 1.0]], [[2.0, 1.0], [2.0, -7.0]]])
    np.testing.assert_array_equal(middle(draws), [2.0, -1.0])
    assert farthest(draws, middle(draws)) == 6.0


@pytest.mark.parametrize("name", ["centres", "fresh"])
@pytest.mark.parametrize("far", [1e15, 1e170, 1e308])
def test_a_draw_beyond_the_precision_of_the_noise_is_refused(name, far):
    # a centre so far out moves the mean so far that every other coordinate is rounded away; a fresh draw overflows
    given = dict(zip(("centres", "fresh"), np.random.default_rng(0).standard_normal((2, 4, 5, 2)), strict=True))
    given[name][1, 2, 0] = far
    with pytest.raises(infoflow.IllPosedError, match=rf"{name} must lie within 1e\+12 beta of the mean of the centres"):
        infoflow.input_information(**given, beta=0.1)


def test_one_far_draw_within_precision_keeps_the_interval_finite():
    centres, fresh = np.random.default_rng(0).standard_normal((2, 4, 50, 2)) + np.arange(4)[:, None, None]
    fresh[1, 2, 0] = 1e10
    interval = infoflow.input_information(centres, fresh, beta=0.1)
    assert 0.0 <= interval.lower <= interval.upper <= np.log(4)
