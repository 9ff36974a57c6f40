"""Evaluation points: where the log-density ratios are averaged.

Two kinds, both independent given the centres and stratified over inputs (each input has the same number of points):
points of the empirical mixtures ``t ~ p̂_i`` (a centre plus noise) for the upper end, and fresh points ``t ~ p_i`` for
the lower end.
"""

import numpy as np

from infoflow._random import stream
from infoflow._types import Array


def centre_points(centres: Array, q: int, beta: float, seed: int) -> tuple[Array, Array]:
    """Return q points of every input's own empirical mixture, ``c_ik + beta z``, and their noise z, each (m, q, d).

    The centres of an input are cut into q/2 consecutive groups; each group gives two points with independently and
    uniformly drawn centres. So every pair is identically distributed, all points are independent given the centres,
    and their average is unbiased for the mixture (with group bounds that are real numbers, for any q and n).

    Args:
        centres: Centres c_ik, shape (m, n, d).
        q: Points per input; even.
        beta: Noise standard deviation.
        seed: Seed of the choice of centres and of the noise.
    """
    m, n, d = centres.shape
    generator = stream(seed, "points of the empirical mixtures")
    groups = q // 2
    position = (np.repeat(np.arange(groups), 2) + generator.random((m, q))) * (n / groups)
    chosen = np.minimum(position.astype(np.int64), n - 1)
    noise = generator.standard_normal((m, q, d))
    return np.take_along_axis(centres, chosen[:, :, None], axis=1) + beta * noise, noise


def block_points(centres: Array, q: int, beta: float, seed: int) -> Array:
    """Return q points of every block's mixture, ``c_k + beta z``, from q equal parts of its centres, (m, q, d).

    Args:
        centres: Centres of each block, shape (m, n, d).
        q: Points per block, any number.
        beta: Noise standard deviation.
        seed: Seed of the choice of centres and of the noise.
    """
    m, n, d = centres.shape
    generator = stream(seed, "points of the blocks")
    position = (np.arange(q) + generator.random((m, q))) * (n / q)
    chosen = np.minimum(position.astype(np.int64), n - 1)
    noise = generator.standard_normal((m, q, d))
    return np.take_along_axis(centres, chosen[:, :, None], axis=1) + beta * noise


def fresh_points(fresh: Array, beta: float, seed: int) -> tuple[Array, Array]:
    """Return one noisy point per fresh draw, ``s_ij + beta z``, and the noise z, each (m, r, d)."""
    noise = stream(seed, "noise of the fresh draws").standard_normal(fresh.shape)
    return fresh + beta * noise, noise
