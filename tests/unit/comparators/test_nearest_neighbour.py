import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import digamma, gamma

from infoflow import IllPosedError, InfoflowWarning, Status, truths
from infoflow.comparators import nearest_neighbour_entropy, nearest_neighbour_information


def brute(x, k):
    n, d = x.shape
    radius = np.sort(cdist(x, x), axis=1)[:, k]
    volume = math.pi ** (d / 2) / gamma(d / 2 + 1)
    return digamma(n) - digamma(k) + np.mean(np.log(volume * radius**d))


@pytest.mark.parametrize(("d", "k"), [(1, 1), (2, 3), (7, 5)])
def test_formula(generator, d, k):
    x = generator.normal(size=(200, d))
    row = nearest_neighbour_entropy(x, k=k)
    # 200 logarithms of order 10; sqrt in the distances: a few eps each
    assert row.nats == pytest.approx(brute(x, k), abs=1e-12)
    assert (row.n, row.d, row.form, row.estimator) == (200, d, f"k={k}", "nearest_neighbour")


def test_scaling_and_translation_are_exact(generator):
    x = generator.normal(size=(300, 3))
    h = nearest_neighbour_entropy(x).nats
    assert nearest_neighbour_entropy(x * 4.0).nats == pytest.approx(h + 3 * math.log(4), abs=1e-12)
    # a shift of 1 moves each coordinate by eps, each distance (over .05) by 1e-15/.05
    assert nearest_neighbour_entropy(x + 1).nats == pytest.approx(h, abs=1e-11)


def test_gaussian_entropy_within_its_standard_error(generator):
    values = [nearest_neighbour_entropy(generator.normal(size=(2000, 1))).nats for _ in range(30)]
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    # bias O(1/n) in one dimension (Delattre & Fournier 2017): below a fifth of the s.e., sqrt(1/60000) = 4e-3
    assert np.mean(values) == pytest.approx(0.5 * math.log(2 * math.pi * math.e), abs=4 * error)


def test_information_of_a_known_channel(generator):
    problem = truths.pam(4, beta=0.2)
    values = []
    for _ in range(20):
        noise = generator.normal(size=(2000, 1)) * problem.beta
        t = np.repeat(problem.points, 500, axis=0) + noise
        labels = np.repeat(problem.labels, 500)
        rows = nearest_neighbour_information(t, labels, beta=problem.beta, m=4)
        values.append([row.nats for row in rows])
    error = np.std(values, axis=0, ddof=1) / math.sqrt(len(values))
    difference = np.mean(values, axis=0) - [problem.information, problem.label_information]
    assert np.all(np.abs(difference) <= 4 * error)  # bias as above


def test_coincident_samples_have_no_density():
    x = np.repeat(np.arange(5.0), 5)[:, None]
    with pytest.warns(InfoflowWarning, match="25 of 25 samples coincide with 3 others"):
        row = nearest_neighbour_entropy(x, k=3)
    assert row.nats == -math.inf
    assert row.status is Status.VACUOUS
    with pytest.warns(InfoflowWarning, match="no density"):
        rows = nearest_neighbour_information(x, np.repeat([0, 1], [10, 15]), beta=1.0)
    assert [row.status for row in rows] == [Status.VACUOUS] * 2
    assert math.isnan(rows[1].nats)


def test_a_value_outside_its_range_stays_and_says_so(generator):
    t = generator.normal(size=(100, 12))  # the estimate of h in 12 dimensions from 100 samples is nats off
    with pytest.warns(InfoflowWarning, match=r"outside \[0, 0.0000\]"):
        (row,) = nearest_neighbour_information(t, beta=1.0, m=1)
    assert row.nats == pytest.approx(brute(t, 3) - 6 * math.log(2 * math.pi * math.e), abs=1e-11)
    assert row.status is Status.OUTSIDE_BRACKET


def test_bad_input(generator):
    t = generator.normal(size=(10, 1))
    with pytest.raises(IllPosedError, match="k must be less than the number of samples 3, got 3"):
        nearest_neighbour_entropy(t[:3], k=3)
    with pytest.raises(ValueError, match="k must be at least 1, got 0"):
        nearest_neighbour_entropy(t, k=0)
    with pytest.raises(IllPosedError, match=r"class 1 \(in sorted order\) has too few samples"):
        nearest_neighbour_information(t, [0] * 8 + [1] * 2, beta=1.0)
    with pytest.raises(ValueError, match="m must be at most the number of samples 10, got 11"):
        nearest_neighbour_information(t, beta=1.0, m=11)
    with pytest.raises(IllPosedError, match="beta"):
        nearest_neighbour_information(t, beta=-1.0)
