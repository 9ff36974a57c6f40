"""Exact laws of a mixture's density, for every engine: translation, scaling, rotation, doubling, mixing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infoflow.mixtures import log_density

PROBLEMS = st.tuples(
    st.integers(1, 60), st.integers(1, 20), st.integers(1, 4), st.floats(0.02, 2.0), st.integers(0, 2**31)
)
ENGINES = ["direct", "pruned"]
# tol of both sides, and exponents |y-c|²/2beta² up to 1e4 with relative rounding 1e-15
SLACK = {"rtol": 1e-13, "atol": 1e-10}


def draw(n, q, d, seed):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((q, d)), rng.standard_normal((n, d)), rng


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(PROBLEMS)
def test_translation_scaling_and_rotation(engine, problem):
    n, q, d, beta, seed = problem
    y, c, rng = draw(n, q, d, seed)
    values = log_density(y, c, beta=beta, engine=engine)
    shift, factor = rng.standard_normal(d), 3.0
    rotation = np.linalg.qr(rng.standard_normal((d, d)))[0]
    moved = log_density(y + shift, c + shift, beta=beta, engine=engine)
    np.testing.assert_allclose(moved, values, **SLACK)
    scaled = log_density(factor * y, factor * c, beta=factor * beta, engine=engine)
    np.testing.assert_allclose(scaled, values - d * np.log(factor), **SLACK)
    np.testing.assert_allclose(log_density(y @ rotation, c @ rotation, beta=beta, engine=engine), values, **SLACK)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(PROBLEMS)
def test_doubling_and_mixing(engine, problem):
    n, q, d, beta, seed = problem
    y, c, rng = draw(n, q, d, seed)
    other = rng.standard_normal((n + 3, d))
    first, second = (log_density(y, centres, beta=beta, engine=engine) for centres in (c, other))
    twice = log_density(y, np.concatenate([c, c]), beta=beta, engine=engine)
    np.testing.assert_allclose(twice, first, **SLACK)
    weights = np.concatenate([np.full(n, 0.25 / n), np.full(n + 3, 0.75 / (n + 3))])
    mixed = log_density(y, np.concatenate([c, other]), beta=beta, weights=weights, engine=engine)
    np.testing.assert_allclose(mixed, np.logaddexp(np.log(0.25) + first, np.log(0.75) + second), **SLACK)
