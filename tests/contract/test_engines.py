"""One contract for every engine: the oracle's numbers to ``tol``, whatever the problem looks like."""

import numpy as np
import pytest
import torch

from infoflow import IllPosedError, NonFiniteError
from infoflow.mixtures import log_density
from infoflow.mixtures.engines import ENGINES
from infoflow.mixtures.reference import log_density_reference

EPS = np.finfo(float).eps


def rounding(queries, centres, beta, values):
    """Bound of the float64 rounding that any engine may make, in nats.

    An exponent |y-c|²/2beta² of size E is computed with relative error of a few eps from coordinates whose own
    rounding after centring is eps·max|coordinate|: that moves it by eps·|coordinate|·sqrt(2E)·sqrt(d)/beta. The
    exponents that matter are those near -log p plus the constant; 8 covers the chain of operations.
    """
    d = centres.shape[1]
    size = max(np.abs(queries).max(), np.abs(centres).max()) / beta
    exponents = np.abs(values) + d * (abs(np.log(beta)) + 1) + 40
    return 8 * EPS * ((d + 4) * exponents + size * np.sqrt(2 * d * exponents) + d * EPS * size**2) + 1e-13


def agree(engine, queries, centres, beta, weights=None, tol=1e-12, **options):
    if engine == "nufft" and centres.shape[1] > 3:
        with pytest.raises(ValueError, match="engine 'nufft' needs d <= 3"):
            log_density(queries, centres, beta=beta, engine=engine)
        return
    values = log_density(queries, centres, beta=beta, weights=weights, engine=engine, tol=tol, **options)
    w = np.full(len(centres), 1.0) if weights is None else np.asarray(weights, dtype=float)
    with np.errstate(divide="ignore"):
        log_w = np.log(w / w.sum())
    expected = log_density_reference(
        np.asarray(queries, dtype=float), np.asarray(centres, dtype=float), log_w, float(beta)
    )
    bound = tol + rounding(np.asarray(queries), np.asarray(centres), beta, expected)
    assert values.shape == (len(queries),)
    assert values.dtype == np.float64
    assert np.all(np.abs(values - expected) <= bound), np.max(np.abs(values - expected) / bound)


FAST = [name for name in ENGINES if name != "reference"]


@pytest.fixture(params=FAST)
def engine(request):
    return request.param


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("d", [1, 2, 3, 5, 10, 17])
@pytest.mark.parametrize("beta", [0.005, 0.05, 0.5])
def test_saturated_activations(engine, rng, d, beta):
    centres = np.tanh(3 * rng.standard_normal((1271, d)))
    queries = centres[:401] + beta * rng.standard_normal((401, d))
    agree(engine, queries, centres, beta)


@pytest.mark.parametrize("size", [1, 41, 401, 1271])
def test_odd_sizes(engine, rng, size):
    agree(engine, rng.standard_normal((41, 4)), rng.standard_normal((size, 4)), 0.3)
    agree(engine, rng.standard_normal((size, 4)), rng.standard_normal((41, 4)), 0.3)


@pytest.mark.parametrize("d", [1, 3])
def test_offset_data(engine, rng, d):
    agree(engine, 1e6 + rng.standard_normal((41, d)), 1e6 + rng.standard_normal((401, d)), 0.1)


def test_high_dimension(engine, rng):
    centres = rng.standard_normal((401, 1000))
    agree(engine, centres[:41] + 0.5 * rng.standard_normal((41, 1000)), centres, 0.5)


def test_coincident_centres_are_one_centre(engine):
    centres = np.full((1271, 3), 0.25)
    queries = np.array([[0.25, 0.25, 0.25], [0.3, 0.2, 0.0]])
    values = log_density(queries, centres, beta=0.1, engine=engine)
    expected = -0.5 * ((queries - 0.25) ** 2).sum(1) / 0.01 - 1.5 * np.log(2 * np.pi * 0.01)
    np.testing.assert_allclose(values, expected, rtol=1e-13, atol=1e-12)  # closed form, n summed terms of one size


def test_repeated_centres_with_others(engine, rng):
    distinct = np.tanh(rng.standard_normal((60, 5)))
    agree(engine, distinct + 0.05 * rng.standard_normal((60, 5)), np.repeat(distinct, 41, axis=0), 0.05)


def test_one_far_query(engine, rng):
    centres = rng.standard_normal((401, 3))
    queries = np.concatenate([rng.standard_normal((40, 3)), [[1e3, -2e3, 5e2]]])
    agree(engine, queries, centres, 0.1)


