import math

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from infoflow import InfoflowWarning, Status
from infoflow._random import stream
from infoflow.comparators import hashing_information
from infoflow.comparators.hashing import ensemble_weights


def test_separate_clusters_are_counted_exactly():
    # Four points 4 bins apart at least: whatever the offset, they fall into four buckets.
    labels = np.repeat([0, 0, 1, 2], [10, 20, 30, 40])
    t = np.repeat([0.0, 10.0, 20.0, 30.0], [10, 20, 30, 40])[:, None]
    p = np.array([30, 30, 40]) / 100
    for combine in ("median", "average", "optimal"):
        row = hashing_information(labels, t, scale=0.1, combine=combine, quantity="I(Y;T)")
        # optimal weights sum to one to rounding, times ten values
        assert row.nats == pytest.approx(-np.sum(p * np.log(p)), abs=1e-12)
    assert row.quantity == "I(Y;T)"


def test_single_width_equals_counting_with_scikit_learn(generator):
    t = generator.normal(size=(300, 2))
    labels = generator.integers(4, size=300)
    shift = stream(5, "hash shifts").random(2)
    width = 2 * 300 ** (-1 / 4)
    cells = np.floor(((t - t.mean(axis=0)) / t.std(axis=0) + width * shift) / width)
    names = [str(cell) for cell in cells]
    row = hashing_information(labels, t, scale=2.0, n_widths=1, seed=5)
    assert row.nats == pytest.approx(mutual_info_score(labels, names), abs=1e-12)  # sums of 300 terms


def test_independent_variables_have_the_bias_of_counting(generator):
    # 2 n Î is chi-square with (a-1)(b-1) degrees of freedom for independent variables with a and b buckets (Wilks).
    a, b, n, repeats = 3, 4, 500, 100
    values = []
    for seed in range(repeats):
        x = generator.integers(a, size=n)
        t = generator.integers(b, size=n)[:, None] * 1.0
        values.append(2 * n * hashing_information(x, t, scale=0.1, n_widths=1, seed=seed).nats)
    freedom = (a - 1) * (b - 1)
    assert np.mean(values) == pytest.approx(freedom, abs=4 * math.sqrt(2 * freedom / repeats))


def test_hashed_gaussians_lose_information_only(generator):
    # Data processing: buckets carry at most I(X;T); the bias of counting is (edges - buckets + 1)/2n, edges <= 30²/2
    rho, n = 0.9, 20_000
    x = generator.normal(size=(n, 1))
    t = rho * x + math.sqrt(1 - rho**2) * generator.normal(size=(n, 1))
    truth = -0.5 * math.log(1 - rho**2)
    values = {scale: hashing_information(x, t, scale=scale).nats for scale in (8.0, 2.0)}
    assert values[8.0] < values[2.0] < truth + 450 / (2 * n) + 4 * 1 / math.sqrt(n)


def test_weights_cancel_the_leading_bias():
    u = np.linspace(1, 2, 10)
    for n, d in ((100, 1), (10_000, 2), (10**6, 4)):
        w = ensemble_weights(u, n, d)
        assert w.sum() == pytest.approx(1, abs=1e-12)
        objective = w @ w + n * sum((n ** (-i / (2 * d)) * (w @ u**i)) ** 2 for i in range(1, d + 1))
        even = np.full(10, 0.1)
        objective_even = 0.1 + n * sum((n ** (-i / (2 * d)) * (even @ u**i)) ** 2 for i in range(1, d + 1))
        assert objective < objective_even
        step = 1e-4 * np.array([1, -1, 0, 0, 0, 0, 0, 0, 0, 0])  # keeps the sum
        moved = w + step
        assert objective <= moved @ moved + n * sum(
            (n ** (-i / (2 * d)) * (moved @ u**i)) ** 2 for i in range(1, d + 1)
        )


def test_many_dimensions_are_projected_and_saturate(generator):
    t = generator.normal(size=(200, 40))
    with pytest.warns(InfoflowWarning, match="follows from counting alone"):
        row = hashing_information(np.arange(200), t, scale=0.3)
    assert row.status is Status.NEAR_CEILING
    assert row.nats == pytest.approx(math.log(200), abs=0.1)  # the median occupation is 200 buckets but a few
    assert row.nats <= math.log(200) + 1e-12
    assert hashing_information(np.arange(200) % 2, t * 0).nats == 0  # constant coordinates have one bucket


def test_bad_input():
    t = np.arange(4.0)[:, None]
    with pytest.raises(ValueError, match="scale must be positive and finite, got 0"):
        hashing_information(t, t, scale=0)
    with pytest.raises(ValueError, match="x must have as many rows as t, 4, got 3"):
        hashing_information(t[:3], t)
    with pytest.raises(ValueError, match="combine must be one of median, average, optimal, got 'best'"):
        hashing_information(t, t, combine="best")
