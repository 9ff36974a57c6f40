"""Tiles of queries walk through a :mod:`forest <infoflow.mixtures.forest>`, with a certificate for what they skip.

All exponents are to base 2, as there.

Certificate. Let ``2^-f <= S`` be a known lower bound of a query's sum. A tile of queries leaves out nodes with
``D² >= max f + log2(4 W_all / tol)``: together at most ``tol/4 · S``. Of the leaves that remain, with weight
``W_near``, a query leaves out those with ``D² >= f - log2(S so far) + log2(W_near / (3/4 tol))``: at most
``3/4 tol · S``. So the sum is low by at most ``tol · S``, for every query, wherever it lies.
"""

# numba's decorators and intrinsics are untyped.
# pyright: basic, reportCallIssue=false

import numpy as np
from numba import njit

from infoflow.mixtures.forest import SMALLEST_WEIGHT
from infoflow.mixtures.pair_kernel import block_min, block_sum, box_gaps
from infoflow.mixtures.vectors import LANES, PADDING

LARGEST_GAIN = 900.0  # exponents this far above the shift would overflow: then the shift is found exactly


@njit(cache=True, nogil=True)
def _box_to_box(low, high, node, tile_low, tile_high):
    total = 0.0
    for k in range(len(tile_low)):
        gap = max(low[node, k] - tile_high[k], tile_low[k] - high[node, k], 0.0)
        total += gap * gap
    return total


@njit(cache=True, nogil=True)
def _nearest_leaf(child, low, high, root, y_low, y_high):
    """Return a leaf near the tile's middle: down the tree, always into the nearer child's box."""
    middle = 0.5 * (y_low + y_high)
    node = root
    while child[node] >= 0:
        left = child[node]
        near = _box_to_box(low, high, left, middle, middle) <= _box_to_box(low, high, left + 1, middle, middle)
        node = left if near else left + 1
    return node


@njit(cache=True, nogil=True)
def _collect(child, low, high, weight, lightest, roots, skip, only, y_low, y_high, limit, stack, near):
    """List the leaves nearer than ``limit`` to the tile, roughly near first; return number, weight, least exponent."""
    found, w_near, lowest = 0, SMALLEST_WEIGHT, PADDING
    for c in range(len(roots)):
        if c == skip or (only >= 0 and c != only):
            continue
        size = 1
        stack[0] = roots[c]
        while size > 0:
            size -= 1
            node = stack[size]
            distance = _box_to_box(low, high, node, y_low, y_high)
            if distance >= limit:
                continue
            left = child[node]
            if left < 0:
                near[found] = node
                found += 1
                w_near += weight[node]
                lowest = min(lowest, distance + lightest[node])
                continue
            far_left = _box_to_box(low, high, left, y_low, y_high) > _box_to_box(low, high, left + 1, y_low, y_high)
            stack[size] = left if far_left else left + 1
            stack[size + 1] = left + 1 if far_left else left
            size += 2
    return found, w_near, lowest


@njit(cache=True, nogil=True)
def _exact_shift(forest, near, found, y, base, d, floor):
    """Return the least exponent of a query over the listed leaves, at most ``floor``."""
    _, _, offset, length, blocks = forest
    shift = floor
    for j in range(found):
        shift = min(shift, block_min(blocks, offset[near[j]], length[near[j]], y, base, d, 0.0))
    return shift


@njit(cache=True, nogil=True)
def _rows(y, first, count, padded, d):
    """Return a tile's coordinates row by row, padded with its first query."""
    rows = np.empty(d * padded)
    for i in range(padded):
        base = (first + (i if i < count else 0)) * d
        for k in range(d):
            rows[k * padded + i] = y[base + k]
    return rows


