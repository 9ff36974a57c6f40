"""Sums of exponentials of affine functions, compiled and not, against scipy."""

import numpy as np
import pytest
from scipy.special import logsumexp

from infoflow.mixtures import engines, quadratic


def problem(m=41, n_features=6, q=37, n_classes=3, scale=5.0):
    rng = np.random.default_rng(m)
    coefficients = scale * rng.standard_normal((m, n_features))
    classes = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, m - n_classes)])
    features = rng.standard_normal((q, n_features))
    features[:, 0] = 1.0
    return features, coefficients, classes, rng.integers(0, m, (q, 2)), rng.integers(0, n_classes, q)


def expected(features, coefficients, classes, own, own_class):
    exponents = features @ coefficients.T
    line = np.arange(len(features))
    by_class = [logsumexp(exponents[i, classes == own_class[i]]) for i in line]
    return logsumexp(exponents[line[:, None], own], axis=1), np.array(by_class), logsumexp(exponents, axis=1)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("threads", [1, 2])
def test_sums_are_those_of_scipy(monkeypatch, compiled, threads):
    monkeypatch.setattr(engines, "is_available", lambda _: compiled)
    monkeypatch.setattr(engines, "warn_slow", lambda _: None)
    features, coefficients, classes, own, own_class = problem()
    table = quadratic.quadratic_table(coefficients, classes)
    found = quadratic.quadratic_log_sums(features, table, own, own_class, threads)
    # exponents up to 50 of 6 terms: their rounding is 1e-14, that of the polynomial exponential 2e-16
    for values, truth in zip(found, expected(features, coefficients, classes, own, own_class), strict=True):
        np.testing.assert_allclose(values, truth, atol=1e-12, rtol=0)


def test_a_class_far_below_the_others_is_held_at_its_stated_limit():
    coefficients = np.array([[0.0], [-5000.0]])
    table = quadratic.quadratic_table(coefficients, np.array([0, 1]))
    _, by_class, everything = quadratic.quadratic_log_sums(np.ones((1, 1)), table, np.array([[1]]), np.array([1]))
    assert everything[0] == pytest.approx(0.0, abs=1e-15)
    assert -1000 * np.log(2) <= by_class[0] <= -600  # e^-600 is what the docstring promises


def test_own_components_are_exact_however_small():
    coefficients = np.array([[0.0], [-5000.0], [-5001.0]])
    table = quadratic.quadratic_table(coefficients, np.array([0, 1, 1]))
    own, _, _ = quadratic.quadratic_log_sums(np.ones((1, 1)), table, np.array([[1, 2]]), np.array([1]))
    assert own[0] == pytest.approx(-5000 + np.log1p(np.exp(-1)), abs=1e-11)  # 5000 eps = 1e-12
