"""Sums of densities that are quadratic in the point, compiled and not, against scipy."""

import numpy as np
import pytest
from scipy.special import logsumexp

from infoflow.mixtures import engines, quadratic, quadratic_kernel
from infoflow.mixtures.quadratic_table import quadratic_table

D, TOL = 2, 1e-10


def features(points):
    squares = np.einsum("qi,qj->qij", points, points).reshape(len(points), -1)
    return np.concatenate([np.ones((len(points), 1)), points, squares], axis=1)


def components(m, n_classes, spread, seed=0):
    """Random Gaussians (unnormalised): mean, A with ``ln q = top - |A (t - mean)|²``, top, class; and their table."""
    rng = np.random.default_rng([m, seed])
    means, a, top = spread * rng.standard_normal((m, D)), rng.standard_normal((m, D, D)), rng.standard_normal(m)
    precision = np.einsum("mij,mik->mjk", a, a)
    linear = np.einsum("mij,mj->mi", precision, means)
    constant = top - np.einsum("mi,mi->m", linear, means)
    coefficients = np.concatenate([constant[:, None], 2 * linear, -precision.reshape(m, -1)], axis=1)
    classes = np.concatenate([np.arange(n_classes), rng.integers(0, n_classes, m - n_classes)])
    table = quadratic_table(coefficients, classes, top, np.linalg.norm(a, ord=2, axis=(1, 2)))
    return means, a, top, classes, table


def expected(points, means, a, top, classes, own):
    exponents = top - np.sum(np.einsum("mij,qmj->qmi", a, points[:, None] - means) ** 2, axis=2)
    line = np.arange(len(points))
    by_class = [logsumexp(exponents[i, classes == classes[own[i, 0]]]) for i in line]
    return logsumexp(exponents[line[:, None], own], axis=1), np.array(by_class), logsumexp(exponents, axis=1)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("m", "q", "spread"), [(41, 37, 1.0), (401, 300, 30.0), (3, 1, 1.0)])
def test_sums_are_those_of_scipy(monkeypatch, compiled, m, q, spread):
    monkeypatch.setattr(engines, "is_available", lambda _: compiled)
    monkeypatch.setattr(engines, "warn_slow", lambda _: None)
    *parts, classes, table = components(m, 3, spread)
    rng = np.random.default_rng(q)
    own = rng.integers(0, m, (q, 1))
    points = parts[0][own[:, 0]] + 0.5 * rng.standard_normal((q, D))
    for threads in (1, 2):
        found = quadratic.quadratic_log_sums(points, features, table, own, classes[own[:, 0]], tol=TOL, threads=threads)
        # exponents are differences of terms up to (30 · 3)² · 10: their rounding is 1e-11; what is left out is TOL
        for values, truth in zip(found, expected(points, *parts, classes, own), strict=True):
            np.testing.assert_allclose(values, truth, atol=2e-10, rtol=0)


def test_components_that_cannot_matter_are_left_out(monkeypatch):
    means, a, top, classes, table = components(400, 2, 300.0)
    fractions = []
    original = quadratic_kernel.log_sums

    def recording(*arguments):
        result = original(*arguments)
        fractions.append(result[2])
        return result

    monkeypatch.setattr(quadratic_kernel, "log_sums", recording)
    own = np.arange(400)[:, None]
    found = quadratic.quadratic_log_sums(means, features, table, own, classes, tol=TOL)
    assert fractions[0] < 0.5
    np.testing.assert_allclose(found[2], expected(means, means, a, top, classes, own)[2], atol=1e-8)  # 1e6 · 10 eps


def test_a_class_far_below_the_others_keeps_its_sum():
    table = quadratic_table(np.array([[0.0, 0, 0], [-5000.0, 0, 0], [-5001.0, 0, 0]]), np.array([0, 1, 1]),
                            np.array([0.0, -5000, -5001]), np.zeros(3))  # fmt: skip
    own, by_class, everything = quadratic.quadratic_log_sums(
        np.zeros((1, 1)), lambda t: np.concatenate([t**0, t, t**2], axis=1), table, np.array([[1, 2]]), np.array([1]),
        tol=TOL,
    )  # fmt: skip
    # 5000 eps = 1e-12
    assert own[0] == pytest.approx(-5000 + np.log1p(np.exp(-1)), abs=1e-11)
    assert by_class[0] == pytest.approx(own[0], abs=1e-11)
    assert everything[0] == pytest.approx(0.0, abs=1e-15)
