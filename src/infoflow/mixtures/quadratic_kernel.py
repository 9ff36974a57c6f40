"""The compiled part of :mod:`infoflow.mixtures.quadratic`: exponents by register blocks, then their sums.

A tile of queries within ``radius`` of its middle leaves out the components that cannot matter to any of them. To base
2, with ``e_j(y) = a_j + |A_j (y - μ_j)|²``, ``s_j = |A_j|``:
``sqrt(e_j(y) - a_j) >= sqrt(e_j(middle) - a_j) - s_j radius``.
Left out are those with ``sqrt(e_j(middle) - a_j) >= s_j radius + sqrt(f + log2(n/tol) - min a)``, f the largest of
the queries' own exponents: each is then below ``tol/n`` of a query's own sum, all together below ``tol`` of it.
"""

# numba's interface is untyped.
# pyright: basic, reportAttributeAccessIssue=false, reportCallIssue=false, reportArgumentType=false

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from infoflow._types import Array, IntArray
from infoflow.mixtures import vectors
from infoflow.mixtures.pair_kernel import block_min, block_sum
from infoflow.mixtures.quadratic_table import QuadraticTable
from infoflow.mixtures.threads import over_threads
from infoflow.mixtures.traversal import LARGEST_GAIN
from infoflow.mixtures.vectors import I64, LANES, PADDING, UNROLL, VECTOR, WIDTH

_TILE = 2  # queries whose exponents are made together: 8 sums of 4 numbers, the rest of 16 registers for the factors


@intrinsic
def fill_exponents(typing_context, table, n, n_features, features, offset, exponents):
    """Store ``Σ_f features[offset + 2 f + i] table[f n + j]`` in ``exponents[i n + j]``, i < 2, j < n (padded)."""

    def generate(context: Any, b: Any, signature: Any, arguments: Any) -> Any:
        table, n, n_features, features, offset, exponents = arguments
        rows = vectors.data(context, b, signature.args[0], table)
        y = vectors.data(context, b, signature.args[3], features, offset)
        out = vectors.data(context, b, signature.args[5], exponents)
        slots = [[cgutils.alloca_once(b, VECTOR) for _ in range(UNROLL)] for _ in range(_TILE)]
        starts = [ir.Constant(I64, u * WIDTH) for u in range(UNROLL)]
        with cgutils.for_range_slice(b, ir.Constant(I64, 0), n, ir.Constant(I64, LANES)) as (j, _):
            for slot in (slot for line in slots for slot in line):
                b.store(vectors.constant(0.0), slot)
            with cgutils.for_range(b, n_features) as loop:
                base = b.gep(rows, [b.add(b.mul(loop.index, n), j)])
                c = [vectors.load(b, b.gep(base, [start])) for start in starts]
                first = b.mul(loop.index, ir.Constant(I64, _TILE))
                for i, line in enumerate(slots):
                    feature = vectors.splat(b, b.load(b.gep(y, [b.add(first, ir.Constant(I64, i))])))
                    for part, slot in zip(c, line, strict=True):
                        b.store(vectors.fused(b, feature, part, b.load(slot)), slot)
            for i, line in enumerate(slots):
                target = b.gep(out, [b.add(b.mul(ir.Constant(I64, i), n), j)])
                for start, slot in zip(starts, line, strict=True):
                    vectors.store(b, b.load(slot), b.gep(target, [start]))
        return context.get_dummy_value()

    return types.void(table, types.intp, types.intp, features, types.intp, exponents), generate


@njit(cache=True, nogil=True)
def _near(exponents, line, starts, least, steepness, radius, bound, chosen, begins):
    """List the components that may matter within ``radius`` of a tile's middle; fill where each class begins."""
    found = 0
    for c in range(len(starts) - 1):
        begins[c] = found
        for j in range(starts[c], starts[c + 1]):
            reach = steepness[j] * radius + bound
            if exponents[line + j] - least[j] < reach * reach:
                chosen[found] = j
                found += 1
        while found % LANES != 0:
            chosen[found] = -1
            found += 1
    begins[len(starts) - 1] = found
    return found


@njit(cache=True, nogil=True)
def _pack(table, n, n_features, chosen, found, packed):
    """Copy the chosen columns of the table side by side."""
    for f in range(n_features):
        row, target = f * n, f * found
        for j in range(found):
            packed[target + j] = table[row + chosen[j]] if chosen[j] >= 0 else (PADDING if f == 0 else 0.0)


