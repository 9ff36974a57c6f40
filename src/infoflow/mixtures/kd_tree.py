"""A kd-tree over weighted points in a few flat arrays, built by numba; leaves are the blocks of ``pair_kernel``.

A node covers a contiguous range of the reordered points and knows its bounding box and the logarithm of its weight.
A split halves the widest side of the box, moved so that each part keeps at least a quarter of the points: clusters
stay together, and the depth is logarithmic. A node whose points coincide becomes a leaf with one point of their
total weight, however many they are (the first noisy layer of a network has one distinct centre per input).
"""

# numba's decorators are untyped.
# pyright: basic

from dataclasses import dataclass

import numpy as np
from numba import njit

from infoflow._types import Array, IntArray

LEAF_SIZE = 128


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Nodes 0..N-1, node 0 the root; children of node i are ``child[i]`` and ``child[i] + 1``, -1 for a leaf.

    Attributes:
        order: Point indices in tree order, shape (n,).
        first: First position of each node's points in ``order``, shape (N,).
        last: One past the last position, shape (N,).
        child: Left child or -1, shape (N,).
        low: Lower corners of the boxes, shape (N, d).
        high: Upper corners, shape (N, d).
    """

    order: IntArray
    first: IntArray
    last: IntArray
    child: IntArray
    low: Array
    high: Array


@njit(cache=True, nogil=True)
def _partition(points, order, first, last, axis, pivot):
    """Move the indices whose coordinate is below ``pivot`` to the front; return the position of the first other."""
    i, j = first, last - 1
    while True:
        while i <= j and points[order[i], axis] < pivot:
            i += 1
        while i <= j and points[order[j], axis] >= pivot:
            j -= 1
        if i > j:
            return i
        order[i], order[j] = order[j], order[i]


@njit(cache=True, nogil=True)
def _select(points, order, first, last, axis, position):
    """Reorder so that the coordinates before ``position`` are <= those from ``position`` on (quickselect)."""
    low, high = first, last - 1
    while low < high:
        pivot = points[order[(low + high) // 2], axis]
        i, j = low, high
        while i <= j:
            while points[order[i], axis] < pivot:
                i += 1
            while points[order[j], axis] > pivot:
                j -= 1
            if i <= j:
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if position <= j:
            high = j
        elif position >= i:
            low = i
        else:
            return


@njit(cache=True, nogil=True)
def _box(points, order, first, last, low, high):
    """Fill the bounding box and return its widest axis."""
    d = points.shape[1]
    for k in range(d):
        low[k] = points[order[first], k]
        high[k] = low[k]
    for i in range(first + 1, last):
        for k in range(d):
            value = points[order[i], k]
            low[k] = min(low[k], value)
            high[k] = max(high[k], value)
    widest = 0
    for k in range(1, d):
        if high[k] - low[k] > high[widest] - low[widest]:
            widest = k
    return widest


@njit(cache=True, nogil=True)
def _grow(points, order, leaf_size, first, last, child, low, high):
    """Split nodes until every leaf is small; return the number of nodes."""
    first[0], last[0] = 0, len(order)
    n_nodes, node = 1, 0
    while node < n_nodes:
        a, z = first[node], last[node]
        axis = _box(points, order, a, z, low[node], high[node])
        child[node] = -1
        if z - a > leaf_size and high[node, axis] > low[node, axis]:
            quarter = max((z - a) // 4, 1)
            middle = 0.5 * (low[node, axis] + high[node, axis])
            cut = _partition(points, order, a, z, axis, middle)
            if cut < a + quarter:
                cut = a + quarter
                _select(points, order, a, z, axis, cut)
            elif cut > z - quarter:
                cut = z - quarter
                _select(points, order, a, z, axis, cut)
            child[node] = n_nodes
            first[n_nodes], last[n_nodes] = a, cut
            first[n_nodes + 1], last[n_nodes + 1] = cut, z
            n_nodes += 2
        node += 1
    return n_nodes


def build(points: Array, leaf_size: int = LEAF_SIZE) -> Tree:
    """Return the tree over ``points`` (n, d); leaves hold at most ``leaf_size`` points unless all coincide."""
    n, d = points.shape
    most = max(2 * (4 * n // leaf_size + 1), 1)
    order = np.arange(n)
    first, last, child = (np.empty(most, dtype=np.int64) for _ in range(3))
    low, high = np.empty((most, d)), np.empty((most, d))
    count = _grow(points, order, leaf_size, first, last, child, low, high)
    return Tree(
        order=order,
        first=first[:count],
        last=last[:count],
        child=child[:count],
        low=low[:count].copy(),
        high=high[:count].copy(),
    )
