import math

import numpy as np
import pytest
from scipy import stats

from infoflow.claims import statistics

R = 2000  # experiments; a coverage of .95 is estimated with a standard error of .005


def rng(name):
    return np.random.default_rng([7, len(name)])


def coverage(intervals, truth):
    return np.mean([found.lower <= truth <= found.upper for found in intervals])


def test_student_interval_covers_as_it_says():
    draws = rng("student").normal(3.0, 2.0, size=(R, 4))
    found = [statistics.mean("k", row) for row in draws]
    assert abs(coverage(found, 3.0) - 0.95) < 0.02  # four standard errors
    reference = stats.t.interval(0.95, 3, draws[0].mean(), stats.sem(draws[0]))  # another implementation
    assert (found[0].lower, found[0].upper) == pytest.approx(reference, rel=1e-12)


def test_one_replicate_has_no_interval():
    with pytest.raises(ValueError, match="at least two replicates for an interval, got 1"):
        statistics.mean("k", [1.0])


def test_chi_square_interval_covers_as_it_says():
    draws = rng("chi").normal(0.0, 3.0, size=(R, 20))
    found = [statistics.mean_square("k", row, scale=4.5) for row in draws]
    assert abs(coverage(found, 2.0) - 0.95) < 0.02


def test_slope_of_a_root_mean_square_covers_as_it_says():
    sizes, generator = (1, 4, 16), rng("slope of rms")
    found = [
        statistics.log_slope("k", sizes, [generator.normal(0, 5 / math.sqrt(n), size=100) for n in sizes])
        for _ in range(R)
    ]
    assert abs(coverage(found, -0.5) - 0.95) < 0.02


def test_rank_correlation_follows_scipy_and_widens_with_few_points():
    a = np.arange(10.0)
    b = np.array([0, 2, 1, 3, 5, 4, 6, 7, 9, 8.0])
    found = statistics.rank_correlation("k", a, b)
    assert found.estimate == pytest.approx(stats.spearmanr(a, b).statistic, abs=1e-15)
    assert -1 < found.lower < found.estimate < found.upper < 1
    assert statistics.rank_correlation("k", a[:5], b[:5]).lower < found.lower
    perfect = statistics.rank_correlation("k", a, a)
    assert perfect.estimate == pytest.approx(1.0)
    assert perfect.lower > 0.99


@pytest.mark.parametrize(
    ("a", "b"), [([1, 2, 3], [1, 2, 3]), ([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 2, 3, 4], [5, 5, 5, 5])]
)
def test_a_correlation_without_information_is_undecided(a, b):
    found = statistics.rank_correlation("k", a, b)
    assert (found.lower, found.upper) == (-1.0, 1.0)
    assert math.isnan(found.estimate)


def test_exact_and_normal_values():
    point = statistics.exact("k", 2.0)
    assert (point.lower, point.upper, point.interval) == (2.0, 2.0, "exact")
    near = statistics.exact("k", 2.0, tolerance=0.5)
    assert (near.lower, near.upper, near.interval) == (1.5, 2.5, "exact to 0.5")
    found = statistics.normal("k", 1.0, 0.1)
    assert found.upper - 1.0 == pytest.approx(0.1 * stats.norm.ppf(0.975), rel=1e-12)
