"""Projections with orthonormal rows: principal directions of a sample, or directions drawn at random.

With ``P Pᵀ = I_k`` the projected noise ``P Z`` is ``N(0, beta² I_k)`` again, so ``P T = P S + P Z`` is the same problem
in k dimensions.
"""

from collections.abc import Iterator

import numpy as np

from infoflow import _checks
from infoflow._random import stream
from infoflow._types import Array, ArrayLike

KINDS = ("pca", "orthonormal")

_COVARIANCE_LIMIT = 1024
_ROWS_LOOKED_AT = 50_000
_OVERSAMPLING = 8
_ITERATIONS = 8
_BLOCK_BYTES = 64 * 2**20


def projection_matrix(centres: ArrayLike, kind: str, k: int, *, seed: int = 0) -> Array:
    """Return P, shape (k, d), with orthonormal rows.

    ``"pca"``: the directions of largest variance of the draws of all inputs together (up to 50 000 of them); beyond
    d = 1024 by subspace iteration, whose small error costs information and no validity: every P gives a bound.
    ``"orthonormal"``: uniform among all k-dimensional subspaces, independent of the draws.

    Args:
        centres: Draws of S, shape (m, n, d). A certificate about *other* draws needs P to be chosen on these only.
        kind: ``"pca"`` or ``"orthonormal"``.
        k: Number of directions, 1..d.
        seed: Seed of the random directions, or of the start of the iteration.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An unknown kind, ``k`` outside 1..d, or empty draws.
        NonFiniteError: NaN or infinity.

    Source: uniform directions by QR with positive diagonal, Mezzadri, Notices of the AMS 54 (2007); subspace
    iteration, Halko, Martinsson & Tropp, SIAM Review 53 (2011), Algorithm 4.4.
    """
    draws = _checks.as_float64("centres", centres, shape="m n d")
    _checks.one_of("kind", kind, KINDS)
    count = check_directions(k, draws.shape[2])
    if kind == "orthonormal":
        return random_directions(draws.shape[2], count, seed)
    return _principal_directions(draws, count, seed)


def check_directions(k: int, d: int) -> int:
    """Return ``k`` if it lies in 1..d."""
    count = _checks.as_count("k", k)
    if count > d:
        raise ValueError(f"k must be at most d = {d}, got {count}")
    return count


def random_directions(d: int, k: int, seed: int, index: int = 0) -> Array:
    """Return k orthonormal rows in d dimensions, uniformly distributed, shape (k, d)."""
    normal = stream(seed, "random projection", index).standard_normal((d, k))
    q, r = np.linalg.qr(normal)
    return np.ascontiguousarray((q * np.sign(np.diag(r))).T)


def project(draws: Array, matrix: Array) -> Array:
    """Return ``P s`` for draws (m, n, d), shape (m, n, k), a block of inputs at a time."""
    m, n, d = draws.shape
    result = np.empty((m, n, len(matrix)))
    step = max(1, _BLOCK_BYTES // (8 * n * d))
    for start in range(0, m, step):
        result[start : start + step] = draws[start : start + step] @ matrix.T
    return result


def _principal_directions(draws: Array, k: int, seed: int) -> Array:
    m, n, d = draws.shape
    rows = draws[:, : max(1, min(n, _ROWS_LOOKED_AT // m))]
    mean = rows.mean(axis=(0, 1))
    if d <= _COVARIANCE_LIMIT:
        basis = np.eye(d)
    else:
        basis = stream(seed, "start of the subspace iteration").standard_normal((d, min(d, k + _OVERSAMPLING)))
        for _ in range(_ITERATIONS):
            basis = np.linalg.qr(sum((x.T @ (x @ basis) for x in _blocks(rows, mean)), np.zeros_like(basis)))[0]
    # Rayleigh-Ritz: the covariance within the span of the basis
    small = np.zeros((basis.shape[1], basis.shape[1]))
    for x in _blocks(rows, mean):
        inner = x @ basis if d > _COVARIANCE_LIMIT else x
        small += inner.T @ inner
    directions = basis @ np.linalg.eigh(small)[1][:, ::-1][:, :k]  # (d, k), orthonormal columns
    signs = np.sign(directions[np.abs(directions).argmax(axis=0), np.arange(k)])
    return np.ascontiguousarray((directions * signs).T)  # repeatable: the largest entry of a row is positive


def _blocks(rows: Array, mean: Array) -> Iterator[Array]:
    m, n, d = rows.shape
    step = max(1, _BLOCK_BYTES // (8 * n * d))
    for start in range(0, m, step):
        yield rows[start : start + step].reshape(-1, d) - mean
