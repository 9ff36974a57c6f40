"""Which inputs train and which test."""

import numpy as np

from infoflow import _checks
from infoflow._random import stream
from infoflow._types import IntArray

SZT_TRAIN = 3277
"""Training inputs of the published runs: 80 % of 4096."""


def train_test_split(m: int, n_train: int = SZT_TRAIN, seed: int = 0) -> tuple[IntArray, IntArray]:
    """Split the inputs 0..m-1 at random into two sorted sets.

    Args:
        m: Inputs.
        n_train: Inputs of the training set, fewer than ``m``.
        seed: Seed of the split.

    Returns:
        Sorted indices for training, shape (n_train,), and for testing, shape (m - n_train,).

    Raises:
        TypeError: An argument is not an integer.
        ValueError: ``n_train`` is not between 1 and m - 1, or ``seed`` is negative.
    """
    m = _checks.as_count("m", m, minimum=2)
    n_train = _checks.as_count("n_train", n_train)
    if n_train >= m:
        raise ValueError(f"n_train must be below the number of inputs {m}, got {n_train}")
    permutation = stream(seed, "train test split").permutation(m)
    return np.sort(permutation[:n_train]), np.sort(permutation[n_train:])
