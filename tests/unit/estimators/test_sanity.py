import math

import numpy as np
import pytest

import infoflow
from infoflow._result import Bracket, Status
from infoflow.estimators import entropy
from infoflow.estimators.entropy import noise_entropy
from infoflow.estimators.sanity import bracket_status, conditional_bracket, plug_in_bracket


def test_single_component_closes_the_bracket():
    bracket = plug_in_bracket(np.array([[1.0, 2.0]]), 0.4)
    assert bracket.lower == pytest.approx(noise_entropy(2, 0.4), abs=1e-12)
    assert bracket.upper == pytest.approx(noise_entropy(2, 0.4), abs=1e-12)


def test_conditional_bracket_of_equal_draws_is_the_noise():
    bracket = conditional_bracket(np.ones((3, 5, 2)), 0.4, np.full(3, 1 / 3))
    assert bracket.lower == pytest.approx(noise_entropy(2, 0.4), abs=1e-12)
    assert bracket.upper == pytest.approx(noise_entropy(2, 0.4), abs=1e-12)


def test_large_mixtures_leave_out_the_pairs():
    centres = np.random.default_rng(0).standard_normal((5000, 1))
    bracket = plug_in_bracket(centres, 1.0)
    assert bracket.lower == noise_entropy(1, 1.0)
    # Gaussian of the sample variance
    assert bracket.upper == pytest.approx(0.5 * math.log(2 * math.pi * math.e * (centres.var() + 1.0)), abs=1e-12)


def test_alarm():
    assert bracket_status(1.0, 0.1, Bracket(0.5, 1.5)) == (Status.OK, "")
    status, message = bracket_status(3.0, 0.1, Bracket(0.5, 1.5))
    assert status is Status.OUTSIDE_BRACKET
    assert "3.0000 lies outside the bounds [0.5000, 1.5000]" in message


def test_a_wrong_estimate_raises_the_alarm(monkeypatch):
    monkeypatch.setattr(entropy, "log_density", lambda y, c, **_: np.full(len(y), -50.0))
    with pytest.warns(infoflow.InfoflowWarning, match="outside the bounds"):
        estimate = infoflow.smoothed_entropy(np.zeros((4, 1)), beta=1.0)
    assert estimate.status is Status.OUTSIDE_BRACKET


def test_estimates_and_intervals_carry_their_bracket():
    rng = np.random.default_rng(1)
    estimate = infoflow.smoothed_entropy(rng.standard_normal((50, 2)), beta=0.5)
    assert estimate.bracket is not None
    assert estimate.bracket.lower <= estimate.nats <= estimate.bracket.upper
    c, f = rng.uniform(-1, 1, (3, 40, 1)), rng.uniform(-1, 1, (3, 40, 1))
    for function in (infoflow.output_entropy, infoflow.conditional_entropy):
        interval = function(c, f, beta=0.5, support=(-1, 1))
        assert interval.bracket is not None
        assert interval.status is Status.OK
