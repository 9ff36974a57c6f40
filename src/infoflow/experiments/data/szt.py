"""The 12-bit problem of Shwartz-Ziv and Tishby, from its formula.

Put the 12 bits on the vertices of an icosahedron; with n the number of ones, a the number of adjacent pairs of ones
and c the number of antipodal pairs of ones,

    y = 1  if  30 n - 3 n² + 8 a - 4 c >= 120,  else 0.

The label is constant on the 64 classes (n, a, c), invariant under the 120 symmetries of the icosahedron, and 1 for
2118 of the 4096 inputs. It agrees with all 4096 labels of the published file.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from infoflow import _checks
from infoflow._types import IntArray

Bits: TypeAlias = "npt.NDArray[np.float32]"

ORDERS = ("published", "natural")
N_BITS = 12
THRESHOLD = 120

_NEIGHBOURS = {
    # The numbering of the published file: bit 0 is its first column.
    "published": (
        *((1, 3, 5, 10, 11), (0, 2, 3, 4, 11), (1, 3, 4, 8, 9), (0, 1, 2, 8, 10)),
        *((1, 2, 6, 9, 11), (0, 6, 7, 10, 11), (4, 5, 7, 9, 11), (5, 6, 8, 9, 10)),
        *((2, 3, 7, 9, 10), (2, 4, 6, 7, 8), (0, 3, 5, 7, 8), (0, 1, 4, 5, 6)),
    ),
    # 0 the north pole, 1-5 the upper ring, 6-10 the lower ring, 11 the south pole.
    "natural": (
        (1, 2, 3, 4, 5),
        *((0, 1 + (k - 1) % 5, 1 + (k + 1) % 5, 6 + k, 6 + (k - 1) % 5) for k in range(5)),
        *((11, 6 + (k - 1) % 5, 6 + (k + 1) % 5, 1 + k, 1 + (k + 1) % 5) for k in range(5)),
        (6, 7, 8, 9, 10),
    ),
}


def szt_problem(order: str = "published") -> tuple[Bits, IntArray]:
    """Return all 4096 inputs, each once, and their labels.

    Row r holds the bits of the number r, ``inputs[r, k] = (r >> k) & 1``: bit 0 is the first column.

    Args:
        order: How the vertices are numbered: ``"published"`` as in the published file, or ``"natural"`` from the north
            pole by rings to the south pole. Both give the same problem up to a permutation of the columns.

    Returns:
        ``inputs``, float32 in {0, 1}, shape (4096, 12); ``labels``, int64 in {0, 1}, shape (4096,).

    Raises:
        ValueError: ``order`` is unknown.

    Source: Shwartz-Ziv & Tishby, arXiv 1703.00810, section 3.1 (the data set); the formula is ours.
    """
    _checks.one_of("order", order, ORDERS)
    numbers = np.arange(2**N_BITS)
    bits = (numbers[:, None] >> np.arange(N_BITS)) & 1  # (4096, 12)
    n, a, c = szt_classes(bits, order).T
    labels = (30 * n - 3 * n**2 + 8 * a - 4 * c >= THRESHOLD).astype(np.int64)
    return bits.astype(np.float32), labels


def szt_classes(inputs: Any, order: str = "published") -> IntArray:
    """Return (n, a, c) of each input: ones, adjacent pairs of ones, antipodal pairs of ones.

    Args:
        inputs: Bits in {0, 1}, shape (m, 12).
        order: How the vertices are numbered, see :func:`szt_problem`.

    Returns:
        Integers, shape (m, 3).

    Raises:
        ValueError: ``order`` is unknown, or ``inputs`` is not (m, 12) bits.
    """
    x = _checks.as_float64("inputs", inputs, shape="m 12")
    if x.shape[1] != N_BITS or not np.isin(x, (0, 1)).all():
        raise ValueError(
            f"inputs must be bits of shape (m, {N_BITS}), got shape {x.shape} with values up to {x.max():g}"
        )
    adjacency = icosahedron(order)
    bits = x.astype(np.int64)
    n_adjacent = np.einsum("mi,ij,mj->m", bits, adjacency, bits) // 2
    n_antipodal = np.einsum("mi,ij,mj->m", bits, _antipodes(adjacency), bits) // 2
    return np.stack([bits.sum(axis=1), n_adjacent, n_antipodal], axis=1)


def icosahedron(order: str = "published") -> IntArray:
    """Return the adjacency matrix of the icosahedron, shape (12, 12).

    Raises:
        ValueError: ``order`` is unknown.
    """
    _checks.one_of("order", order, ORDERS)
    adjacency = np.zeros((N_BITS, N_BITS), dtype=np.int64)
    for vertex, neighbours in enumerate(_NEIGHBOURS[order]):
        adjacency[vertex, list(neighbours)] = 1
    return adjacency


def _antipodes(adjacency: IntArray) -> IntArray:
    """Return the matrix of antipodal pairs: the vertices that no walk of one or two edges joins."""
    near = np.eye(N_BITS, dtype=np.int64) + adjacency + adjacency @ adjacency
    return (near == 0).astype(np.int64)
