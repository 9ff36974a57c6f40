"""The theory's rates, measured: seeds are fixed, thresholds are derived in the comments."""

import math

import numpy as np
import pytest

import infoflow
from infoflow.estimators.entropy import noise_entropy

pytestmark = pytest.mark.filterwarnings("ignore::infoflow.InfoflowWarning")


def gaussian_entropy(d, variance):
    return 0.5 * d * math.log(2 * math.pi * math.e * variance)


@pytest.mark.parametrize("d", [1, 3, 5])
def test_plug_in_error_falls_as_one_over_sqrt_n(d):
    """S ~ N(0, I), beta = 2: the root-mean-square error of ĥ against n has slope -1/2.

    Variance: at least Var(|S|²/(2·5))/n = .02 d/n, to which the Monte-Carlo part adds another multiple of 1/n. Bias:
        to first order (1.25^d - 1)/(2n), so bias²/variance is at most 10.6/n (d = 5): .22 at n = 48 and .01 at n =
        768, which steepens the slope by at most .5 ln(1.22/1.01)/ln 16 = .034. Noise: 200 replicates give the
        logarithm of a root mean square a standard error of 1/sqrt(400) = .05, the slope over a factor 16 one of
        .05·sqrt(2)/ln 16 = .026. The threshold .1 is 2.5 of those beyond the bias.
    """
    sizes, replicates = (48, 192, 768), 200
    truth = gaussian_entropy(d, 5.0)
    errors = []
    for n in sizes:
        values = [
            infoflow.smoothed_entropy(
                np.random.default_rng([d, n, k]).standard_normal((n, d)), beta=2.0, n_mc=4, seed=k, sampling="plain"
            ).nats
            for k in range(replicates)
        ]
        errors.append(math.sqrt(np.mean(np.square(np.array(values) - truth))))
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert abs(slope + 0.5) < 0.1


@pytest.mark.parametrize(("d", "n"), [(1, 20), (3, 20), (10, 50)])
def test_plug_in_is_biased_down(d, n):
    """``E ĥ <= h``: the mean over 200 replicates lies below h, by more than three of its standard errors here."""
    truth = gaussian_entropy(d, 1.25)
    values = [
        infoflow.smoothed_entropy(np.random.default_rng([d, k]).standard_normal((n, d)), beta=0.5, n_mc=20, seed=k).nats
        for k in range(200)
    ]
    assert np.mean(values) + 3 * np.std(values) / math.sqrt(200) < truth


@pytest.mark.parametrize(("d", "beta"), [(1, 0.1), (5, 0.5), (10, 0.1)])
def test_monte_carlo_error_stays_below_poincare(d, beta):
    """For fixed centres ``MSE <= d/(n n_mc)``; 200 replicates estimate it within 10 %."""
    n, n_mc = 40, 5
    centres = np.tanh(np.random.default_rng(d).standard_normal((n, d)))
    values = [infoflow.smoothed_entropy(centres, beta=beta, n_mc=n_mc, seed=k) for k in range(200)]
    variance = float(np.var([v.nats for v in values], ddof=1))
    # the chi-square with 199 degrees of freedom exceeds 1.5 times its mean with probability 1e-6
    assert variance <= 1.5 * d / (n * n_mc)
    # and the reported standard error is honest: its square averages to the variance (20 % is four standard errors)
    assert np.mean([v.stderr**2 for v in values]) == pytest.approx(variance, rel=0.4)


def test_bias_gap_falls_as_one_over_n():
    """``E U - E L`` is a/n + O(1/n²): over n = 64..512 the slope is -1.

    U and L are integrated on a grid, so only the centres are random: 100 replicates. The first-order term ``∫(p̂ - p)
    ln(p_i/p̄)``, whose mean is zero, is subtracted. What is left is an average over m = 6 inputs of second-order
    terms with a relative standard deviation of about sqrt(2/6) per replicate, so .06 for the mean; the slope's error
    over a factor 8 is .06·sqrt(2)/ln 8 = .04, and .15 leaves room for the term in 1/n² (a few per cent).
    """
    m, beta, spread = 6, 0.3, 0.4
    positions = 0.8 * np.arange(m)
    grid = np.linspace(-4.0, 8.0, 800)
    step = grid[1] - grid[0]

    def normal(t, sd):
        return np.exp(-0.5 * (t / sd) ** 2) / (sd * math.sqrt(2 * math.pi))

    p = normal(grid[None] - positions[:, None], math.hypot(beta, spread))
    true_ratio = np.log(np.maximum(p, 1e-300)) - np.log(np.maximum(p.mean(axis=0), 1e-300))
    sizes = (64, 128, 256, 512)
    gaps = []
    for n in sizes:
        total = 0.0
        for k in range(100):
            draws = positions[:, None] + spread * np.random.default_rng([n, k]).standard_normal((m, n))
            p_hat = normal(grid[None, :, None] - draws[:, None, :], beta).mean(axis=2)
            ratio = np.log(np.maximum(p_hat, 1e-300)) - np.log(np.maximum(p_hat.mean(axis=0), 1e-300))
            total += float(np.sum((p_hat - p) * (ratio - true_ratio))) * step / m
        gaps.append(total / 100)
    slope = np.polyfit(np.log(sizes), np.log(gaps), 1)[0]
    assert abs(slope + 1.0) < 0.15


def test_noise_entropy_is_that_of_a_gaussian():
    assert noise_entropy(3, 0.7) == pytest.approx(gaussian_entropy(3, 0.49), abs=1e-12)
