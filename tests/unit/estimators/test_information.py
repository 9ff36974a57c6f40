import math
import warnings

import numpy as np
import pytest
import torch
from scipy.integrate import quad

import infoflow
from infoflow._result import Status

M, BETA, SPREAD = 6, 0.3, 0.4
POSITIONS = np.arange(M) * 0.8
LABELS = (np.arange(M) >= 3).astype(int)


def noisy_draws(n, seed):
    """S | x = position + N(0, .4²): T | x is N(position, .5²), so truths are one-dimensional integrals."""
    return POSITIONS[:, None, None] + SPREAD * np.random.default_rng(seed).standard_normal((M, n, 1))


def truth(groups, weights):
    sd = math.hypot(BETA, SPREAD)

    def density(t, i):
        return math.exp(-0.5 * ((t - POSITIONS[i]) / sd) ** 2) / (sd * math.sqrt(2 * math.pi))

    def integrand(t):
        p = np.array([density(t, i) for i in range(M)])
        total, value = weights @ p, 0.0
        for g in np.unique(groups):
            joint = weights[groups == g] @ p[groups == g]
            if joint > 0:
                value += joint * math.log(joint / (weights[groups == g].sum() * total))
        return value

    return quad(integrand, POSITIONS[0] - 6, POSITIONS[-1] + 6, epsabs=1e-10, limit=200)[0]


UNIFORM = np.full(M, 1 / M)
SKEWED = np.array([0.4, 0.2, 0.15, 0.1, 0.1, 0.05])


@pytest.mark.parametrize("mode", ["certified", "asymptotic"])
@pytest.mark.parametrize("weights", [UNIFORM, SKEWED], ids=["uniform", "weighted"])
def test_both_informations_cover_the_integral(mode, weights):
    c, f = noisy_draws(400, 1), noisy_draws(400, 2)
    i_xt = infoflow.input_information(c, f, beta=BETA, mode=mode, weights=weights, confidence=0.999)
    i_yt = infoflow.label_information(c, f, LABELS, beta=BETA, mode=mode, weights=weights, confidence=0.999)
    assert truth(np.arange(M), weights) in i_xt
    assert truth(LABELS, weights) in i_yt
    assert i_xt.ceiling == pytest.approx(-np.sum(weights * np.log(weights)))
    assert i_xt.mode == mode


def test_parts_add_up_to_the_raw_width():
    interval = infoflow.input_information(noisy_draws(100, 1), noisy_draws(100, 2), beta=BETA)
    parts = interval.parts
    total = parts.bias_gap + parts.centre_fluctuation + parts.monte_carlo_upper + parts.monte_carlo_lower
    assert interval.raw_upper - interval.raw_lower == pytest.approx(total, abs=1e-12)
    assert interval.width == interval.upper - interval.lower
    assert interval.bits.upper == pytest.approx(interval.upper / math.log(2))


def test_asymptotic_is_narrower_than_certified():
    c, f = noisy_draws(200, 1), noisy_draws(200, 2)
    widths = [infoflow.input_information(c, f, beta=BETA, mode=mode).width for mode in ("asymptotic", "certified")]
    assert widths[0] < widths[1]


def test_exact_layer_has_no_centre_term_and_needs_no_fresh_draws():
    positions = np.array([-1.0, 1.0])[:, None, None]
    interval = infoflow.input_information(positions, None, beta=1.0, exact=True, confidence=0.999)
    assert 0.336831 in interval  # BPSK over AWGN at sigma = 1, paper.md §4
    assert interval.parts.centre_fluctuation == 0.0
    assert interval.width < 0.05
    # the same centre repeated says the same
    again = infoflow.input_information(np.repeat(positions, 5, axis=1), None, beta=1.0, exact=True, confidence=0.999)
    assert again.lower == interval.lower


def test_separated_inputs_reach_the_ceiling_with_status_ok():
    centres = 100.0 * np.arange(16)[:, None, None] + np.random.default_rng(0).standard_normal((16, 64, 1))
    fresh = 100.0 * np.arange(16)[:, None, None] + np.random.default_rng(1).standard_normal((16, 64, 1))
    interval = infoflow.input_information(centres, fresh, beta=1.0)
    assert interval.upper == interval.ceiling == pytest.approx(math.log(16))
    assert interval.lower > 0.9 * math.log(16)
    assert interval.status is Status.OK


def test_same_seed_same_bits_and_torch_like_numpy():
    c, f = noisy_draws(50, 1), noisy_draws(50, 2)
    first = infoflow.input_information(c, f, beta=BETA, seed=4)
    assert infoflow.input_information(torch.from_numpy(c), torch.from_numpy(f), beta=BETA, seed=4) == first
    assert infoflow.input_information(c, f, beta=BETA, seed=5) != first


