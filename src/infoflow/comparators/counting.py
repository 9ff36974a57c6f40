"""Counting: which rows are equal, and the entropy of what is counted."""

import numpy as np

from infoflow._types import Array, IntArray


def row_codes(rows: Array | IntArray) -> IntArray:
    """Return a number 0..n_distinct-1 for each row of shape (n, d): equal rows, and only these, have equal numbers."""
    codes = np.zeros(len(rows), dtype=np.int64)
    for column in rows.T:
        own = np.unique(column, return_inverse=True)[1]
        codes = np.unique(codes * (int(own.max()) + 1) + own, return_inverse=True)[1].astype(np.int64)
    return codes


def discrete_entropy(codes: IntArray) -> float:
    """Return the entropy of integers of shape (n,), each sample equally probable, in nats."""
    p = np.unique(codes, return_counts=True)[1] / len(codes)
    return float(-np.sum(p * np.log(p)))


def discrete_information(first: IntArray, second: IntArray) -> float:
    """Return the information of two integers 0..k-1 per sample, shapes (n,), ``H(A) + H(B) - H(A,B)``, in nats."""
    pairs = first * (int(second.max()) + 1) + second
    return discrete_entropy(first) + discrete_entropy(second) - discrete_entropy(pairs)
