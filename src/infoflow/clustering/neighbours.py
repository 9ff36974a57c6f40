"""Exact distances to the nearest neighbours, in few and in many dimensions."""

import numpy as np
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from infoflow._types import Array
from infoflow.clustering.inputs import BLOCK_ELEMENTS

_TREE_DIMENSIONS = 12
"""A k-d tree visits most leaves in more dimensions than this."""
_SPARE = 6
"""Candidates beyond the k asked for."""


def neighbour_distances(points: Array, k: int) -> Array:
    """Return the distances of every point to its k nearest others, in increasing order.

    Up to 12 dimensions by a k-d tree. Above, candidates come from ``|x|² - 2 x·y + |y|²``, a matrix product, and their
    distances from differences. A point whose candidates are not certain to hold its k nearest — the product's rounding
    is at most ``(d + 4) eps (|x| + max |y|)²`` — gets all its distances from differences.

    Args:
        points: Distinct points, shape (n, d).
        k: Neighbours, at most n - 1.

    Returns:
        Distances, shape (n, k).
    """
    n, d = points.shape
    if d <= _TREE_DIMENSIONS:
        return np.asarray(KDTree(points).query(points, k=k + 1)[0])[:, 1:]  # the first is the point itself
    centred = points - points.mean(axis=0)
    sq_norms = np.einsum("ij,ij->i", centred, centred)
    wanted = min(k + _SPARE, n - 1)
    step = max(1, BLOCK_ELEMENTS // n)
    parts = [_block(centred, sq_norms, start, min(start + step, n), k, wanted) for start in range(0, n, step)]
    return np.concatenate(parts)


def _block(x: Array, sq_norms: Array, start: int, stop: int, k: int, wanted: int) -> Array:
    """Return the neighbour distances of points start..stop-1, shape (stop - start, k)."""
    own = np.arange(stop - start)
    rough = sq_norms[start:stop, None] - 2 * (x[start:stop] @ x.T) + sq_norms
    rough[own, own + start] = np.inf
    chosen = np.argpartition(rough, wanted - 1, axis=1)[:, :wanted]
    farthest = np.take_along_axis(rough, chosen, axis=1).max(axis=1)
    near = np.stack([np.linalg.norm(x[chosen[i]] - x[start + i], axis=1) for i in own])
    near = np.sort(near, axis=1)[:, :k]
    if wanted < len(x) - 1:
        reach = np.sqrt(sq_norms[start:stop]) + np.sqrt(sq_norms.max())
        rounding = (x.shape[1] + 4) * np.finfo(np.float64).eps * np.square(reach)
        for row in np.flatnonzero(np.square(near[:, -1]) > farthest - rounding):
            near[row] = np.sort(cdist(x[start + row, None], x)[0])[1 : k + 1]  # the first is the point itself
    return near