@pytest.mark.parametrize("estimator", ["midpoint", "upper", "lower", "richardson"])
def test_point_estimates_by_name(estimator):
    interval = infoflow.input_information(
        noisy_draws(400, 1), noisy_draws(400, 2), beta=BETA, estimator=estimator, mode="asymptotic"
    )
    assert interval.estimator == estimator
    # bias below the gap between the means, noise below the interval's width
    assert abs(interval.estimate - truth(np.arange(M), UNIFORM)) < abs(interval.parts.bias_gap) + interval.width


def test_high_dimension_keeps_an_informative_lower_end():
    rng = np.random.default_rng(0)
    means = 0.5 * rng.standard_normal((8, 1, 200))
    c, f = (means + 0.5 * rng.standard_normal((8, n, 200)) for n in (20, 400))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", infoflow.InfoflowWarning)
        interval = infoflow.input_information(c, f, beta=0.1)
    assert interval.lower > 0.8 * math.log(8)
    assert "Gaussian" in interval.decoder or "mixture" in interval.decoder


def test_one_draw_each_gives_the_trivial_interval_not_nan():
    with pytest.warns(infoflow.InfoflowWarning, match="nothing was learned"):
        interval = infoflow.input_information(np.zeros((2, 1, 1)), np.ones((2, 1, 1)), beta=1.0)
    assert (interval.lower, interval.upper) == (0.0, math.log(2))
    assert interval.status is Status.VACUOUS


def test_one_input_carries_nothing():
    interval = infoflow.input_information(np.zeros((1, 4, 1)), np.ones((1, 4, 1)), beta=1.0)
    assert (interval.lower, interval.upper) == (0.0, 0.0)


def test_fresh_draws_that_repeat_the_centres_are_refused():
    c = noisy_draws(50, 1)
    with pytest.raises(infoflow.IllPosedError, match="drawn independently of centres"):
        infoflow.input_information(c, c.copy(), beta=BETA)
    with pytest.raises(infoflow.IllPosedError, match="drawn independently of centres"):
        infoflow.input_information(c, c[:, ::-1][:, :20], beta=BETA)


def test_saturated_values_that_coincide_are_not_refused():
    # S in {-1, 1} exactly, as a saturated float32 tanh gives: equal values in both are no sign of a shared seed
    rng = np.random.default_rng(0)
    c, f = (np.sign(rng.standard_normal((5, 40, 1))) for _ in range(2))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", infoflow.InfoflowWarning)
        infoflow.input_information(c, f, beta=0.1)


GOOD = {"centres": np.zeros((3, 2, 1)), "fresh": np.ones((3, 2, 1)), "beta": 1.0}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"beta": 0.0}, infoflow.IllPosedError, r"vacuous: ln m = 1\.0986"),
        ({"beta": -1.0}, infoflow.IllPosedError, "got -1"),
        ({"beta": math.nan}, infoflow.IllPosedError, "got nan"),
        ({"fresh": None}, TypeError, "fresh must be independent draws"),
        ({"fresh": np.ones((3, 2, 2))}, ValueError, r"fresh must have shape \(m=3, r, d=1\)"),
        ({"fresh": np.ones((2, 2, 1))}, ValueError, r"fresh must have shape \(m=3, r, d=1\)"),
        ({"centres": np.full((3, 2, 1), np.inf)}, infoflow.NonFiniteError, "got 6 NaN or infinite values of 6"),
        ({"centres": np.zeros((3, 2))}, ValueError, r"centres must have shape \(m, n, d\), got \(3, 2\)"),
        ({"confidence": 1.0}, ValueError, "confidence must lie strictly between 0 and 1, got 1"),
        ({"mode": "sure"}, ValueError, "mode must be one of certified, asymptotic, got 'sure'"),
        ({"estimator": "best"}, ValueError, "estimator must be one of"),
        ({"queries_per_input": 0}, ValueError, "queries_per_input must be at least 1, got 0"),
        ({"queries_per_input": 2.5}, TypeError, "queries_per_input must be an integer, got 2.5"),
        ({"weights": np.ones(2)}, ValueError, r"weights must have shape \(3,\), got \(2,\)"),
        ({"weights": np.array([1.0, 0.0, 1.0])}, ValueError, "weights must be positive"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"centres": np.arange(6.0).reshape(3, 2, 1), "exact": True}, infoflow.IllPosedError, "exact must be False"),
    ],
)
def test_bad_input(changes, error, message):
    arguments = {**GOOD, **changes}
    with pytest.raises(error, match=message):
        infoflow.input_information(arguments.pop("centres"), arguments.pop("fresh"), **arguments)


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (None, TypeError, "labels must be given"),
        ([0, 1], ValueError, r"labels must have shape \(3,\)"),
        ([0.5, 1, 2], ValueError, "labels must be integers"),
    ],
)
def test_bad_labels(labels, error, message):
    with pytest.raises(error, match=message):
        infoflow.label_information(GOOD["centres"], GOOD["fresh"], labels, beta=1.0)
