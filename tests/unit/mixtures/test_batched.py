"""Many small mixtures at once: the compiled sums and Gram matrices against direct differences in numpy."""

import numpy as np
import pytest

from infoflow.mixtures.batched import own_log_density
from infoflow.mixtures.gram import gram
from infoflow.mixtures.reference import log_density_reference


@pytest.mark.parametrize("spread", [0.5, 30.0, 3000.0])
@pytest.mark.parametrize("shuffled", [False, True])
def test_own_log_density_near_and_far(spread, shuffled):
    """Queries at the centres in their place, or at others: then the nearest centre must be looked for."""
    rng = np.random.default_rng(3)
    m, n, beta = 3, 23, 0.05
    centres = spread * beta * rng.standard_normal((m, n, 2))
    queries = np.repeat(centres, 4, axis=1) + beta * rng.standard_normal((m, 4 * n, 2))
    queries[0, 0] += 1e4 * beta
    if shuffled:
        queries = rng.permutation(queries, axis=1)
    found = own_log_density(queries, centres, beta)
    for i in range(m):
        expected = log_density_reference(queries[i], centres[i], np.full(n, -np.log(n)), beta)
        # An exponent is rounded to some eps of itself, and a coordinate |y|/beta <= 5 spread to eps of that, which a
        # distance of 5 multiplies in the nearest term.
        atol = 1e-14 + 8 * np.finfo(float).eps * 25 * spread
        np.testing.assert_allclose(found[i], expected, rtol=1e-14, atol=atol)


@pytest.mark.parametrize("n", [1, 16, 41])
@pytest.mark.parametrize("threads", [1, 2])
def test_gram(n, threads):
    c = 3.0 * np.random.default_rng(n).standard_normal((5, n, 4))
    found = gram(c, threads=threads)
    expected = np.exp(-0.5 * ((c[:, :, None] - c[:, None]) ** 2).sum(axis=3))
    np.testing.assert_allclose(found[:, :, :n], expected, rtol=1e-13)  # exponents below 300, rounded to eps of it
    assert found[:, :, n:].max(initial=0.0) < 1e-300