@njit(cache=True, nogil=True)
def _sum_tile(forest, near, found, w_near, lowest, y, first, last, d, tol, floor, start, result):
    """Fill ``result[first:last]`` with log2 sums over the listed leaves plus ``start * 2^-floor``; return the pairs."""
    low, high, offset, length, blocks = forest
    count = last - first
    total, known, limit, shift = np.empty(count), np.empty(count), np.empty(count), np.empty(count)
    for i in range(count):
        f = floor[first + i]
        shift[i], total[i], known[i] = f, start, 1.0
        limit[i] = f + np.log2(w_near / (0.75 * tol))
        if f - lowest > LARGEST_GAIN:
            shift[i] = _exact_shift(forest, near, found, y, (first + i) * d, d, f)
            total[i] *= 2.0 ** (shift[i] - f)
            limit[i] += shift[i] - f
    padded = (count + LANES - 1) // LANES * LANES
    rows, gaps = _rows(y, first, count, padded, d), np.empty(padded)
    pairs = 0
    for j in range(found):
        node = near[j]
        box_gaps(low, high, node * d, rows, padded, d, gaps)
        for i in range(count):
            if gaps[i] < limit[i]:
                total[i] += block_sum(blocks, offset[node], length[node], y, (first + i) * d, d, shift[i])
                pairs += length[node]
                while total[i] > 2.0 * known[i]:
                    known[i] *= 2.0
                    limit[i] -= 1.0
    for i in range(count):
        result[first + i] = np.log2(total[i]) - shift[i]
    return pairs


@njit(cache=True, nogil=True)
def sum_tiles(
    tile_from, tile_to, first, last, low, high, own_class, y, floor, has_floor, tol,
    roots, child, node_low, node_high, weight, lightest, offset, length, blocks,
    own_log2, all_log2,
):  # fmt: skip
    """Fill the log2 sums over the own class and over all classes of the tiles' queries; return the pairs evaluated.

    Args:
        tile_from: First tile.
        tile_to: One past the last tile.
        first: First query of each tile.
        last: One past the last query of each tile.
        low: Lower corners of the tiles.
        high: Upper corners of the tiles.
        own_class: Class of each tile's queries; -1 where only the sum over everything is wanted.
        y: Query coordinates, flat.
        floor: Upper bounds f of ``-log2`` of the own class's sum; overwritten.
        has_floor: Whether ``floor`` was given.
        tol: The certificate's tolerance.
        roots: As in :class:`infoflow.mixtures.forest.Forest`, and so on to ``blocks``.
        child: See there.
        node_low: See there.
        node_high: See there.
        weight: See there.
        lightest: See there.
        offset: See there.
        length: See there.
        blocks: See there.
        own_log2: Result for the own class.
        all_log2: Result for all classes.
    """
    d = low.shape[1]
    near = np.empty(len(child) // 2 + 1, dtype=np.int64)
    stack = np.empty(len(child) + 2, dtype=np.int64)
    forest = (node_low, node_high, offset, length, blocks)
    visited = 0
    w_all = 0.0
    for c in range(len(roots)):
        w_all += weight[roots[c]]
    for tile in range(tile_from, tile_to):
        a, z, mine = first[tile], last[tile], own_class[tile]
        if not has_floor:
            leaf = _nearest_leaf(child, node_low, node_high, roots[max(mine, 0)], low[tile], high[tile])
            for i in range(a, z):
                floor[i] = block_min(blocks, offset[leaf], length[leaf], y, i * d, d, 0.0)
        start = 0.0
        if mine >= 0:
            limit = floor[a:z].max() + np.log2(4.0 * weight[roots[mine]] / tol)
            found, w_near, lowest = _collect(
                child, node_low, node_high, weight, lightest, roots, -1, mine, low[tile], high[tile], limit, stack, near
            )
            visited += _sum_tile(forest, near, found, w_near, lowest, y, a, z, d, tol, floor, start, own_log2)
            start = 1.0
            for i in range(a, z):
                floor[i] = -own_log2[i]
        limit = floor[a:z].max() + np.log2(4.0 * w_all / tol)
        found, w_near, lowest = _collect(
            child, node_low, node_high, weight, lightest, roots, mine, -1, low[tile], high[tile], limit, stack, near
        )
        visited += _sum_tile(forest, near, found, w_near, lowest, y, a, z, d, tol, floor, start, all_log2)
    return visited
