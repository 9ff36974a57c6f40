"""Small problems whose layers have one or two dimensions, so that what is estimated can be integrated exactly."""

import itertools

import numpy as np
import numpy.typing as npt

from infoflow import _checks
from infoflow._random import stream
from infoflow._types import IntArray

Rows = npt.NDArray[np.float32]

LEVELS = (-3.0, -1.0, 1.0, 3.0)
"""The values of X of the single neuron: a constellation of four points at equal distances."""

N_SPIRAL = 600
_ARMS = 3
_TURN = 4.0


def neuron_problem() -> tuple[Rows, IntArray]:
    """Return X = -3, -1, 1, 3 as rows (4, 1) and labels: 1 for 3 alone.

    Source: [G19] section 4 (single neuron).
    """
    inputs = np.array(LEVELS, np.float32)[:, None]
    return inputs, (inputs[:, 0] == LEVELS[-1]).astype(np.int64)


def pair_problem() -> tuple[Rows, IntArray]:
    """Return X = 1 … 8 as rows (8, 1) and labels: 1 above 4.

    Source: [G19] supplement (two leaky-ReLU neurons).
    """
    inputs = np.arange(1, 9, dtype=np.float32)[:, None]
    return inputs, (inputs[:, 0] > 4).astype(np.int64)


def grid_problem() -> tuple[Rows, IntArray]:
    """Return the 16 points {-3, -1, 1, 3}² as rows (16, 2) and labels: 1 where the coordinates add up to more than 2.

    The single neuron's constellation in two dimensions: three corner points belong to class 1.
    """
    inputs = np.array(list(itertools.product(LEVELS, repeat=2)), np.float32)
    return inputs, (inputs.sum(axis=1) > 2).astype(np.int64)


def spiral_problem(m: int = N_SPIRAL, seed: int = 0) -> tuple[Rows, IntArray]:
    """Return three arms of a spiral in the plane, rows (m, 2), and their labels 0, 1, 2.

    Arm k has radius r from 0 to 1 at angle ``4 (k + r) + 0.2 z``, z standard normal.

    Args:
        m: Points, at least 3; the first arms have one more where m is no multiple of 3.
        seed: Seed of the angles.

    Source: [G18] section 5 (the spiral data set); the generator is ours.
    """
    _checks.as_count("m", m, minimum=_ARMS)
    labels = np.sort(np.arange(m) % _ARMS)
    counts = np.bincount(labels)
    radius = np.concatenate([np.linspace(0.0, 1.0, count) for count in counts])
    angle = _TURN * (labels + radius) + 0.2 * stream(seed, "angles of the spiral").standard_normal(m)
    inputs = radius[:, None] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return inputs.astype(np.float32), labels.astype(np.int64)
