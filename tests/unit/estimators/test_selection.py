"""What the certificate rests on: no choice may look at the points that it will be judged on."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from infoflow.estimators import evaluation, input_information, strategy, upper_end
from infoflow.estimators.lower_end import held_out
from infoflow.estimators.question import Mixtures, input_question

M, N, R, BETA = 40, 12, 8, 0.3
POSITIONS = np.linspace(0, 4, M)[:, None, None]


def draws(n, seed):
    return POSITIONS + 0.2 * np.random.default_rng(seed).standard_normal((M, n, 1))


def evaluate(fresh):
    weights = np.full(M, 1 / M)
    mixtures = Mixtures(draws(N, 1), BETA, weights, None, 1e-9, "auto")
    question = input_question(weights)
    return evaluation.evaluate(mixtures, fresh, [question], queries_per_input=R, exact=False, richardson=False, seed=0)


def test_choices_do_not_depend_on_the_points_of_the_lower_end(monkeypatch):
    monkeypatch.setattr(strategy, "PAIR_BUDGET", 1e4)  # so that fewer centres are pooled and the reference bound serves
    fresh = draws(R, 2)
    other = fresh.copy()
    n_held = held_out(M, R)
    assert 0 < n_held < R
    other[:, n_held:] = draws(R, 3)[:, n_held:] + 0.5  # quite different where the lower end is evaluated
    first, second = evaluate(fresh), evaluate(other)
    assert first.upper["I(X;T)"].kind == second.upper["I(X;T)"].kind == "reference"
    end, changed = first.lower["I(X;T)"], second.lower["I(X;T)"]
    assert (end.decoder, end.epsilon) == (changed.decoder, changed.epsilon)
    assert not np.array_equal(end.summands, changed.summands)


def test_choices_do_not_depend_on_the_centres_of_the_upper_end(monkeypatch):
    """The first centres may steer every choice, the others none; nor may points of the lower end."""
    monkeypatch.setattr(strategy, "PAIR_BUDGET", 1e4)
    weights = np.full(M, 1 / M)
    held, centres = draws(2, 2), draws(40, 1)
    first = strategy.choose_strategy(Mixtures(centres, BETA, weights, None, 1e-9, "auto"), held, R, 0)
    n_own = first.own.centres.shape[1]
    assert 0 < n_own < 40
    np.testing.assert_array_equal(first.own.centres, centres[:, 40 - n_own :])
    other = centres.copy()
    other[:, 40 - n_own :] += 0.3
    second = strategy.choose_strategy(Mixtures(other, BETA, weights, None, 1e-9, "auto"), held, R, 0)
    assert first.reference is not None
    assert second.reference is not None
    points = draws(3, 4)
    np.testing.assert_array_equal(first.reference.log_density(points), second.reference.log_density(points))
    np.testing.assert_array_equal(first.reference.pilot, second.reference.pilot)
    assert (first.q, first.pooled.centres.shape) == (second.q, second.pooled.centres.shape)
    for quantity, values in first.pilot.items():
        np.testing.assert_array_equal(values, second.pilot[quantity])


def test_the_pooled_part_of_a_split_shares_no_centre_with_the_fits(monkeypatch):
    monkeypatch.setattr(strategy, "PAIR_BUDGET", 1e4)
    weights = np.full(M, 1 / M)
    for scale in (1.0, 100.0):  # overlapping inputs, and inputs far apart: the second is at its ceiling
        centres = scale * POSITIONS + 0.2 * np.random.default_rng(1).standard_normal((M, 40, 1))
        held = scale * POSITIONS + 0.2 * np.random.default_rng(2).standard_normal((M, 2, 1))
        plan = strategy.choose_strategy(Mixtures(centres, BETA, weights, None, 1e-9, "auto"), held, R, 0)
        assert (plan.reference is None) == (scale == 100.0)
        assert not np.isin(plan.pooled.centres, centres[:, : 40 - plan.own.centres.shape[1]]).any()


@pytest.mark.parametrize("m", [3, 40])
def test_reference_bound_is_on_average_above_the_truth(m):
    """E U >= I for any q, any n and any number of blocks: mean over 30 replicates, within 4 standard errors."""
    rng = np.random.default_rng(m)
    weights = rng.random(m) + 0.2
    weights /= weights.sum()
    positions = np.linspace(0, 3, m)[:, None, None]
    truth = mixture_information(positions[:, 0, 0], weights)
    reference = upper_end.Reference("poor", lambda t: norm.logpdf(t[:, :, 0], 1.0, 2.0))
    values = []
    for seed in range(30):
        centres = positions + 0.2 * np.random.default_rng([seed, m]).standard_normal((m, 150, 1))
        own = Mixtures(centres, BETA, weights, None, 1e-9, "auto")
        end = upper_end.reference_upper_end(own, reference, 6, seed)
        assert end.summands.shape == (m, upper_end.n_blocks(m, 150))
        assert end.summands.min() >= -upper_end.CLIP_BELOW
        assert end.summands.max() <= -np.log(end.eta)
        values.append(end.mean(weights))
    assert np.mean(values) >= truth - 4 * np.std(values, ddof=1) / np.sqrt(30)


def mixture_information(positions, weights):
    """I(X;T) where T | x is N(x, .2² + beta²), by quadrature."""
    sd = np.hypot(0.2, BETA)

    def integrand(t):
        p = norm.pdf(t, positions, sd)
        return float(np.sum(weights * p * np.log(np.maximum(p, 1e-300) / (weights @ p))))

    return quad(integrand, positions.min() - 3, positions.max() + 3, limit=200)[0]


def test_certified_intervals_of_a_split_cover(monkeypatch):
    """60 replicates with few draws at confidence 50 %: the certificate has slack, so all but a few must cover."""
    monkeypatch.setattr(strategy, "PAIR_BUDGET", 1e4)
    weights = np.full(M, 1 / M)
    truth = mixture_information(POSITIONS[:, 0, 0], weights)
    covered = 0
    for seed in range(60):
        interval = input_information(
            draws(40, [seed, 1]), draws(8, [seed, 2]), beta=BETA, confidence=0.5, queries_per_input=8, seed=seed
        )
        assert interval.upper_bound == "reference"
        covered += truth in interval
    # P(Binomial(60, .5) < 16) < 1e-3
    assert covered >= 16


def test_reference_bound_covers(monkeypatch):
    """T | x is N(x, .13): 40 inputs; the interval from the reference bound must hold the integral (fixed seed)."""
    monkeypatch.setattr(strategy, "PAIR_BUDGET", 1e4)
    truth = mixture_information(POSITIONS[:, 0, 0], np.full(M, 1 / M))
    for mode in ("certified", "asymptotic"):
        interval = input_information(draws(100, 5), draws(100, 6), beta=BETA, mode=mode, confidence=0.999)
        assert interval.upper_bound == "reference"
        assert truth in interval
