import math

import numpy as np
import pytest

import infoflow
from infoflow._result import Parts
from infoflow.estimators.planner import SyntheticLayer, plan, suggested_draws


def test_suggested_draws_buy_what_is_short():
    # parts fall as 1/n, 1/sqrt(n), 1/sqrt(r): only centres are short, the gap must halve thrice for .8 -> .1
    parts = Parts(bias_gap=0.8, centre_fluctuation=0.0, monte_carlo_upper=0.0, monte_carlo_lower=0.0)
    assert suggested_draws(parts, 10, 7, 0.1) == (80, 7, True)
    # only points are short: .4 -> .1 needs 16 times as many
    parts = Parts(bias_gap=-0.1, centre_fluctuation=0.0, monte_carlo_upper=0.2, monte_carlo_lower=0.2)
    assert suggested_draws(parts, 10, 7, 0.1) == (10, 112, True)


def test_suggested_draws_give_up_at_the_limit():
    parts = Parts(bias_gap=0.0, centre_fluctuation=1.0, monte_carlo_upper=0.0, monte_carlo_lower=0.0)
    assert suggested_draws(parts, 8, 8, 1e-9)[2] is False


def test_plan_of_a_small_problem_is_met_by_its_own_suggestion():
    positions = np.arange(4.0)[:, None, None]

    def sampler(n, seed):
        return positions + 0.3 * np.random.default_rng(seed).standard_normal((4, n, 1))

    result = plan(1, 0.4, 4, width=0.4, sampler=sampler)
    assert result.reachable
    assert result.memory > 0
    assert result.a_priori_n > result.n  # the worst-case theory asks for more than the pilot
    met = infoflow.input_information(sampler(result.n, 1), sampler(result.r, 2), beta=0.4)
    # the scaling is first-order: the pilot's own noise and the R/Q terms make it good within a factor of two
    assert met.width < 0.8


def test_synthetic_layer_is_repeatable_and_inside_the_cube():
    layer = SyntheticLayer(3, 0.1, 20, seed=0)
    np.testing.assert_array_equal(layer(5, 1), layer(5, 1))
    assert layer(5, 1).shape == (20, 5, 3)
    assert np.abs(layer(5, 1)).max() <= 1.0


def test_default_sampler_and_a_priori_numbers():
    result = plan(2, 0.3, 16, width=0.5)
    assert math.isfinite(result.a_priori_n)
    assert 0 < result.a_priori_least_n < result.a_priori_n


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"d": 0}, ValueError, "d must be at least 1, got 0"),
        ({"m": 1.5}, TypeError, "m must be an integer, got 1.5"),
        ({"beta": -1}, infoflow.IllPosedError, "beta must be"),
        ({"width": 0}, ValueError, "width must be > 0, got 0"),
        ({"mode": "x"}, ValueError, "mode must be one of"),
        ({"sampler": lambda n, seed: np.zeros((3, n, 2))}, ValueError, r"must return shape \(m=4, n, d=2\)"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        plan(**{"d": 2, "beta": 0.5, "m": 4, **arguments})
