"""Kd-trees over the classes of one mixture's centres, packed for the pair kernel.

Everything here is in base-2 exponents: coordinates are scaled so that ``w_k φ(y - c_k) ∝ 2^-(a_k + |y - c_k|²)`` with
``a_k = -log2 w_k``. The mass of a node at squared distance ``D²`` from y is at most ``W 2^-D²``, W its weight.
"""

# numba's decorators are untyped.
# pyright: basic

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numba import njit

from infoflow._types import Array, IntArray
from infoflow.mixtures import kd_tree
from infoflow.mixtures.threads import over_threads
from infoflow.mixtures.vectors import LANES, PADDING

SMALLEST_WEIGHT = 1e-300
_Part: TypeAlias = tuple[np.ndarray, ...]


@dataclass(frozen=True, kw_only=True)
class Forest:
    """Trees of the classes, one after the other; node arrays as in :class:`kd_tree.Tree`.

    Attributes:
        roots: Root node of each class, shape (C,).
        child: Left child or -1, shape (N,).
        low: Lower corners of the boxes, shape (N, d).
        high: Upper corners, shape (N, d).
        weight: Weight of a leaf's or root's points, shape (N,).
        lightest: ``min a_k`` of a leaf, shape (N,).
        offset: Where a leaf's block starts in ``blocks``, shape (N,).
        length: Padded number of points of a leaf, shape (N,).
        blocks: All blocks in the layout of ``pair_kernel``.
    """

    roots: IntArray
    child: IntArray
    low: Array
    high: Array
    weight: Array
    lightest: Array
    offset: IntArray
    length: IntArray
    blocks: Array


@njit(cache=True, nogil=True)
def _measure(exponents, order, first, last, child, low, high, weight, lightest, length):
    """Fill weights and padded lengths; return the size of all blocks."""
    d = low.shape[1]
    total = 0
    for node in range(len(child) - 1, -1, -1):
        if child[node] >= 0:
            left = child[node]
            weight[node] = weight[left] + weight[left + 1]
            lightest[node] = min(lightest[left], lightest[left + 1])
            length[node] = 0
            continue
        mass, least = 0.0, PADDING
        for i in range(first[node], last[node]):
            mass += 2.0 ** -exponents[order[i]]
            least = min(least, exponents[order[i]])
        weight[node], lightest[node] = max(mass, SMALLEST_WEIGHT), least
        count = last[node] - first[node]
        if _is_point(low, high, node):
            count = 1
        length[node] = (count + LANES - 1) // LANES * LANES
        total += length[node] * (d + 1)
    return total


@njit(cache=True, nogil=True)
def _is_point(low, high, node):
    return np.all(high[node] == low[node])


@njit(cache=True, nogil=True)
def _pack(points, exponents, order, first, last, child, low, high, lightest, length, offset, blocks):
    """Copy the points of each leaf into its block; coincident points become one."""
    d = low.shape[1]
    position = 0
    for node in range(len(child)):
        offset[node] = position
        if child[node] >= 0:
            continue
        n, count = length[node], last[node] - first[node]
        if _is_point(low, high, node):
            mass = 0.0
            for i in range(first[node], last[node]):
                mass += 2.0 ** (lightest[node] - exponents[order[i]])
            blocks[position] = lightest[node] - np.log2(mass)
            lightest[node] = blocks[position]
            count = 1
        else:
            for i in range(count):
                blocks[position + i] = exponents[order[first[node] + i]]
        for i in range(count, n):
            blocks[position + i] = PADDING
        for k in range(d):
            row = position + (k + 1) * n
            for i in range(n):
                blocks[row + i] = points[order[first[node] + min(i, count - 1)], k]
        position += n * (d + 1)


def plant(points: Array, exponents: Array, members: list[IntArray], threads: int | None = None) -> Forest:
    """Return the forest with one tree per class; ``members`` are the indices of each class's points."""
    parts: list[_Part] = [()] * len(members)

    def grow(start: int, stop: int) -> int:
        for label in range(start, stop):
            whole = len(members) == 1
            chosen = members[label]
            parts[label] = _packed(points if whole else points[chosen], exponents if whole else exponents[chosen])
        return 0

    over_threads(grow, len(members), threads)
    n_nodes = [len(part[0]) for part in parts]
    roots = np.cumsum([0, *n_nodes[:-1]])
    starts = np.cumsum([0, *(len(part[-1]) for part in parts[:-1])])
    columns = [list(column) for column in zip(*parts, strict=True)]
    columns[0] = [np.where(child >= 0, child + root, -1) for child, root in zip(columns[0], roots, strict=True)]
    columns[5] = [offset + start for offset, start in zip(columns[5], starts, strict=True)]
    child, low, high, weight, lightest, offset, length, blocks = (
        column[0] if len(column) == 1 else np.concatenate(column) for column in columns
    )
    return Forest(
        roots=roots, child=child, low=low, high=high, weight=weight, lightest=lightest,
        offset=offset, length=length, blocks=blocks,
    )  # fmt: skip


def _packed(points: Array, exponents: Array) -> _Part:
    """Return one tree's (child, low, high, weight, lightest, offset, length, blocks)."""
    tree = kd_tree.build(points)
    count = len(tree.child)
    weight, lightest = np.empty(count), np.empty(count)
    length, offset = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    nodes = (tree.order, tree.first, tree.last, tree.child, tree.low, tree.high)
    blocks = np.empty(_measure(exponents, *nodes, weight, lightest, length))
    _pack(points, exponents, *nodes, lightest, length, offset, blocks)
    return tree.child, tree.low, tree.high, weight, lightest, offset, length, blocks
