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
from infoflow.mixtures.pair_kernel import PADDING, block_min, block_sum

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
def _collect(child, low, high, roots, skip, only, y_low, y_high, limit, stack, near):
    """List the leaves nearer than ``limit`` to the tile, roughly near first; return their number."""
    found = 0
    for c in range(len(roots)):
        if c == skip or (only >= 0 and c != only):
            continue
        size = 1
        stack[0] = roots[c]
        while size > 0:
            size -= 1
            node = stack[size]
            if _box_to_box(low, high, node, y_low, y_high) >= limit:
                continue
            left = child[node]
            if left < 0:
                near[found] = node
                found += 1
                continue
            far_left = _box_to_box(low, high, left, y_low, y_high) > _box_to_box(low, high, left + 1, y_low, y_high)
            stack[size] = left if far_left else left + 1
            stack[size + 1] = left + 1 if far_left else left
            size += 2
    return found


@njit(cache=True, nogil=True)
def _query_sum(forest, near, found, w_near, y, i, d, tol, floor, start, distances):
    """Return (sum in units of 2^-shift, shift, pairs) over the listed leaves, starting from ``start`` 2^-floor."""
    low, high, lightest, offset, length, blocks = forest
    lowest = PADDING
    base = i * d
    for j in range(found):
        node = near[j]
        total = 0.0
        for k in range(d):
            value = y[base + k]
            gap = max(low[node, k] - value, value - high[node, k], 0.0)
            total += gap * gap
        distances[j] = total
        lowest = min(lowest, total + lightest[node])
    limit = floor + np.log2(w_near / (0.75 * tol))
    if start > 1.0:
        limit -= np.log2(start)
    shift = floor
    if floor - lowest > LARGEST_GAIN:
        shift = PADDING
        for j in range(found):
            if distances[j] < limit:
                shift = min(shift, block_min(blocks, offset[near[j]], length[near[j]], y, base, d, 0.0))
        shift = min(shift, floor)
        start *= 2.0 ** (shift - floor)
        limit += min(shift - floor, 0.0)
    total, known, pairs = start, max(start, 1.0), 0
    for j in range(found):
        if distances[j] < limit:
            node = near[j]
            total += block_sum(blocks, offset[node], length[node], y, base, d, shift)
            pairs += length[node]
            while total > 2.0 * known:
                known *= 2.0
                limit -= 1.0
    return total, shift, pairs


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
        floor: Upper bounds f of ``-log2`` of the own class's sum; written where ``has_floor`` is false.
        has_floor: Whether ``floor`` was given.
        tol: The certificate's tolerance.
        roots: As in :class:`Forest`, and so on to ``blocks``.
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
    distances = np.empty(len(near))
    forest = (node_low, node_high, lightest, offset, length, blocks)
    visited = 0
    w_all = 0.0
    for c in range(len(roots)):
        w_all += weight[roots[c]]
    for tile in range(tile_from, tile_to):
        mine = own_class[tile]
        if not has_floor:
            leaf = _nearest_leaf(child, node_low, node_high, roots[max(mine, 0)], low[tile], high[tile])
            for i in range(first[tile], last[tile]):
                floor[i] = block_min(blocks, offset[leaf], length[leaf], y, i * d, d, 0.0)
        for stage in range(2):
            if mine < 0 and stage == 0:
                continue
            only, skip = (mine, -1) if stage == 0 else (-1, mine)
            w_stage = weight[roots[mine]] if stage == 0 else w_all
            worst = -PADDING
            for i in range(first[tile], last[tile]):
                f = floor[i]
                if mine >= 0 and stage == 1:
                    f = -own_log2[i]
                worst = max(worst, f)
            limit = worst + np.log2(4.0 * w_stage / tol)
            found = _collect(child, node_low, node_high, roots, skip, only, low[tile], high[tile], limit, stack, near)
            w_near = SMALLEST_WEIGHT
            for j in range(found):
                w_near += weight[near[j]]
            for i in range(first[tile], last[tile]):
                if stage == 0 or mine < 0:
                    total, shift, pairs = _query_sum(
                        forest, near, found, w_near, y, i, d, tol, floor[i], 0.0, distances
                    )
                else:
                    total, shift, pairs = _query_sum(
                        forest, near, found, w_near, y, i, d, tol, -own_log2[i], 1.0, distances
                    )
                visited += pairs
                if stage == 0:
                    own_log2[i] = np.log2(total) - shift
                else:
                    all_log2[i] = np.log2(total) - shift
    return visited
