"""What the certificate rests on: no choice may look at the points that it will be judged on."""

import numpy as np

from infoflow.estimators import evaluation, upper_end
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
    monkeypatch.setattr(
        upper_end, "PAIR_BUDGET", 1e4
    )  # so that fewer centres are pooled and the reference bound serves
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


def test_reference_bound_covers(monkeypatch):
    """T | x is N(x, .13): 40 inputs; the interval from the reference bound must hold the integral (fixed seed)."""
    from scipy.integrate import quad

    from infoflow.estimators import input_information

    monkeypatch.setattr(upper_end, "PAIR_BUDGET", 1e4)
    sd = np.hypot(0.2, BETA)

    def integrand(t):
        p = np.exp(-0.5 * ((t - POSITIONS[:, 0, 0]) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))
        return float(np.sum(p * np.log(np.maximum(p, 1e-300) / p.mean())) / M)

    truth = quad(integrand, -3, 7, limit=200)[0]
    for mode in ("certified", "asymptotic"):
        interval = input_information(draws(100, 5), draws(100, 6), beta=BETA, mode=mode, confidence=0.999)
        assert interval.upper_bound == "reference"
        assert truth in interval
