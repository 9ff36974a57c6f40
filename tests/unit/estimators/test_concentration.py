import math

import numpy as np
import pytest

from infoflow.estimators import concentration
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


def test_predicted_bernstein_solves_its_equation():
    """Without surprises (D = 0) the bound is what the mixture alone costs: mean exp(λ Q s) = 1/δ."""
    from scipy.optimize import brentq

    values = np.full((50, 4), 0.3)
    found = concentration.predicted_bernstein(values, values, np.ones_like(values), 1.0, math.log(20))
    rates = concentration._RATES
    truth = brentq(lambda s: np.log(np.mean(np.exp(rates * 200 * s))) - math.log(20), 0, 1)
    assert found == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_predicted_bernstein_covers_skewed_values(sign):
    """Values in [0, 1], 3 % of them 1: no more than δ = 10 % of 400 replicates may miss (fixed seeds)."""
    rng = np.random.default_rng(11)
    p, missed = 0.03, 0
    for _ in range(400):
        values = (rng.random((100, 3)) < p).astype(float)
        pilot = (rng.random((100, 2)) < p).astype(float)
        predictions = concentration.running_predictions(values, pilot)
        low, high = concentration.prediction_range(pilot)
        ranges, widest = (predictions, high) if sign > 0 else (1 - predictions, 1 - low)
        ranges = np.maximum(ranges, 1e-3)
        deviation = concentration.predicted_bernstein(
            sign * values, sign * predictions, ranges, max(widest, 1.0), math.log(10)
        )
        missed += sign * (values.mean() - p) > deviation
    # P(Binomial(400, .1) > 60) < 1e-3
    assert missed <= 60


def test_predicted_bernstein_is_near_the_normal_quantile_for_many_values():
    rng = np.random.default_rng(12)
    values = rng.standard_normal((5000, 4)).clip(-3, 3)
    pilot = rng.standard_normal((5000, 100)).clip(-3, 3)
    predictions = concentration.running_predictions(values, pilot)
    found = concentration.predicted_bernstein(values, predictions, predictions + 3.0, 4.0, math.log(200))
    # sqrt(2 L V/Q) with L = ln 200, V = 1.01 of the predictions, plus at most ln 7 of the mixture and the grid of rates
    normal = math.sqrt(2 * math.log(200) / values.size)
    assert normal * 0.95 < found < 1.35 * normal


def test_running_predictions_use_the_past_only():
    values = np.array([[1.0, 2.0, 4.0]])
    found = concentration.running_predictions(values, np.array([[1.0, 2.0]]), 2.0)
    # pilot 1, 2; then a value counts twice; clipped to the pilot's mean 1.5 ± 1
    np.testing.assert_allclose(found, [[1.5, 1.25, 9 / 6]])
    far = concentration.running_predictions(np.array([[1.0, 2.0, 100.0, 0.0]]), np.array([[1.0, 2.0]]))
    assert far[0, 3] == 2.5
