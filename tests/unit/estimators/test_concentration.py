import math

import numpy as np
import pytest

from infoflow.estimators.concentration import (
    binary_entropy,
    empirical_bernstein,
    mcdiarmid,
    normal_quantile,
    self_bounding_expectation_lower,
    within_group_variance,
)


def test_binary_entropy_closed_forms():
    assert binary_entropy(0.5) == pytest.approx(math.log(2), abs=1e-15)
    assert binary_entropy(0.0) == 0.0
    assert binary_entropy(1.0) == 0.0
    # series for small p: p ln(1/p) + p - p²/2 + O(p³)
    p = 1e-6
    assert binary_entropy(p) == pytest.approx(p * math.log(1 / p) + p - p * p / 2, rel=1e-12)


def test_within_group_variance_leaves_out_differences_between_rows():
    values = np.array([[0.0, 2.0], [100.0, 102.0]])
    assert within_group_variance(values) == 2.0  # each pair: (2)²/2


def test_within_group_variance_of_single_column_and_of_one_value():
    assert within_group_variance(np.array([[1.0], [3.0]])) == 2.0
    assert within_group_variance(np.array([[1.0]])) == math.inf
    assert empirical_bernstein(np.array([[1.0]]), 1.0, 3.0) == math.inf


def test_mcdiarmid_is_hoeffding_for_a_mean():
    # mean of N variables in [0, 1]: sqrt(ln(1/δ)/(2N))
    n, delta = 400, 0.01
    assert mcdiarmid(n * (1 / n) ** 2, math.log(1 / delta)) == pytest.approx(math.sqrt(math.log(100) / 800))


def test_normal_quantile():
    assert normal_quantile(0.975) == pytest.approx(1.959963984540054, abs=1e-12)


def test_self_bounding_solves_its_own_inequality():
    value, c, log_term = 0.3, 1e-3, 4.0
    low = self_bounding_expectation_lower(value, c, log_term)
    s = value - low
    # at the solution the tail bound is met with equality: s² = 2cL(2EF + 5s/6)
    assert s**2 == pytest.approx(2 * c * log_term * (2 * low + 5 * s / 6), rel=1e-12)


def test_self_bounding_is_monotone_and_never_negative():
    values = np.linspace(0, 0.1, 200)
    lows = [self_bounding_expectation_lower(v, 1e-3, 4.0) for v in values]
    assert min(lows) == 0.0
    assert np.all(np.diff(lows) >= 0)


@pytest.mark.parametrize("shape", [(50, 8), (400, 1), (20, 21)])
def test_empirical_bernstein_holds_more_often_than_promised(shape):
    # rows with different means, values in [0, 1]; 2 000 replicates at δ = .1: expected failures at most 200, and
    # a binomial count exceeds 200 + 5 sqrt(180) with probability < 1e-6 if the bound failed with probability .1
    rng = np.random.default_rng(5)
    means = rng.uniform(0.05, 0.95, shape[0])
    failures = 0
    for _ in range(2000):
        values = (rng.random(shape) < means[:, None]).astype(float)
        failures += means.mean() > values.mean() + empirical_bernstein(values, 1.0, math.log(10))
    assert failures <= 200 + 5 * math.sqrt(180)
