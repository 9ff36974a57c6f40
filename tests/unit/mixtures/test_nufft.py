"""Boxes, repairs and classes of the Fourier engine against the oracle."""

import numpy as np

from infoflow.mixtures import costs, log_density, nufft
from infoflow.mixtures.reference import log_density_reference


def clusters(n, d, spread, seed=1):
    rng = np.random.default_rng(seed)
    corners = np.where(np.arange(4)[:, None] >> np.arange(d) & 1, 1.0, -1.0)
    return corners[rng.integers(0, 4, n)] + spread * rng.standard_normal((n, d))


def test_crowded_clusters_are_boxed_and_meet_the_tolerance(monkeypatch):
    monkeypatch.setattr(costs, "PAIR_S", 1e-6)  # as if pairs were slow: a small problem then behaves like a large one
    beta, tol = 0.005, 1e-9
    centres = clusters(30_000, 3, beta)
    queries = clusters(6_000, 3, 1.4 * beta, seed=2)
    log_w = np.full(len(centres), -np.log(len(centres)))
    sums = nufft.log_sums(queries, centres, log_w, beta, tol=tol)
    assert sums.n_transformed > 3_000
    some = slice(0, None, 200)
    expected = log_density_reference(queries[some], centres, log_w, beta)
    np.testing.assert_allclose(sums.everything[some], expected, rtol=0, atol=tol + 1e-11)


def test_sparse_queries_are_repaired():
    """Half the queries lie 8 beta outside, where the transform's absolute error exceeds their density."""
    rng = np.random.default_rng(3)
    centres = rng.uniform(-1, 1, (5_000, 2))
    queries = np.concatenate([centres[:100], centres[:100] + 3.0])
    values, report = log_density(queries, centres, beta=0.25, tol=1e-9, engine="nufft", report=True)
    assert report.n_repaired >= 50
    expected = log_density_reference(queries, centres, np.full(5_000, -np.log(5_000)), 0.25)
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-9 + 1e-11)


def test_classes_and_weights():
    rng = np.random.default_rng(4)
    centres, queries = rng.uniform(-1, 1, (3_000, 2)), rng.uniform(-1, 1, (300, 2))
    weights = rng.random(3_000) + 0.1
    log_w = np.log(weights / weights.sum())
    classes, mine = rng.integers(0, 3, 3_000), rng.integers(0, 3, 300)
    sums = nufft.log_sums(
        queries, centres, log_w, 0.1, tol=1e-8, query_classes=mine, centre_classes=classes, forced=True
    )
    assert sums.own is not None
    for label in range(3):
        expected = log_density_reference(
            queries[mine == label], centres[classes == label], log_w[classes == label], 0.1
        )
        np.testing.assert_allclose(sums.own[mine == label], expected, rtol=0, atol=1e-8 + 1e-11)
    expected = log_density_reference(queries, centres, log_w, 0.1)
    np.testing.assert_allclose(sums.everything, expected, rtol=0, atol=1e-8 + 1e-11)
