"""The kernel's exponential, sums, minima and box distances at points, against numpy."""

import numpy as np
from numba import njit

from infoflow.mixtures.pair_kernel import block_min, block_sum, block_terms, box_gaps
from infoflow.mixtures.vectors import LANES, PADDING


@njit
def one_sum(block, n, y, d, shift):
    return block_sum(block, 0, n, y, 0, d, shift)


@njit
def one_min(block, n, y, d, shift):
    return block_min(block, 0, n, y, 0, d, shift)


@njit
def gaps_of(low, high, rows, n, d, result):
    box_gaps(low, high, 0, rows, n, d, result)


def test_power_of_two_is_accurate_everywhere():
    """One live lane: the sum is 2^-x itself; degree 10 leaves 2e-16, Horner's rounding a few eps."""
    block = np.full(2 * LANES, PADDING)
    block[LANES:] = 0.0
    zero = np.zeros(1)
    for x in np.concatenate([np.linspace(-900, 960, 3001), np.linspace(-1.5, 1.5, 1001)]):
        block[0] = x
        found = one_sum(block, LANES, zero, 1, 0.0)
        assert abs(found / np.exp2(-x) - 1.0) < 2e-15 + LANES * np.exp2(max(x, 0.0) - 1000.0)


def test_sums_minima_and_the_cap():
    rng = np.random.default_rng(0)
    d, n = 5, 3 * LANES
    c, y, a = rng.standard_normal((d, n)), rng.standard_normal(d), rng.random(n)
    block = np.concatenate([a, c.reshape(-1)])
    x = a + ((y[:, None] - c) ** 2).sum(axis=0) - 2.5
    np.testing.assert_allclose(one_sum(block, n, y, d, 2.5), np.exp2(-x).sum(), rtol=1e-14)
    np.testing.assert_allclose(one_min(block, n, y, d, 2.5), x.min(), rtol=1e-14, atol=1e-14)
    assert one_sum(block, n, y + 1e6, d, 0.0) == n * 2.0**-1000


def test_box_gaps():
    rng = np.random.default_rng(1)
    d, n = 3, LANES
    points = 2.0 * rng.standard_normal((d, n))
    low, high, result = np.full((1, d), -1.0), np.full((1, d), 0.5), np.empty(n)
    gaps_of(low, high, points.reshape(-1), n, d, result)
    expected = (np.maximum(np.maximum(-1.0 - points, points - 0.5), 0.0) ** 2).sum(axis=0)
    np.testing.assert_allclose(result, expected, rtol=1e-14)


@njit
def all_terms(block, n, y, d, shift, result, offset):
    block_terms(block, 0, n, y, 0, d, shift, result, offset)


def test_terms():
    rng = np.random.default_rng(2)
    d, n = 3, 2 * LANES
    c, y, a = rng.standard_normal((d, n)), rng.standard_normal(d), rng.random(n)
    result = np.zeros(n + 7)
    all_terms(np.concatenate([a, c.reshape(-1)]), n, y, d, 0.5, result, 5)
    x = a + ((y[:, None] - c) ** 2).sum(axis=0) - 0.5
    np.testing.assert_allclose(result[5:-2], np.exp2(-x), rtol=1e-14)
    assert not result[:5].any()
    assert not result[-2:].any()
