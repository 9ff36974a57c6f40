"""Every problem of the catalogue against plain Monte Carlo that shares no code with its quadrature."""

import math
import pickle

import numpy as np
import pytest
from scipy.special import logsumexp

from infoflow.truths import Product, Rotated, Truth, catalogue, large_catalogue

CATALOGUE = catalogue()
LARGE = large_catalogue()
PRODUCTS = [truth.base if isinstance(truth, Rotated) else truth for truth in LARGE]
FACTORS = [product.factors[0] for product in PRODUCTS if isinstance(product, Product)]
EXACT = [truth for truth in CATALOGUE if truth.exact]
RANDOM = [*(truth for truth in CATALOGUE if not truth.exact), *FACTORS]
K = 5.0  # standard errors: a normal deviate beyond has probability 6e-7


def _name(truth):
    return truth.name


def _log_kernel(t, centres, beta):
    """log N(t; c, beta² I) for all pairs, shape (q, n)."""
    d = t.shape[1]
    sq_dist = np.zeros((len(t), len(centres)))
    for k in range(d):
        sq_dist += np.square(t[:, None, k] - centres[None, :, k])
    return -0.5 * sq_dist / beta**2 - 0.5 * d * math.log(2 * math.pi * beta**2)


def _class_log_density(log_p, weights, labels, own):
    """log p_{y(own)}(t) from the conditionals log_p of shape (q, m)."""
    same = labels[own][:, None] == labels[None, :]
    log_w = np.where(same, np.log(weights), -np.inf)
    prior = np.exp(logsumexp(log_w, axis=1))
    return logsumexp(log_p + log_w, axis=1) - np.log(prior)


@pytest.mark.parametrize("truth", EXACT, ids=_name)
def test_exact_channels_agree_with_monte_carlo(truth):
    rng = np.random.default_rng(11)
    q = 4000
    points = truth.draw(1, 0)[:, 0, :]
    own = rng.choice(truth.m, size=q, p=truth.weights)
    t = points[own] + truth.beta * rng.standard_normal((q, truth.d))
    log_p = _log_kernel(t, points, truth.beta)
    log_mixture = logsumexp(log_p + np.log(truth.weights), axis=1)
    gain = log_p[np.arange(q), own] - log_mixture
    # K standard errors of an unbiased average.
    assert abs(gain.mean() - truth.information) <= K * gain.std() / math.sqrt(q) + truth.tolerance
    surprise = -log_mixture
    assert abs(surprise.mean() - truth.entropy) <= K * surprise.std() / math.sqrt(q) + truth.tolerance
    if truth.labels is not None:
        gain = _class_log_density(log_p, truth.weights, truth.labels, own) - log_mixture
        assert abs(gain.mean() - truth.label_information) <= K * gain.std() / math.sqrt(q) + truth.tolerance


@pytest.mark.parametrize("truth", RANDOM, ids=_name)
def test_random_channels_lie_between_a_lower_and_an_upper_monte_carlo_bound(truth):
    """Sampled conditionals: the pooled plug-in bounds I above and the decoder at fresh draws bounds it below.

    ``E U >= I`` (joint convexity) and ``E L <= I`` (Barber-Agakov) for any number of centres, here written out with
    all pairs; the same holds with classes in the place of inputs. Standard errors over independent replicates.
    """
    rng = np.random.default_rng(12)
    n, q = max(4, 320 // truth.m), max(2, 160 // truth.m)
    upper, lower = [], []
    for replicate in range(24):
        centres = truth.draw(n, 2 * replicate)
        flat = centres.reshape(-1, truth.d)
        picked = centres[:, rng.permutation(n)[:q]]
        upper.append(_mean_gains(truth, picked, flat, n, rng, defence=0.0))
        lower.append(_mean_gains(truth, truth.draw(q, 2 * replicate + 1), flat, n, rng, defence=0.02))
    values = [value for value in (truth.information, truth.label_information) if value is not None]
    margin = K / math.sqrt(24)  # 5 standard errors with 23 degrees of freedom: probability 5e-5
    assert np.all(values <= np.mean(upper, axis=0) + margin * np.std(upper, axis=0, ddof=1))
    assert np.all(values >= np.mean(lower, axis=0) - margin * np.std(lower, axis=0, ddof=1))


def _mean_gains(truth, samples, flat, n, rng, *, defence):
    """Mean of log(q_own/q̄), for inputs and, where there are labels, classes; q_i = (1-defence) p̂_i + defence p̂̄."""
    m, q, d = samples.shape
    t = (samples + truth.beta * rng.standard_normal(samples.shape)).reshape(-1, d)
    own = np.repeat(np.arange(m), q)
    log_k = _log_kernel(t, flat, truth.beta).reshape(len(t), m, n)
    log_p = logsumexp(log_k, axis=2) - math.log(n)
    log_mixture = logsumexp(log_p + np.log(truth.weights), axis=1)
    log_own = [log_p[np.arange(len(t)), own]]
    if truth.labels is not None:
        log_own.append(_class_log_density(log_p, truth.weights, truth.labels, own))
    gains = [np.log((1 - defence) * np.exp(values - log_mixture) + defence) for values in log_own]
    # Samples are stratified over equally likely inputs.
    return [float(gain.mean()) for gain in gains]


@pytest.mark.parametrize("truth", [*CATALOGUE, *LARGE], ids=_name)
def test_shapes_ranges_and_reproducibility(truth):
    assert isinstance(truth, Truth)
    draws = truth.draw(3, 5)
    assert draws.shape == (truth.m, 3, truth.d)
    assert np.array_equal(draws, truth.draw(3, 5))
    assert np.array_equal(draws, truth.draw(3, 6)) == truth.exact
    assert truth.weights.shape == (truth.m,)
    assert truth.weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert 0 < truth.tolerance <= 1e-9
    h_x = -float(truth.weights @ np.log(truth.weights))
    assert -1e-9 <= truth.information <= h_x + 1e-9
    assert truth.entropy - truth.conditional_entropy == pytest.approx(truth.information, abs=1e-9)
    assert truth.conditional_entropy >= 0.5 * truth.d * math.log(2 * math.pi * math.e * truth.beta**2) - 1e-9
    assert (truth.label_information is None) == (truth.labels is None)
    if truth.label_information is not None:
        assert truth.labels.shape == (truth.m,)
        assert -1e-9 <= truth.label_information <= truth.information + 1e-9


def test_catalogue_is_large_varied_and_named():
    assert len(CATALOGUE) >= 20
    assert len({truth.name for truth in CATALOGUE}) == len(CATALOGUE)
    assert {1, 2, 3, 5, 10} <= {truth.d for truth in CATALOGUE}
    assert sum(truth.labels is not None for truth in CATALOGUE) >= 10
    assert max(truth.m for truth in CATALOGUE) <= 128


def test_large_problems_are_powers_of_checked_ones():
    assert len(FACTORS) == len(LARGE)
    assert len({truth.name for truth in LARGE}) == len(LARGE)
    for truth, product, factor in zip(LARGE, PRODUCTS, FACTORS, strict=True):
        assert truth.m >= 512
        assert not truth.exact
        assert truth.information == pytest.approx(len(product.factors) * factor.information, rel=1e-12)
        assert truth.label_information == factor.label_information


def test_problems_travel_between_processes():
    for truth in catalogue():
        copy = pickle.loads(pickle.dumps(truth))  # noqa: S301
        assert np.array_equal(copy.draw(2, 1), truth.draw(2, 1))


def test_answers_are_computed_once_and_lazily():
    truth = catalogue()[0]
    assert "answers" not in vars(truth)
    assert truth.answers is truth.answers
