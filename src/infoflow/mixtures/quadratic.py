"""Sums of many densities that are quadratic in the point, ``ln Σ_j exp(f(t) · c_j)``: Gaussians of any covariance.

With numba, tiles of neighbouring queries leave out the components that cannot matter to them, with a certificate, and
the exponents of the others are made in registers, two queries at a time; without it, torch sums everything in blocks.
"""

# numba's functions are untyped.
# pyright: basic

import math
from collections.abc import Callable

import numpy as np
import torch

from infoflow._types import Array, IntArray
from infoflow.mixtures import engines
from infoflow.mixtures.quadratic_table import QuadraticTable

TILE_SIZE = 32
_BLOCK = 128


def quadratic_log_sums(
    points: Array,
    features: Callable[[Array], Array],
    table: QuadraticTable,
    own: IntArray,
    own_class: IntArray,
    *,
    tol: float,
    threads: int | None = None,
) -> tuple[Array, Array, Array]:
    """Return log-sums over a query's own components, over their class and over everything, each (q,), in nats.

    Args:
        points: Queries t, shape (q, d).
        features: The function from points (q, d) to f(t), the first of them 1, (q, F).
        table: The components.
        own: Indices of each query's own components, all of one class, shape (q, k).
        own_class: That class, shape (q,).
        tol: Largest relative amount by which a sum may be low.
        threads: Threads of the compiled code; None for as many as torch uses.
    """
    columns = table.columns[own]
    if not engines.is_available("pruned"):
        engines.warn_slow("numba")
        return _log_sums_torch(features(points), table, columns, own_class)
    from infoflow.mixtures import kd_tree, quadratic_kernel

    tree = kd_tree.build(points, TILE_SIZE)
    leaf = tree.child < 0
    first, last, low, high = tree.first[leaf], tree.last[leaf], tree.low[leaf], tree.high[leaf]
    radius = 0.5 * np.sqrt(np.sum((high - low) ** 2, axis=1))
    some, order = features(points[tree.order]), tree.order
    log_own = _log_own(some, table, columns[order])
    by_class, everything, _ = quadratic_kernel.log_sums(
        points,
        some,
        features(0.5 * (low + high)),
        (first, last, radius),
        table,
        log_own,
        own_class[order],
        tol,
        threads,
    )
    results = np.empty((3, len(points)))
    for result, values in zip(results, (log_own, by_class, everything), strict=True):
        result[order] = values
    return results[0], results[1], results[2]


def _log_own(features: Array, table: QuadraticTable, columns: IntArray) -> Array:
    by_component = np.ascontiguousarray(table.coefficients.T)
    exponents = np.stack([np.einsum("qf,qf->q", features, by_component[line]) for line in columns.T])
    return np.asarray(np.logaddexp.reduce(exponents, axis=0))


def _log_sums_torch(
    features: Array, table: QuadraticTable, columns: IntArray, own_class: IntArray
) -> tuple[Array, Array, Array]:
    coefficients = torch.from_numpy(table.coefficients)
    starts = torch.from_numpy(table.starts)
    position = torch.arange(int(starts[-1]))
    results = np.empty((3, len(features)))
    results[0] = _log_own(features, table, columns)
    for start in range(0, len(features), _BLOCK):
        rows = slice(start, start + _BLOCK)
        exponents = torch.from_numpy(np.ascontiguousarray(features[rows])) @ coefficients
        mine = torch.from_numpy(own_class[rows])
        inside = (position >= starts[mine, None]) & (position < starts[mine + 1, None])
        results[1, rows] = torch.logsumexp(exponents.masked_fill(~inside, -math.inf), dim=1).numpy()
        results[2, rows] = torch.logsumexp(exponents, dim=1).numpy()
    return results[0], results[1], results[2]
