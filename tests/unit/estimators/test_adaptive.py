import math

import numpy as np
import pytest

import infoflow
from infoflow.estimators.adaptive import Budget, measure

POSITIONS = np.arange(4.0)


def sampler(n, seed):
    return POSITIONS[:, None, None] + 0.3 * np.random.default_rng(seed).standard_normal((4, n, 1))


def test_reaches_the_width_and_says_so():
    result = measure(sampler, 0.4, width=0.35, budget=Budget(seconds=None))
    assert result.reason == "width reached"
    assert result.interval.width <= 0.35
    # T | x is N(x, .5²); the interval is certified, so a failure has probability .05 at most: this seed is a fixed one
    from scipy.integrate import quad

    def integrand(t):
        p = np.exp(-0.5 * ((t - POSITIONS) / 0.5) ** 2) / (0.5 * math.sqrt(2 * math.pi))
        return float(np.sum(p * np.log(np.maximum(p, 1e-300) / p.mean())) / 4)

    assert quad(integrand, -4, 7)[0] in result.interval


def test_doubles_and_keeps_what_was_drawn():
    calls = []

    def counting(n, seed):
        calls.append((n, seed))
        return sampler(n, seed)

    result = measure(counting, 0.4, width=0.2, budget=Budget(seconds=None, samples=4 * 8192))
    n, r = result.rounds[-1].n, result.rounds[-1].r
    assert sum(n_drawn for n_drawn, _ in calls) == n + r
    assert len({seed for _, seed in calls}) == len(calls)
    growth = [(b.n / a.n, b.r / a.r) for a, b in zip(result.rounds, result.rounds[1:], strict=False)]
    assert all(set(pair) <= {1.0, 2.0} and max(pair) == 2.0 for pair in growth)


@pytest.mark.parametrize(
    ("budget", "reason"),
    [(Budget(seconds=None, samples=1), "samples"), (Budget(seconds=None, memory=1), "memory"), (1e-9, "seconds")],
)
def test_says_which_budget_ended_it(budget, reason):
    result = measure(sampler, 0.4, width=1e-6, budget=budget)
    assert result.reason == reason
    assert len(result.rounds) == 1
    assert result.interval.width > 1e-6


def test_labels_ask_for_label_information():
    result = measure(sampler, 0.4, width=0.5, labels=[0, 0, 1, 1])
    assert result.interval.quantity == "I(Y;T)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sampler": 3}, TypeError, "sampler must be a function"),
        ({"width": 0.0}, ValueError, "width must be > 0, got 0"),
        ({"beta": 0.0}, infoflow.IllPosedError, "beta must be"),
        ({"budget": -1.0}, ValueError, "budget must be > 0 seconds, got -1"),
        ({"sampler": lambda n, seed: np.zeros((2, n))}, ValueError, r"sampler\(n, seed\) must have shape \(m, n, d\)"),
        ({"sampler": lambda n, seed: sampler(n, 0)}, infoflow.IllPosedError, "drawn independently"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        measure(**{"sampler": sampler, "beta": 0.4, **arguments})
