"""The grouped form against its definition, computed by the oracle."""

import numpy as np
import pytest

from infoflow.mixtures import grouped_log_density
from infoflow.mixtures.reference import log_density_reference


def problem(m, n, q, d, n_classes, beta, seed=3):
    rng = np.random.default_rng(seed)
    centres = np.tanh(2 * rng.standard_normal((m, 1, d)) + 0.02 * rng.standard_normal((m, n, d)))
    queries = centres[:, rng.integers(0, n, q)] + beta * rng.standard_normal((m, q, d))
    weights = rng.random(m) + 0.1
    labels = rng.permutation(np.arange(m) % n_classes).astype(np.int64)
    return queries, centres, weights / weights.sum(), labels


def by_definition(queries, centres, weights, labels, beta, i, j):
    n = centres.shape[1]
    y = queries[i, j : j + 1]
    log_w = np.repeat(np.log(weights / n), n)
    own = log_density_reference(y, centres[i], np.full(n, -np.log(n)), beta)[0]
    pooled = log_density_reference(y, centres.reshape(-1, centres.shape[2]), log_w, beta)[0]
    members = labels == labels[i]
    class_w = np.repeat(np.log(weights[members] / weights[members].sum() / n), n)
    own_class = log_density_reference(y, centres[members].reshape(-1, centres.shape[2]), class_w, beta)[0]
    return own, pooled, own_class


@pytest.mark.parametrize("engine", ["reference", "direct", "pruned", "auto"])
@pytest.mark.parametrize(
    ("m", "n", "q", "d", "n_classes", "beta"),
    [(41, 7, 3, 3, 2, 0.05), (13, 33, 5, 10, 3, 0.005), (9, 1, 2, 1, 1, 0.5), (5, 20, 4, 2, 5, 0.01)],
)
def test_every_part(engine, m, n, q, d, n_classes, beta):
    queries, centres, weights, labels = problem(m, n, q, d, n_classes, beta)
    result = grouped_log_density(queries, centres, beta=beta, weights=weights, labels=labels, engine=engine)
    for i, j in [(0, 0), (m // 2, q - 1), (m - 1, 0)]:
        expected = by_definition(queries, centres, weights, labels, beta, i, j)
        found = (result.own[i, j], result.pooled[i, j], result.own_class[i, j])
        # tol 1e-12 and rounding eps·(|c|/beta)·sqrt(exponents) ~ 2e-16·200·20
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-12)


@pytest.mark.parametrize("engine", ["direct", "pruned"])
def test_without_labels(engine):
    queries, centres, weights, _ = problem(11, 5, 4, 3, 2, 0.05)
    result = grouped_log_density(queries, centres, beta=0.05, weights=weights, engine=engine)
    assert result.own_class is None
    assert result.pooled.shape == (11, 4)
    assert result.engine == engine
    assert result.report is not None


def test_pooled_is_the_mean_of_the_classes_and_above_the_own_part():
    queries, centres, weights, labels = problem(60, 20, 3, 4, 2, 0.05)
    result = grouped_log_density(queries, centres, beta=0.05, weights=weights, labels=labels, engine="pruned")
    share = np.bincount(labels, weights)[labels][:, None]
    slack = 2e-12  # tol of each side
    assert np.all(result.pooled >= np.log(share) + result.own_class - slack)
    assert np.all(result.own_class >= np.log(weights[:, None] / share) + result.own - slack)


def test_a_query_nearest_to_another_class():
    """Queries 2000 beta away from their own input: shifts of 2e6 nats between the parts."""
    queries, centres, weights, labels = problem(12, 40, 4, 3, 2, 0.001)
    queries[0] += 2.0
    results = [
        grouped_log_density(queries, centres, beta=0.001, weights=weights, labels=labels, engine=engine)
        for engine in ("direct", "pruned")
    ]
    for name in ("own", "pooled", "own_class"):
        a, b = (getattr(result, name) for result in results)
        # exponents up to 6e6 with relative rounding of a few eps
        np.testing.assert_allclose(a, b, rtol=1e-14, atol=1e-11)


def test_threads_and_large_batches_agree():
    queries, centres, weights, labels = problem(300, 50, 8, 5, 2, 0.02)
    one, two = (
        grouped_log_density(queries, centres, beta=0.02, weights=weights, labels=labels, engine="pruned", threads=k)
        for k in (1, 2)
    )
    np.testing.assert_array_equal(one.own, two.own)
    np.testing.assert_allclose(one.pooled, two.pooled, rtol=0, atol=1e-12)
    np.testing.assert_allclose(one.own_class, two.own_class, rtol=0, atol=1e-12)


def test_direct_own_mixtures_larger_than_a_batch():
    """One mixture of more pairs than a block holds takes the blocked path."""
    queries, centres, weights, _ = problem(2, 900, 400, 2, 1, 0.05)
    direct, pruned = (
        grouped_log_density(queries, centres, beta=0.05, weights=weights, engine=engine)
        for engine in ("direct", "pruned")
    )
    np.testing.assert_allclose(direct.own, pruned.own, rtol=0, atol=1e-11)  # expansion error 1e-11 allowed there
