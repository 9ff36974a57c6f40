"""Many small mixtures, each at its own queries: the pair kernel without a tree, threads over mixtures.

``log p_i(t_ij) = log (1/n) Σ_k φ(t_ij - c_ik)``. The exponent of any centre that is near can shift the sum: its own
term is then 1 and no term overflows. Queries mostly come centre by centre, so the centre in their place is tried; for
a query far from that one, a first pass over the distances finds the nearest, so its value is kept.
"""

# numba's decorators and intrinsics are untyped.
# pyright: basic, reportCallIssue=false

import math

import numpy as np
from numba import njit

from infoflow._types import Array
from infoflow.mixtures.pair_kernel import block_min, block_sum
from infoflow.mixtures.reference import log_gaussian_constant
from infoflow.mixtures.threads import over_threads
from infoflow.mixtures.vectors import LANES, PADDING

_NEAR = 64.0  # shifts below this many bits cost no accuracy that shows: 64 eps


def own_log_density(queries: Array, centres: Array, beta: float, *, threads: int | None = None) -> Array:
    """Return log-densities (m, q), in nats, of queries (m, q, d) in equal-weight mixtures of centres (m, n, d)."""
    m, q, d = queries.shape
    n = centres.shape[1]
    scale = math.sqrt(0.5 / math.log(2.0)) / beta
    log2_sums = np.empty((m, q))

    def run(start: int, stop: int) -> int:
        _sum_mixtures(start, stop, queries, centres, scale, log2_sums)
        return 0

    over_threads(run, m, threads)
    log2_sums *= math.log(2.0)
    log2_sums += log_gaussian_constant(d, beta) - math.log(n)
    return log2_sums


@njit(cache=True, nogil=True)
def _sum_mixtures(start, stop, queries, centres, scale, log2_sums):
    _, q, d = queries.shape
    n = centres.shape[1]
    padded = (n + LANES - 1) // LANES * LANES
    block = np.full((d + 1) * padded, PADDING)
    origin, y = np.empty(d), np.empty(d)
    for i in range(start, stop):
        for k in range(d):
            origin[k] = centres[i, :, k].mean()
            row = (k + 1) * padded
            for j in range(n):
                block[row + j] = (centres[i, j, k] - origin[k]) * scale
            for j in range(n, padded):
                block[row + j] = 0.0
        block[:n] = 0.0
        for j in range(q):
            for k in range(d):
                y[k] = (queries[i, j, k] - origin[k]) * scale
            shift, near = 0.0, j * n // q
            for k in range(d):
                shift += (y[k] - block[(k + 1) * padded + near]) ** 2
            if not shift < _NEAR:
                shift = block_min(block, 0, padded, y, 0, d, 0.0)
            log2_sums[i, j] = np.log2(block_sum(block, 0, padded, y, 0, d, shift)) - shift
