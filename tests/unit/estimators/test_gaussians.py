"""Gaussians per input: their densities against scipy, and what few or coincident draws make of them."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from infoflow.estimators.gaussians import fitted_gaussians

M, N, BETA = 9, 60, 0.05


def draws(d, n=N, seed=0):
    rng = np.random.default_rng(seed)
    return 0.1 * rng.standard_normal((M, n, d)) + rng.standard_normal((M, 1, d))


def weights_and_labels():
    weights = np.random.default_rng(1).random(M) + 0.5
    return weights / weights.sum(), np.arange(M) % 2


def test_one_full_gaussian_is_the_shrunk_sample_covariance():
    centres = draws(3)
    weights, labels = weights_and_labels()
    points = centres[:, :5] + BETA * np.random.default_rng(2).standard_normal((M, 5, 3))
    found = fitted_gaussians(centres, BETA, weights, labels, 1).log_densities(points)
    deviations = centres - centres.mean(axis=1, keepdims=True)
    own = np.einsum("ikd,ike->ide", deviations, deviations)
    covariance = (own * N / (N - 1) + 3 * own.mean(axis=0) / N) / (N + 3) + BETA**2 * np.eye(3)
    flat = points.reshape(-1, 3)
    each = np.array(
        [multivariate_normal(c.mean(axis=0), s).pdf(flat) for c, s in zip(centres, covariance, strict=True)]
    )
    # closed form; exponents up to 1e3 are rounded to 1e-13 of them
    own_density = each.reshape(M, M, 5)[np.arange(M), np.arange(M)]
    np.testing.assert_allclose(found.own, np.log(own_density), atol=1e-9)
    np.testing.assert_allclose(found.pooled, np.log(weights @ each).reshape(M, 5), atol=1e-9)
    for y in (0, 1):
        of_class = (weights[labels == y] @ each[labels == y] / weights[labels == y].sum()).reshape(M, 5)
        np.testing.assert_allclose(found.own_class[labels == y], np.log(of_class)[labels == y], atol=1e-9)
    ratios = found.ratios()
    np.testing.assert_array_equal(ratios["I(X;T)"], found.own - found.pooled)
    np.testing.assert_array_equal(ratios["I(Y;T)"], found.own_class - found.pooled)


@pytest.mark.parametrize("parts", [1, 2])
@pytest.mark.parametrize("n", [2, 3, 60])
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_every_fit_is_a_density(parts, n, spread):
    """In one dimension, with any number of draws, coincident or not, both densities integrate to one."""
    centres = draws(1, n) * spread
    weights, labels = weights_and_labels()
    line = np.linspace(-8, 8, 4001)
    points = np.broadcast_to(line[None, :, None], (M, len(line), 1)).copy()
    found = fitted_gaussians(centres, BETA, weights, labels, parts).log_densities(points)
    # the trapezoidal rule with a step of beta/12 is exact to e^{-2 (12π)²} for Gaussians at least as wide as beta
    for values in (found.own, found.pooled, found.own_class):
        np.testing.assert_allclose(np.trapezoid(np.exp(values), line, axis=1), 1.0, atol=1e-10)


def test_two_gaussians_find_two_clusters():
    rng = np.random.default_rng(3)
    centres = np.where(rng.random((M, 400, 1)) < 0.3, -1.0, 1.0) * np.ones(2)
    weights, _ = weights_and_labels()
    points = np.full((M, 1, 2), -1.0)
    found = fitted_gaussians(centres, BETA, weights, None, 2).log_densities(points)
    share = (centres[:, :, 0] < 0).mean(axis=1)
    # no spread within a cluster, but the pooled within-part scatter is 0 too: N(0; 0, beta² I) times the share
    truth = np.log(share) + 2 * norm.logpdf(0, scale=BETA)
    np.testing.assert_allclose(found.own[:, 0], truth, atol=1e-9)
    assert found.own_class is None


def test_high_dimension_gets_diagonal_covariances():
    centres = draws(14, 200)
    weights, labels = weights_and_labels()
    gaussians = fitted_gaussians(centres, BETA, weights, labels, 1)
    assert not gaussians.full
    assert "diagonal" in gaussians.name
    found = gaussians.log_densities(centres[:, :1].copy())
    own = ((centres - centres.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    variance = (own * 200 / 199 + own.mean(axis=0) / 200) / 201 + BETA**2
    truth = norm.logpdf(centres[:, 0], centres.mean(axis=1), np.sqrt(variance)).sum(axis=1)
    np.testing.assert_allclose(found.own[:, 0], truth, atol=1e-9)
