import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import logsumexp
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity

from infoflow import IllPosedError, InfoflowWarning, Status
from infoflow.comparators import kernel_density_entropy, kernel_density_information
from infoflow.comparators.bandwidth import _dense_score, cross_validated_bandwidth, held_out_score


@pytest.mark.parametrize("bandwidth", [0.002, 0.1, 1.0])
def test_leave_one_out_equals_a_direct_sum(generator, bandwidth):
    t = generator.normal(size=(150, 3))  # at .002 every sample is alone, at 1 none
    exponents = -0.5 * cdist(t, t, "sqeuclidean") / bandwidth**2
    np.fill_diagonal(exponents, -np.inf)
    constant = math.log(149) + 1.5 * math.log(2 * math.pi * bandwidth**2)
    expected = constant - np.mean(logsumexp(exponents, axis=1))
    # densities to 1e-12, of which the difference keeps 1e-8 (see leave_one_out); direct sums to rounding of |h|
    row = kernel_density_entropy(t, bandwidth=bandwidth)
    assert row.nats == pytest.approx(expected, abs=1e-8, rel=1e-13)


def test_resubstitution_equals_scikit_learn(generator):
    t = generator.normal(size=(200, 2))
    density = KernelDensity(bandwidth=0.3, leaf_size=200).fit(t)
    row = kernel_density_entropy(t, bandwidth=0.3, method="resubstitution")
    assert row.nats == pytest.approx(-density.score(t) / 200, abs=1e-10)
    assert row.nats < kernel_density_entropy(t, bandwidth=0.3).nats


@pytest.mark.parametrize("d", [1, 4])
def test_cross_validation_equals_scikit_learn(generator, d):
    t = generator.normal(size=(203, d))
    grid = np.geomspace(0.03, 3, 9)
    parts = np.array_split(np.arange(203), 5)
    splits = [(np.setdiff1d(np.arange(203), part), part) for part in parts]
    search = GridSearchCV(KernelDensity(leaf_size=203), {"bandwidth": grid}, cv=splits, refit=False).fit(t)
    sizes = np.array([len(part) for part in parts])
    results = [search.cv_results_[f"split{i}_test_score"] for i in range(5)]  # sums over the held-out samples
    expected = np.sum(results, axis=0) / sizes.sum()
    scores = [held_out_score(t, float(b), 5) for b in grid]
    assert scores == pytest.approx(expected, abs=1e-9, rel=1e-9)


def test_gaussian_bandwidth_and_entropy(generator):
    # For N(0,1) the likelihood's best bandwidth is near 1.06 n^(-1/5) = .27; within the coarse grid's factor of 3.
    t = generator.normal(size=(1000, 1))
    found = cross_validated_bandwidth(t, folds=5, generator=generator)
    assert 0.27 / 3 < found.value < 0.27 * 3
    assert found.edge == ""
    # the average of 1000 values of ln p, s.d. sqrt(1/2); the cross-entropy of a density with MISE-optimal bandwidth
    # exceeds h by KL of order n^(-4/5) = .004
    row = kernel_density_entropy(t)
    assert row.nats == pytest.approx(0.5 * math.log(2 * math.pi * math.e), abs=4 * math.sqrt(0.5 / 1000) + 0.02)
    assert row.status is Status.OK


def test_scaling(generator):
    t = generator.normal(size=(120, 2))
    h = kernel_density_entropy(t).nats
    assert kernel_density_entropy(8 * t).nats == pytest.approx(h + 2 * math.log(8), abs=1e-8)


def test_fewer_samples_validate_and_evaluate(generator):
    t = generator.normal(size=(400, 2))
    row = kernel_density_entropy(t, max_validated=100, max_evaluated=50)
    bandwidth = float(row.form.split("=")[1])
    assert row.n == 400
    assert 0 < bandwidth < 2
    assert row == kernel_density_entropy(t, max_validated=100, max_evaluated=50)


def test_coincident_samples(generator):
    with pytest.warns(InfoflowWarning, match="is the smallest tried"):
        row = kernel_density_entropy(np.repeat(generator.normal(size=(20, 1)), 10, axis=0))
    assert row.status is Status.VACUOUS
    with pytest.warns(InfoflowWarning, match="all 5 samples are one point"):
        assert kernel_density_entropy(np.ones((5, 2))).nats == -math.inf


def test_information_is_the_difference_of_entropies(generator):
    t = generator.normal(size=(200, 1)) + np.repeat([0.0, 3.0], 100)[:, None]
    labels = np.repeat([0, 1], 100)
    rows = kernel_density_information(t, labels, beta=1.0, m=2, bandwidth=0.4)
    h_t, *parts = (kernel_density_entropy(x, bandwidth=0.4).nats for x in (t, t[:100], t[100:]))
    assert rows[0].nats == pytest.approx(h_t - 0.5 * math.log(2 * math.pi * math.e), abs=1e-12)
    assert rows[1].nats == pytest.approx(h_t - np.mean(parts), abs=1e-12)


def test_bad_input(generator):
    t = generator.normal(size=(4, 1))
    with pytest.raises(ValueError, match="bandwidth must be positive and finite, got 0"):
        kernel_density_entropy(t, bandwidth=0)
    with pytest.raises(ValueError, match="method must be one of leave_one_out, resubstitution"):
        kernel_density_entropy(t, method="other")
    with pytest.raises(IllPosedError, match="samples must be at least 2 for a kernel density, got 1"):
        kernel_density_entropy(t[:1])
    with pytest.raises(IllPosedError, match="samples must be at least folds = 5 to cross-validate, got 4"):
        kernel_density_entropy(t)


@pytest.mark.parametrize("n", [11, 256])
def test_scores_from_kept_distances_are_those_of_the_densities(generator, n):
    samples = generator.normal(size=(n, 3))
    score = _dense_score(samples, 5)
    for width in (0.05, 0.4, 2.0):
        # both are sums of n terms in float64: eps times the largest exponent, (6/0.05)²/2 ~ 1e4
        assert score(width) == pytest.approx(held_out_score(samples, width, 5), rel=0, abs=1e-11)