@pytest.mark.parametrize("beta", [1e-6, 1e6])
def test_extreme_beta(engine, rng, beta):
    centres = rng.standard_normal((401, 3))
    queries = np.concatenate([centres[:20] + beta * rng.standard_normal((20, 3)), rng.standard_normal((21, 3))])
    agree(engine, queries, centres, beta)


def test_weights_with_zeros(engine, rng):
    weights = rng.random(1271) * (rng.random(1271) < 0.5)
    agree(engine, rng.standard_normal((41, 3)), rng.standard_normal((1271, 3)), 0.3, weights=weights)


def test_weights_over_600_decades(engine, rng):
    weights = 10.0 ** rng.uniform(-300, 300, 401)
    agree(engine, rng.standard_normal((41, 2)), rng.standard_normal((401, 2)), 0.02, weights=weights)


def test_permutation_changes_nothing(engine, rng):
    centres, queries = rng.uniform(-1, 1, (1271, 3)), rng.uniform(-1, 1, (401, 3))
    weights = rng.random(1271)
    forward = log_density(queries, centres, beta=0.3, weights=weights, engine=engine)
    p, r = rng.permutation(1271), rng.permutation(401)
    shuffled = log_density(queries[r], centres[p], beta=0.3, weights=weights[p], engine=engine)
    np.testing.assert_allclose(shuffled, forward[r], atol=2e-12 + 1e-12, rtol=0)  # 2 tol + summation order


def test_threads_change_nothing(engine, rng):
    centres, queries = rng.uniform(-1, 1, (4000, 3)), rng.uniform(-1, 1, (1000, 3))
    one, two = (log_density(queries, centres, beta=0.3, engine=engine, threads=k) for k in (1, 2))
    np.testing.assert_allclose(one, two, atol=1e-12, rtol=0)


@pytest.mark.parametrize("tol", [1e-3, 1e-6, 1e-9])
def test_loose_tolerances_hold(engine, rng, tol):
    centres = rng.uniform(-1, 1, (4000, 3))
    queries = rng.uniform(-1.5, 1.5, (200, 3))
    agree(engine, queries, centres, 0.2, tol=tol)


def test_non_contiguous_float32_and_torch(engine, rng):
    centres = rng.standard_normal((802, 6)).astype(np.float32)[::2, ::2]
    queries = np.asfortranarray(rng.standard_normal((41, 3)).astype(np.float32))
    agree(engine, queries, centres, 0.2)
    values = log_density(torch.from_numpy(queries.copy()), torch.from_numpy(centres.copy()), beta=0.2, engine=engine)
    assert isinstance(values, torch.Tensor)
    assert values.dtype == torch.float64


def test_report_names_the_engine(rng):
    queries, centres = rng.uniform(-1, 1, (41, 3)), rng.uniform(-1, 1, (401, 3))
    for name in FAST:
        _, done = log_density(queries, centres, beta=0.3, engine=name, report=True)
        assert done.engine == (name if name != "auto" else "direct")
        assert done.reason


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"queries": np.zeros((3, 3))}, ValueError, "same d, got 3 and 2"),
        ({"queries": np.zeros(3)}, ValueError, r"queries must have shape \(q, d\)"),
        ({"queries": np.array([[0.0, np.nan]])}, NonFiniteError, "1 NaN or infinite values of 2"),
        ({"centres": np.array([[0.0, np.inf]])}, NonFiniteError, "centres must be finite"),
        ({"centres": np.zeros((0, 2))}, ValueError, "centres must not be empty"),
        ({"centres": [["a", "b"]]}, TypeError, "centres must be a real array"),
        ({"beta": 0.0}, IllPosedError, "beta must be a finite noise standard deviation > 0"),
        ({"beta": "x"}, TypeError, "beta must be a real number"),
        ({"weights": np.array([1.0, -1.0, 1.0])}, ValueError, "weights must be non-negative"),
        ({"weights": np.zeros(3)}, ValueError, "positive sum"),
        ({"weights": np.ones(2)}, ValueError, r"weights must have shape \(3,\)"),
        ({"tol": 0.0}, ValueError, "tol must lie strictly between 0 and 1, got 0"),
        ({"tol": -1e-9}, ValueError, "tol must lie strictly between 0 and 1"),
    ],
)
def test_bad_input_is_named(engine, change, error, message):
    arguments = {"queries": np.zeros((1, 2)), "centres": np.zeros((3, 2)), "beta": 1.0} | change
    with pytest.raises(error, match=message):
        log_density(arguments.pop("queries"), arguments.pop("centres"), engine=engine, **arguments)


def test_unknown_engine():
    with pytest.raises(ValueError, match="engine must be one of auto, "):
        log_density(np.zeros((1, 2)), np.zeros((1, 2)), beta=1.0, engine="magic")
