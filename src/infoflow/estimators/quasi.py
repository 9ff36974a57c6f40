"""Noise from scrambled Sobol points, joint with the choice of the centre; proofs in ``docs/theory/sampling.md``.

One replicate covers a block of n_b centres with c points each. Its ``L = c n_b`` points come from one scrambled Sobol
sequence in d + 1 dimensions: the *rank* of the first coordinate picks the centre (neighbours in space have neighbouring
ranks, every centre has exactly c points), the other coordinates become the noise through the normal quantile. A
coordinate of a scrambled point is uniform and its scrambling independent of the first one's, so every noise vector is
exactly N(0, I) and the average over a replicate is unbiased. Replicates have independent scramblings; the standard
error comes from replicates of the same block.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from infoflow._random import stream
from infoflow._types import Array, IntArray

LARGEST_DIMENSION = int(qmc.Sobol.MAXDIM) - 1
"""Largest d whose joint sequence in d + 1 dimensions has direction numbers."""

_REPLICATES = 16  # of which at least 15 degrees of freedom remain: a t quantile within 9 % of the normal one at 95 %
_BITS = 30
_FEWEST_POINTS = 64
_FEWEST_POINTS_PER_AXIS = 8


@dataclass(frozen=True)
class Layout:
    """Which point belongs to which replicate.

    Attributes:
        block: Block of each centre, shape (n,).
        n_blocks: Blocks, every ``n_blocks``-th centre along the spatial order.
        n_scrambles: Independent scramblings of every block.
        per_centre: Points of one centre in one replicate; point j belongs to scrambling ``j // per_centre``.
    """

    block: IntArray
    n_blocks: int
    n_scrambles: int
    per_centre: int

    def means(self, values: Array) -> Array:
        """Return the replicates' means (n_blocks, n_scrambles) of values (n, n_scrambles * per_centre)."""
        n = len(values)
        by_scramble = values.reshape(n, self.n_scrambles, self.per_centre).mean(axis=2)
        sums = np.zeros((self.n_blocks, self.n_scrambles))
        np.add.at(sums, self.block, by_scramble)
        return sums / np.bincount(self.block, minlength=self.n_blocks)[:, None]

    @property
    def shares(self) -> Array:
        """Share of the centres that each block holds, shape (n_blocks,)."""
        return np.bincount(self.block, minlength=self.n_blocks) / len(self.block)


def sobol_noise(order: IntArray, d: int, n_mc: int, seed: int) -> tuple[Array, Layout]:
    """Return standard normal noise (n, q, d) and its layout; q is ``n_mc`` less at most a sixteenth of it.

    Args:
        order: The centres, neighbours next to each other, shape (n,).
        d: Dimension, at most ``LARGEST_DIMENSION``.
        n_mc: Most points per centre.
        seed: Seed of the scramblings.
    """
    n = len(order)
    n_blocks, n_scrambles, per_centre = _sizes(n, n_mc)
    block = np.empty(n, dtype=np.int64)
    noise = np.empty((n, n_scrambles * per_centre, d))
    for b in range(n_blocks):
        members = order[b::n_blocks]
        block[members] = b
        for r in range(n_scrambles):
            generator = stream(seed, "Sobol points", b, r)
            columns = slice(r * per_centre, (r + 1) * per_centre)
            noise[members, columns] = _replicate(len(members), per_centre, d, generator)
    return noise, Layout(block, n_blocks, n_scrambles, per_centre)


def replicate_average(means: Array, shares: Array) -> tuple[float, float, float]:
    """Return average, standard error and degrees of freedom from replicate means (n_blocks, n_scrambles).

    Two or more scramblings: the variance within blocks, unbiased. A single one: the variance between blocks, which also
    counts how far the blocks' expectations differ, and so is too large in expectation.
    """
    n_blocks, n_scrambles = means.shape
    value = float(shares @ means.mean(axis=1))
    if n_scrambles >= 2:
        variance = float(shares**2 @ means.var(axis=1, ddof=1)) / n_scrambles
        return value, math.sqrt(variance), float(n_blocks * (n_scrambles - 1))
    if n_blocks == 1:
        return value, math.inf, 0.0
    deviation = means[:, 0] - value
    return value, math.sqrt(float(shares**2 @ deviation**2) * n_blocks / (n_blocks - 1)), float(n_blocks - 1)


def spatial_order(points: Array) -> IntArray:
    """Return an order of points (n, d) in which neighbours are near: repeated halving along the widest axis."""
    if points.shape[1] == 1:
        return np.argsort(points[:, 0], kind="stable").astype(np.int64)
    order = np.arange(len(points), dtype=np.int64)
    parts = [(0, len(points))]
    while parts:
        first, last = parts.pop()
        indices = order[first:last]
        inside = points[indices]
        axis = int(np.argmax(inside.max(axis=0) - inside.min(axis=0)))
        if len(indices) <= 16:
            order[first:last] = indices[np.argsort(inside[:, axis], kind="stable")]
            continue
        half = len(indices) // 2
        order[first:last] = indices[np.argpartition(inside[:, axis], half)]
        parts += [(first, first + half), (first + half, last)]
    return order


def grouped_order(centres: Array) -> IntArray:
    """Return an order of the centres (m, n, d) of several mixtures, 0..m·n-1: mixtures by mean, then each in itself."""
    n = centres.shape[1]
    rows = [i * n + spatial_order(centres[i]) for i in spatial_order(centres.mean(axis=1))]
    return np.concatenate(rows)


def is_balanced(n: int, d: int, n_mc: int) -> bool:
    """Tell whether replicates are large enough for Sobol points to be more even than independent ones.

    The first few points of a sequence in several dimensions are aligned: with fewer than about sixteen the average can
    vary *more* than over independent draws (measured in ``docs/sampling.md``); the limits here leave a margin.
    """
    n_blocks, _, per_centre = _sizes(n, n_mc)
    return (n // n_blocks) * per_centre >= max(_FEWEST_POINTS, _FEWEST_POINTS_PER_AXIS * (d + 1))


def _sizes(n: int, n_mc: int) -> tuple[int, int, int]:
    """Return blocks, scramblings of each, and points per centre and replicate."""
    per_centre = max(1, n_mc // _REPLICATES)
    n_scrambles = n_mc // per_centre
    if n_scrambles >= _REPLICATES:
        return 1, n_scrambles, per_centre
    wanted = _REPLICATES if n_scrambles == 1 else math.ceil((_REPLICATES - 1) / (n_scrambles - 1))
    return min(n, wanted), n_scrambles, per_centre


def _replicate(n: int, per_centre: int, d: int, generator: np.random.Generator) -> Array:
    """Return the noise (n, per_centre, d) of one replicate, centres in spatial order."""
    size = n * per_centre
    # scipy 1.15 calls it rng, and still takes seed
    sequence = qmc.Sobol(d + 1, scramble=True, bits=_BITS, seed=generator)  # pyright: ignore[reportCallIssue]
    points = sequence.random_base2(math.ceil(math.log2(size)))[:size] if size > 1 else sequence.random(1)
    rank = np.argsort(points[:, 0], kind="stable")
    # a point is the lower corner of a cell of side 2^-bits: a uniform place inside makes it uniform, and never 0
    inside = points[rank, 1:] + (generator.random((size, d)) + 2.0**-54) * 2.0**-_BITS
    noise: Array = ndtri(np.minimum(inside, 1.0 - 2.0**-53))  # rounding must not reach 1
    return noise.reshape(n, per_centre, d)
