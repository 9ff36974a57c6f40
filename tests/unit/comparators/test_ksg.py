import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_regression

from infoflow import IllPosedError, InfoflowWarning, Status
from infoflow.comparators import ksg_information


def gaussian(generator, n, rho):
    x = generator.normal(size=(n, 1))
    return x, rho * x + math.sqrt(1 - rho**2) * generator.normal(size=(n, 1))


def brute(x, t, k, variant):
    n = len(x)
    near_x, near_t = (cdist(part, part, "chebyshev") for part in (x, t))
    joint = np.maximum(near_x, near_t)
    np.fill_diagonal(joint, np.inf)
    total = 0.0
    for i in range(n):
        first = np.argsort(joint[i])[:k]
        others = np.arange(n) != i
        if variant == 1:
            radius = joint[i, first[-1]]
            counts = [1 + np.sum(near[i, others] < radius) for near in (near_x, near_t)]
        else:
            counts = [np.sum(near[i, others] <= near[i, first].max()) for near in (near_x, near_t)]
        total += digamma(counts[0]) + digamma(counts[1])
    return digamma(k) + digamma(n) - total / n - (1 / k if variant == 2 else 0)


@pytest.mark.filterwarnings("ignore:.*the most this estimator can say")  # of k = n - 1: ψ(150) - ψ(149)
@pytest.mark.parametrize("variant", [1, 2])
@pytest.mark.parametrize(("d_x", "d", "k"), [(1, 1, 1), (2, 3, 4), (1, 1, 149)])
def test_formula(generator, variant, d_x, d, k):
    x, t = generator.normal(size=(150, d_x)), generator.normal(size=(150, d))
    # 300 digamma values of order 5: rounding below 300 * 5 * eps
    assert ksg_information(x, t, k=k, variant=variant).nats == pytest.approx(brute(x, t, k, variant), abs=1e-12)


def test_equals_scikit_learn(generator):
    x, t = gaussian(generator, 800, 0.8)
    x, t = x / x.std(), t / t.std()  # scikit-learn divides by the standard deviation
    expected = mutual_info_regression(x, t[:, 0], n_neighbors=3, discrete_features=False, random_state=0)[0]
    # the same counts, though scikit-learn adds noise of 1e-10: one changed count moves the mean by < 1/800
    assert ksg_information(x, t, k=3).nats == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("variant", [1, 2])
@pytest.mark.parametrize("rho", [0.0, 0.6, 0.9])
def test_gaussian_information_within_its_standard_error(generator, variant, rho):
    values = [ksg_information(*gaussian(generator, 500, rho), k=4, variant=variant).nats for _ in range(30)]
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    # s.e. about .007; the systematic error for Gaussians at n = 500 is below .01 (Kraskov et al., figures 4 and 6)
    assert np.mean(values) == pytest.approx(-0.5 * math.log(1 - rho**2), abs=4 * error + 0.01)


@pytest.mark.parametrize("variant", [1, 2])
def test_ceiling_is_reached_and_reported(generator, variant):
    x = generator.normal(size=(400, 1))
    with pytest.warns(InfoflowWarning, match="the most this estimator can say"):
        row = ksg_information(x, x, k=3, variant=variant)  # I(X;X) is infinite
    ceiling = digamma(400) - digamma(3) - (1 / 3 if variant == 2 else 0)
    assert row.status is Status.NEAR_CEILING
    assert row.nats <= ceiling + 1e-12


def test_ties_are_reported(generator):
    bits = generator.integers(2, size=(300, 6)).astype(float)
    with pytest.warns(InfoflowWarning, match="samples coincide with 3 others"):
        assert ksg_information(bits, bits[:, :1]).status is Status.VACUOUS
    inputs, noisy = np.repeat([[0.0], [1.0]], 100, axis=0), generator.normal(size=(200, 1))
    with pytest.warns(InfoflowWarning, match="x has 2 distinct values for 200 samples: discrete"):
        assert ksg_information(inputs, noisy, variant=2).status is Status.VACUOUS
    distinct = np.array([[i, j] for i in range(15) for j in range(15)], dtype=float)
    with pytest.warns(InfoflowWarning, match="several neighbours at one distance"):
        assert ksg_information(distinct, generator.normal(size=(225, 1)) * 0.01).status is Status.VACUOUS


def test_bad_input():
    x = np.arange(5.0)[:, None]
    with pytest.raises(ValueError, match="t must have as many rows as x, 5, got 4"):
        ksg_information(x, x[:4])
    with pytest.raises(IllPosedError, match="k must be less than the number of samples 5, got 5"):
        ksg_information(x, x, k=5)
    with pytest.raises(ValueError, match="variant must be 1 or 2, got 3"):
        ksg_information(x, x, variant=3)
