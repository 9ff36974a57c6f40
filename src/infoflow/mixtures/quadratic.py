"""Sums of many exponentials of affine functions, ``ln Σ_j exp(f · c_j)``: densities that are quadratic in their point.

A Gaussian with any covariance is one: its features f are 1, the coordinates and their products. With numba the
exponents of two queries at a time are made in registers by the vectors of ``pair_kernel`` and added up from a buffer
that stays in the cache; without it, torch does the same in blocks.
"""

# numba's decorators and intrinsics are untyped.
# pyright: basic, reportCallIssue=false

import math
from dataclasses import dataclass

import numpy as np
import torch

from infoflow._types import Array, IntArray
from infoflow.mixtures import engines

_BLOCK = 128
_SMALL = 1e300


@dataclass(frozen=True, kw_only=True)
class QuadraticTable:
    """Coefficients of all components, in classes one after the other.

    Attributes:
        coefficients: ``c_j``, nats, shape (number of features, number of padded components); padding is ``-1e300``.
        starts: First column of each class, shape (C + 1,); the last is the number of columns.
        columns: Column of each component in the order it was given, shape (M,).
    """

    coefficients: Array
    starts: IntArray
    columns: IntArray


def quadratic_table(coefficients: Array, classes: IntArray) -> QuadraticTable:
    """Return the table of components with ``coefficients`` (M, F), nats, in ``classes`` (M,), numbered from 0.

    The first feature must be the constant 1.
    """
    lanes = 16
    counts = np.bincount(classes)
    lengths = -(-counts // lanes) * lanes
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    order = np.argsort(classes, kind="stable")
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = np.empty(len(classes), dtype=np.int64)
    columns[order] = starts[classes[order]] + rank
    table = np.zeros((coefficients.shape[1], int(starts[-1])))
    table[0] = -_SMALL
    table[:, columns] = coefficients.T
    return QuadraticTable(coefficients=table, starts=starts, columns=columns)


def quadratic_log_sums(
    features: Array, table: QuadraticTable, own: IntArray, own_class: IntArray, threads: int | None = None
) -> tuple[Array, Array, Array]:
    """Return log-sums over a query's own components, over its class and over everything, each (q,), in nats.

    A class's sum is right where it is at least e^-600 of everything, and at least that where it is less.

    Args:
        features: Features of each query, the first of them 1, shape (q, F).
        table: The components.
        own: Indices of each query's own components, shape (q, k).
        own_class: Class of each query, shape (q,).
        threads: Threads of the compiled code; None for as many as torch uses.
    """
    columns = table.columns[own]
    if engines.is_available("pruned"):
        from infoflow.mixtures import quadratic_kernel

        return quadratic_kernel.log_sums(features, table.coefficients, table.starts, columns, own_class, threads)
    engines.warn_slow("numba")
    return _log_sums_torch(features, table, columns, own_class)


def _log_sums_torch(
    features: Array, table: QuadraticTable, columns: IntArray, own_class: IntArray
) -> tuple[Array, Array, Array]:
    coefficients = torch.from_numpy(table.coefficients)
    starts = torch.from_numpy(table.starts)
    position = torch.arange(int(starts[-1]))
    results = np.empty((3, len(features)))
    for start in range(0, len(features), _BLOCK):
        rows = slice(start, start + _BLOCK)
        exponents = torch.from_numpy(np.ascontiguousarray(features[rows])) @ coefficients
        mine = torch.from_numpy(own_class[rows])
        inside = (position >= starts[mine, None]) & (position < starts[mine + 1, None])
        top = exponents.amax(dim=1, keepdim=True)
        relative = (exponents - top).clamp_(min=-1000.0 * math.log(2.0)).exp_()
        results[0, rows] = torch.logsumexp(exponents.gather(1, torch.from_numpy(columns[rows])), dim=1).numpy()
        results[1, rows] = ((relative * inside).sum(dim=1).log() + top[:, 0]).numpy()
        results[2, rows] = (relative.sum(dim=1).log() + top[:, 0]).numpy()
    return results[0], results[1], results[2]
