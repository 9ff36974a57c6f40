"""Components whose log-density is quadratic in the point, ``ln q_j(t) = f(t) · c_j``, side by side."""

from dataclasses import dataclass

import numpy as np

from infoflow._types import Array, IntArray

_LANES = 16
_NOTHING = 1e300


@dataclass(frozen=True, kw_only=True)
class QuadraticTable:
    """Coefficients of all components, in classes one after the other.

    Attributes:
        coefficients: ``c_j``, nats, shape (number of features, number of padded components); padding is ``-1e300``.
        starts: First column of each class, shape (C + 1,); the last is the number of columns.
        columns: Column of each component in the order it was given, shape (M,).
        largest: Largest value of each component's ``f(t) · c_j``, nats, shape (M,).
        steepness: Least s_j with ``f(t) · c_j >= largest_j - (s_j |t - mean_j|)²``, shape (M,).
    """

    coefficients: Array
    starts: IntArray
    columns: IntArray
    largest: Array
    steepness: Array


def quadratic_table(coefficients: Array, classes: IntArray, largest: Array, steepness: Array) -> QuadraticTable:
    """Return the table of components with ``coefficients`` (M, F), nats, in ``classes`` (M,), numbered from 0.

    The first feature must be the constant 1; ``largest`` and ``steepness`` as in :class:`QuadraticTable`.
    """
    counts = np.bincount(classes)
    lengths = -(-counts // _LANES) * _LANES
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    order = np.argsort(classes, kind="stable")
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = np.empty(len(classes), dtype=np.int64)
    columns[order] = starts[classes[order]] + rank
    table = np.zeros((coefficients.shape[1], int(starts[-1])))
    table[0] = -_NOTHING
    table[:, columns] = coefficients.T
    return QuadraticTable(coefficients=table, starts=starts, columns=columns, largest=largest, steepness=steepness)
