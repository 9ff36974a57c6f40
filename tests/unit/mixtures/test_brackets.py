import math

import numpy as np
import pytest

from infoflow._errors import IllPosedError, NonFiniteError
from infoflow.mixtures.brackets import entropy_bounds, entropy_brackets
from infoflow.truths import Constellation, pam, ring, single_neuron

# Quadrature truths are exact to 1e-9, brackets to rounding.
EXACT = 1e-9


@pytest.mark.parametrize(
    "truth",
    [
        single_neuron("tanh", w=0.1, b=-0.2, beta=0.05),
        single_neuron("tanh", w=5.0, b=-10.0, beta=0.05),
        pam(16, beta=0.01),
        pam(16, beta=0.1),
        pam(16, beta=3.0),
        ring(8, beta=0.3),
        Constellation("unequal", np.array([[0.0], [0.1], [1.0]]), 0.1, np.array([0.7, 0.2, 0.1])),
    ],
    ids=lambda truth: truth.name,
)
def test_every_named_bound_holds_against_quadrature(truth):
    bounds = entropy_bounds(truth.points, beta=truth.beta, weights=truth.weights)
    for lower in (bounds.noise, bounds.bhattacharyya, bounds.jensen):
        assert lower <= truth.entropy + EXACT
    for upper in (bounds.kullback_leibler, bounds.noise_and_weights, bounds.gaussian):
        assert upper >= truth.entropy - EXACT
    assert entropy_brackets(truth.points, beta=truth.beta, weights=truth.weights) == bounds.bracket


def test_bounds_are_the_pairwise_sums_written_out():
    rng = np.random.default_rng(5)
    c, beta = rng.standard_normal((40, 3)), 0.6
    w = rng.random(40)
    w /= w.sum()
    sq_dist = np.square(c[:, None] - c[None]).sum(axis=2)
    h_z = 1.5 * math.log(2 * math.pi * math.e * beta**2)
    bounds = entropy_bounds(c, beta=beta, weights=w)
    kernel = np.exp(-sq_dist / (4 * beta**2)) / (4 * math.pi * beta**2) ** 1.5
    covariance = np.cov(c.T, aweights=w, bias=True) + beta**2 * np.eye(3)
    expected = {
        "noise": h_z,
        "bhattacharyya": h_z - w @ np.log(np.exp(-sq_dist / (8 * beta**2)) @ w),
        "kullback_leibler": h_z - w @ np.log(np.exp(-sq_dist / (2 * beta**2)) @ w),
        "jensen": -math.log(w @ kernel @ w),
        "noise_and_weights": h_z - w @ np.log(w),
        "gaussian": 0.5 * math.log(np.linalg.det(2 * math.pi * math.e * covariance)),
    }
    for name, value in expected.items():
        assert getattr(bounds, name) == pytest.approx(value, abs=1e-11), name  # engine tolerance 1e-12 and rounding


def test_bracket_closes_for_separated_and_for_coincident_points():
    # 1000 beta apart: every pairwise term but the own one underflows, h = h(Z) + ln n.
    far = entropy_brackets(np.arange(20.0)[:, None], beta=1e-3)
    h_z = 0.5 * math.log(2 * math.pi * math.e * 1e-6)
    assert far.lower == pytest.approx(h_z + math.log(20), abs=1e-11)
    assert far.upper == pytest.approx(h_z + math.log(20), abs=1e-11)
    same = entropy_brackets(np.full((20, 2), 7.0), beta=0.5)
    assert same.lower == pytest.approx(math.log(2 * math.pi * math.e * 0.25), abs=1e-11)
    assert same.upper == pytest.approx(same.lower, abs=1e-11)


def test_gaussian_bound_is_the_best_one_for_broad_noise_and_survives_extreme_beta():
    c = np.random.default_rng(0).standard_normal((200, 2))
    assert entropy_bounds(c, beta=10.0).bracket.upper == entropy_bounds(c, beta=10.0).gaussian
    tiny = entropy_brackets(c, beta=1e-150)
    assert tiny.lower == pytest.approx(2 * math.log(1e-150) + math.log(2 * math.pi * math.e * 200), rel=1e-12)
    assert tiny.upper == pytest.approx(tiny.lower, rel=1e-12)


def test_scaling_points_and_noise_moves_the_bracket_by_d_ln_a():
    c = np.random.default_rng(1).standard_normal((50, 3))
    base, scaled = entropy_brackets(c, beta=0.4), entropy_brackets(8 * c, beta=3.2)
    # A power of two scales exactly; the logarithms round.
    assert scaled.lower - base.lower == pytest.approx(3 * math.log(8), abs=1e-11)
    assert scaled.upper - base.upper == pytest.approx(3 * math.log(8), abs=1e-11)


@pytest.mark.parametrize(
    ("centres", "kwargs", "error", "message"),
    [
        (np.zeros(3), {"beta": 1.0}, ValueError, r"centres must have shape \(n, d\), got \(3,\)"),
        (np.zeros((0, 2)), {"beta": 1.0}, ValueError, "centres must not be empty"),
        (np.full((3, 1), np.nan), {"beta": 1.0}, NonFiniteError, "3 NaN or infinite values of 3"),
        (np.zeros((3, 1)), {"beta": 0.0}, IllPosedError, "ln m = 1.0986"),
        (np.zeros((3, 1)), {"beta": 1.0, "weights": [0.5, 0.5]}, ValueError, r"weights must have shape \(3,\)"),
        (np.zeros((2, 1)), {"beta": 1.0, "weights": [1.0, 0.0]}, ValueError, "weights must be positive"),
    ],
)
def test_bad_input_is_refused_in_one_line(centres, kwargs, error, message):
    with pytest.raises(error, match=message):
        entropy_brackets(centres, **kwargs)
