"""The pruned engine: kd-trees of centres against tiles of queries, leaving out only what a certificate allows.

The cost grows with the number of centres within about ``beta sqrt(2 ln(n/tol))`` of a query, not with n. Threads
share tiles; a query's sum does not depend on the tile order, so any number of threads gives the same numbers.
"""

# numba's functions are untyped.
# pyright: basic

import math
import time
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.mixtures import forest, kd_tree
from infoflow.mixtures.batched import own_log_density
from infoflow.mixtures.reference import log_gaussian_constant
from infoflow.mixtures.threads import over_threads
from infoflow.mixtures.traversal import sum_tiles

TILE_SIZE = 32


@dataclass(frozen=True, kw_only=True)
class PrunedSums:
    """What :func:`log_sums` returns.

    Attributes:
        own: Log-density of the own class's part, unnormalised by the class's weight, shape (q,); None without classes.
        everything: Log-density of the whole mixture, shape (q,).
        visited: Fraction of the query-centre pairs that were evaluated.
    """

    own: Array | None
    everything: Array
    visited: float


def log_sums(
    queries: Array,
    centres: Array,
    log_weights: Array,
    beta: float,
    *,
    tol: float,
    query_classes: IntArray | None = None,
    centre_classes: IntArray | None = None,
    log_floor: Array | None = None,
    threads: int | None = None,
) -> PrunedSums:
    """Return ``log Σ_k w_k φ(y - c_k)`` over the query's own class and over all centres.

    Args:
        queries: Shape (q, d).
        centres: Shape (n, d).
        log_weights: Shape (n,), nats; -inf leaves a centre out.
        beta: Standard deviation.
        tol: Largest relative amount by which a sum may be low.
        query_classes: Class of each query, 0..C-1, shape (q,); None for one class.
        centre_classes: Class of each centre, shape (n,).
        log_floor: Known lower bounds of the own class's result, shape (q,), nats; they save work.
        threads: Number of threads; None for torch's number.
    """
    d = centres.shape[1]
    scale = math.sqrt(0.5 / math.log(2.0)) / beta
    offset = centres.mean(axis=0)
    points, y = (centres - offset) * scale, (queries - offset) * scale
    exponents = log_weights / -math.log(2.0)
    kept = np.isfinite(exponents)
    if not kept.all():
        points, exponents = points[kept], exponents[kept]
        centre_classes = None if centre_classes is None else centre_classes[kept]
    wood = forest.plant(points, exponents, _members(centre_classes, len(points)), threads)
    order, tiles = _tiles(y, query_classes)
    constant = log_gaussian_constant(d, beta)
    has_floor = log_floor is not None
    floor = (constant - log_floor[order]) / math.log(2.0) if log_floor is not None else np.empty(len(y))
    own, everything = np.empty(len(y)), np.empty(len(y))
    first, last, low, high, mine = tiles
    y_flat = np.ascontiguousarray(y[order]).reshape(-1)

    def run(start: int, stop: int) -> int:
        return sum_tiles(
            start, stop, first, last, low, high, mine, y_flat, floor, has_floor, tol,
            wood.roots, wood.child, wood.low, wood.high, wood.weight, wood.lightest, wood.offset, wood.length,
            wood.blocks, own, everything,
        )  # fmt: skip

    pairs = over_threads(run, len(first), threads)
    return PrunedSums(
        own=None if query_classes is None else _in_nats(own, order, constant),  # without classes, none was written
        everything=_in_nats(everything, order, constant),
        visited=pairs / (len(y) * len(points)),
    )


def compile_kernels() -> float:
    """Compile the kernels, or load them from numba's cache, by a tiny problem; return the seconds it took."""
    started = time.perf_counter()
    points = np.arange(300.0).reshape(150, 2)
    log_weights = np.full(150, -math.log(150.0))
    labels = np.arange(150) % 2
    log_sums(points, points, log_weights, 1.0, tol=1e-12)
    log_sums(
        points, points, log_weights, 1.0, tol=1e-12, query_classes=labels, centre_classes=labels, log_floor=log_weights
    )
    own_log_density(points[None], points[None], 1.0)
    return time.perf_counter() - started


def _in_nats(log2_sums: Array, order: IntArray, constant: float) -> Array:
    """Return the log-densities of the queries in their given order."""
    result = np.empty(len(log2_sums))
    result[order] = log2_sums * math.log(2.0) + constant
    return result


def _members(classes: IntArray | None, n: int) -> list[IntArray]:
    if classes is None:
        return [np.arange(n)]
    order = np.argsort(classes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(classes))[:-1])


def _tiles(y: Array, classes: IntArray | None) -> tuple[IntArray, tuple[IntArray, IntArray, Array, Array, IntArray]]:
    """Return the query order and the tiles' (first, last, low, high, class)."""
    orders: list[IntArray] = []
    parts: list[tuple[IntArray, IntArray, Array, Array, IntArray]] = []
    start = 0
    for label, chosen in enumerate(_members(classes, len(y))):
        if len(chosen) == 0:  # a class without queries: those that other engines left over may be of one class only
            continue
        tree = kd_tree.build(y[chosen], TILE_SIZE)
        leaf = tree.child < 0
        orders.append(chosen[tree.order])
        mine = np.full(int(leaf.sum()), -1 if classes is None else label)
        parts.append((tree.first[leaf] + start, tree.last[leaf] + start, tree.low[leaf], tree.high[leaf], mine))
        start += len(chosen)
    first, last, low, high, mine = (np.concatenate(column) for column in zip(*parts, strict=True))
    return np.concatenate(orders), (first, last, low, high, mine)
