import math

import numpy as np
import pytest

from infoflow import InfoflowWarning, Status
from infoflow.comparators import renyi_entropy, renyi_information

ALPHAS = [0.5, 1.0, 1.01, 2.0, 3.0]
# eigenvalues of a 60 x 60 matrix to about 60 eps; divided by |1 - alpha| = .01 in the worst case
ROUNDING = 1e-11


@pytest.mark.parametrize("alpha", ALPHAS)
def test_samples_far_apart_have_ln_n(alpha):
    with pytest.warns(InfoflowWarning, match="tells all samples apart"):
        row = renyi_entropy(np.arange(60.0)[:, None], alpha=alpha, bandwidth=0.01)
    assert row.nats == pytest.approx(math.log(60), abs=ROUNDING)
    assert row.status is Status.NEAR_CEILING


@pytest.mark.parametrize("alpha", ALPHAS)
def test_equal_clusters_have_the_log_of_their_number(alpha):
    x = np.repeat(np.arange(4.0), 15)[:, None]
    assert renyi_entropy(x, alpha=alpha, bandwidth=0.01).nats == pytest.approx(math.log(4), abs=ROUNDING)
    assert renyi_entropy(x * 0, alpha=alpha).nats == pytest.approx(0, abs=ROUNDING)
    row = renyi_information(np.repeat(np.arange(4), 15), x, alpha=alpha, bandwidth=0.01)
    assert row.nats == pytest.approx(math.log(4), abs=ROUNDING)
    assert row.quantity == f"I_{alpha:g}(Y;T)"


@pytest.mark.parametrize("alpha", ALPHAS)
def test_two_samples_in_closed_form(alpha):
    # eigenvalues (1 ± κ)/2 with κ = exp(-1/(2 σ²))
    kappa = math.exp(-0.5 / 2.25)
    p = np.array([1 + kappa, 1 - kappa]) / 2
    expected = -np.sum(p * np.log(p)) if alpha == 1 else math.log(np.sum(p**alpha)) / (1 - alpha)
    row = renyi_entropy([[0.0], [1.0]], alpha=alpha, bandwidth=1.5)
    assert row.nats == pytest.approx(expected, abs=ROUNDING)


@pytest.mark.parametrize("alpha", ALPHAS)
def test_independent_grids_have_no_information(generator, alpha):
    # On a full grid the kernel matrices are K ⊗ 11ᵀ and 11ᵀ ⊗ L, their product K ⊗ L: entropies add up.
    first, second = generator.normal(size=(6, 2)), generator.normal(size=(9, 3))
    x, t = np.repeat(first, 9, axis=0), np.tile(second, (6, 1))
    assert renyi_information(x, t, alpha=alpha, bandwidth=1.0, bandwidth_x=1.0).nats == pytest.approx(0, abs=ROUNDING)


def test_order_one_is_the_limit(generator):
    x = generator.normal(size=(50, 2))
    at = {alpha: renyi_entropy(x, alpha=alpha).nats for alpha in (1 - 1e-4, 1.0, 1 + 1e-4)}
    # S falls smoothly with alpha: the middle lies between, and the two differ by 2e-4 |dS/dα| < 2e-4 ln²(50)
    assert at[1 + 1e-4] < at[1.0] < at[1 - 1e-4]
    assert at[1 - 1e-4] - at[1 + 1e-4] < 2e-4 * math.log(50) ** 2


def test_default_bandwidth_follows_the_scale(generator):
    x = generator.normal(size=(80, 3))
    assert renyi_entropy(1000 * x).nats == pytest.approx(renyi_entropy(x).nats, abs=ROUNDING)
    sigma = 5 * math.sqrt(np.mean(np.var(x, axis=0))) * 80 ** (-1 / 7)
    assert renyi_entropy(x).form == f"alpha=1.01 bandwidth={sigma:.4g}"


def test_a_subset_is_named(generator):
    row = renyi_entropy(generator.normal(size=(80, 3)), max_points=30)
    assert row.n == 30
    assert row.nats < math.log(30)


def test_bad_input():
    x = np.arange(4.0)[:, None]
    with pytest.raises(ValueError, match="alpha must be positive and finite, got 0"):
        renyi_entropy(x, alpha=0)
    with pytest.raises(ValueError, match="bandwidth must be positive and finite, got -1"):
        renyi_entropy(x, bandwidth=-1)
    with pytest.raises(ValueError, match="bandwidth_x must be positive and finite, got 0"):
        renyi_information(x, x, bandwidth_x=0)
    with pytest.raises(ValueError, match="bandwidth_x must be None for labels, got 1"):
        renyi_information([0, 1, 0, 1], x, bandwidth_x=1)
    with pytest.raises(ValueError, match="x must have as many rows as t, 4, got 3"):
        renyi_information(x[:3], x)