@njit(cache=True, nogil=True)
def _sum_tiles(
    tile_from, tile_to, first, last, radius, middles, features, n_features, table, starts, least, steepness,
    own_class, own, tol, by_class, everything,
):  # fmt: skip
    """Fill the queries' log2 sums; ``table`` holds exponents to base 2, ``own`` the sums over their own components."""
    n, n_classes = starts[-1], len(starts) - 1
    lowest = least.min()
    middle = np.empty(_TILE * n)
    packed = np.empty(n_features * (n + LANES * n_classes))
    exponents = np.empty(_TILE * (n + LANES * n_classes))
    chosen = np.empty(n + LANES * n_classes, dtype=np.int64)
    begins = np.empty(n_classes + 1, dtype=np.int64)
    pair, nothing = np.empty(_TILE * n_features), np.empty(1)
    pairs = 0
    for tile in range(tile_from, tile_to):
        if (tile - tile_from) % _TILE == 0:
            for i in range(_TILE):
                source = min(tile + i, len(first) - 1) * n_features
                for f in range(n_features):
                    pair[f * _TILE + i] = middles[source + f]
            fill_exponents(table, n, n_features, pair, 0, middle)
        a, z = first[tile], last[tile]
        threshold = -own[a:z].min() + np.log2(n / tol) - lowest
        line = (tile - tile_from) % _TILE * n
        found = _near(
            middle, line, starts, least, steepness, radius[tile], np.sqrt(max(threshold, 0.0)), chosen, begins
        )
        _pack(table, n, n_features, chosen, found, packed)
        pairs += found * (z - a)
        for query in range(a, z, _TILE):
            for i in range(_TILE):
                source = min(query + i, z - 1) * n_features
                for f in range(n_features):
                    pair[f * _TILE + i] = features[source + f]
            fill_exponents(packed, found, n_features, pair, 0, exponents)
            for i in range(min(_TILE, z - query)):
                _sum_query(
                    exponents, i * found, found, begins, own_class, own, query + i, nothing, by_class, everything
                )
    return pairs


@njit(cache=True, nogil=True)
def _sum_query(exponents, line, found, begins, own_class, own, query, nothing, by_class, everything):
    mine = own_class[query]
    shift = block_min(exponents, line, found, nothing, 0, 0, 0.0)
    total, part = 0.0, 0.0
    for c in range(len(begins) - 1):
        piece = block_sum(exponents, line + begins[c], begins[c + 1] - begins[c], nothing, 0, 0, shift)
        total += piece
        if c == mine:
            part = piece
    everything[query] = np.log2(total) - shift
    if -own[query] - shift > LARGEST_GAIN:  # the own class is too far below the rest for one shift
        start, length = line + begins[mine], begins[mine + 1] - begins[mine]
        shift = block_min(exponents, start, length, nothing, 0, 0, 0.0)
        part = block_sum(exponents, start, length, nothing, 0, 0, shift)
    by_class[query] = np.log2(part) - shift


def log_sums(
    points: Array, features: Array, middles: Array, tiles: tuple[IntArray, IntArray, Array], table: QuadraticTable,
    own: Array, own_class: IntArray, tol: float, threads: int | None,
) -> tuple[Array, Array, float]:  # fmt: skip
    """Return log-sums over the class and over everything, nats, of queries in tile order, and the fraction of pairs.

    Args:
        points: Queries in tile order, shape (q, d).
        features: Their features, shape (q, F).
        middles: Features of the tiles' middles, shape (tiles, F).
        tiles: First query, one past the last, and radius of each tile.
        table: The components.
        own: Log-sums over each query's own components, nats, shape (q,).
        own_class: Class of each query's own components, shape (q,).
        tol: Relative tolerance of the sums.
        threads: Number of threads; None for torch's number.
    """
    first, last, radius = tiles
    n_features = features.shape[1]
    in_bits = -1.0 / math.log(2.0)
    flat = (table.coefficients * in_bits).reshape(-1)
    least = np.full(table.coefficients.shape[1], PADDING)
    steepness = np.zeros_like(least)
    least[table.columns], steepness[table.columns] = table.largest * in_bits, table.steepness * math.sqrt(-in_bits)
    own_bits = own * -in_bits
    middles_flat, features_flat = middles.reshape(-1), features.reshape(-1)
    by_class, everything = np.empty(len(points)), np.empty(len(points))

    def run(start: int, stop: int) -> int:
        return _sum_tiles(
            start, stop, first, last, radius, middles_flat, features_flat, n_features, flat, table.starts, least,
            steepness, own_class, own_bits, tol, by_class, everything,
        )  # fmt: skip

    pairs = over_threads(run, len(first), threads)
    return by_class * math.log(2.0), everything * math.log(2.0), pairs / (len(points) * len(table.columns))
