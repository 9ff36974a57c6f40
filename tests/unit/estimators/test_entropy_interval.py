import math

import numpy as np
import pytest
from scipy.integrate import quad

import infoflow
from infoflow._result import Status
from infoflow.estimators.entropy_interval import _Base, _log_smoothed_uniform

M, BETA = 4, 0.2
POSITIONS = np.linspace(-0.5, 0.5, M)
HALF = 0.4


def draws(n, seed):
    """S | x uniform on [x - .4, x + .4]."""
    return POSITIONS[:, None, None] + np.random.default_rng(seed).uniform(-HALF, HALF, (M, n, 1))


def density(t, x):
    return (math.erf((x + HALF - t) / BETA / math.sqrt(2)) - math.erf((x - HALF - t) / BETA / math.sqrt(2))) / (
        4 * HALF
    )


def entropy(p):
    return quad(lambda t: -p(t) * math.log(p(t)) if p(t) > 0 else 0.0, -2.5, 2.5, epsabs=1e-10, limit=200)[0]


TRUE_CONDITIONAL = entropy(lambda t: density(t, 0.0))
TRUE_OUTPUT = entropy(lambda t: sum(density(t, x) for x in POSITIONS) / M)


@pytest.mark.parametrize("mode", ["certified", "asymptotic"])
def test_cover_the_integrals(mode):
    c, f = draws(300, 1), draws(300, 2)
    h_t = infoflow.output_entropy(c, f, beta=BETA, support=(-0.9, 0.9), mode=mode, confidence=0.999)
    h_t_given_x = infoflow.conditional_entropy(c, f, beta=BETA, support=(-0.9, 0.9), mode=mode, confidence=0.999)
    assert TRUE_OUTPUT in h_t
    assert TRUE_CONDITIONAL in h_t_given_x
    assert h_t.quantity == "h(T)"
    assert h_t_given_x.quantity == "h(T|X)"


def test_without_support_only_the_lower_end_is_certified():
    interval = infoflow.output_entropy(draws(50, 1), draws(50, 2), beta=BETA)
    assert "support" in interval.message
    assert interval.upper == math.inf
    assert interval.status is Status.LOWER_BOUND_ONLY
    asymptotic = infoflow.output_entropy(draws(300, 1), draws(300, 2), beta=BETA, mode="asymptotic")
    assert TRUE_OUTPUT in asymptotic


def test_smoothed_uniform_is_a_density():
    t = np.linspace(-4, 4, 80_001)
    p = np.exp(_log_smoothed_uniform(t, (-1.0, 1.0), 0.3))
    assert np.sum(p) * (t[1] - t[0]) == pytest.approx(1.0, abs=1e-9)  # trapezoid on an analytic function
    # far out on both sides it stays finite in the logarithm and symmetric
    far = _log_smoothed_uniform(np.array([-30.0, 30.0]), (-1.0, 1.0), 0.3)
    assert np.all(np.isfinite(far))
    assert far[0] == pytest.approx(far[1], rel=1e-12)


def test_largest_ratio_is_never_exceeded():
    base = _Base((-1.0, 1.0), np.zeros(2), np.eye(2), 0.05)
    rng = np.random.default_rng(0)
    s = rng.uniform(-1, 1, (20_000, 2))
    s[:1000] = np.sign(s[:1000])
    z = rng.standard_normal(s.shape) * 1.5
    log_noise = -0.5 * np.sum(z**2, axis=1) - math.log(2 * math.pi) - 2 * math.log(0.05)
    assert np.max(log_noise - base.log_density(s + 0.05 * z)) <= base.largest_ratio(2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"support": (1.0, -1.0)}, "low < high"),
        ({"support": (-0.1, 0.1)}, "support must hold every noiseless value"),
        ({"mode": "x"}, "mode must be one of"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        infoflow.output_entropy(draws(20, 1), draws(20, 2), **{"beta": BETA, **settings})
