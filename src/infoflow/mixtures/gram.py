"""Gram matrices of the Gaussian kernel for many small mixtures, by the pair kernel; threads over mixtures."""

# numba's decorators and intrinsics are untyped.
# pyright: basic, reportCallIssue=false

import math

import numpy as np
from numba import njit

from infoflow._types import Array
from infoflow.mixtures.pair_kernel import block_terms
from infoflow.mixtures.threads import over_threads
from infoflow.mixtures.vectors import LANES, PADDING


def gram(centres: Array, *, threads: int | None = None) -> Array:
    """Return ``exp(-|c_k - c_j|²/2)``, by direct differences.

    Args:
        centres: Centres of m mixtures in units of beta, shape (m, n, d).
        threads: Number of threads; None for torch's number.

    Returns:
        Shape (m, n, p) with p >= n, n rounded up; the columns from n on are padding, nothing a sum would notice.
    """
    m, n, _ = centres.shape
    padded = (n + LANES - 1) // LANES * LANES
    result = np.empty((m, n, padded))

    def run(start: int, stop: int) -> int:
        _fill(start, stop, centres, math.sqrt(0.5 / math.log(2.0)), padded, result)
        return 0

    over_threads(run, m, threads)
    return result


@njit(cache=True, nogil=True)
def _fill(start, stop, centres, scale, padded, result):
    _, n, d = centres.shape
    block = np.zeros((d + 1) * padded)
    block[n:padded] = PADDING
    y = np.empty(d)
    flat = result.reshape(-1)
    for i in range(start, stop):
        for k in range(d):
            for j in range(n):
                block[(k + 1) * padded + j] = centres[i, j, k] * scale
        for j in range(n):
            for k in range(d):
                y[k] = block[(k + 1) * padded + j]
            block_terms(block, 0, padded, y, 0, d, 0.0, flat, (i * n + j) * padded)
