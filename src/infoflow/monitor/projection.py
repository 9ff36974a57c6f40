"""Linear views of a wide layer: its principal directions, in which a decoder can work.

Orthonormal rows P keep the noise what it is, ``P Z ~ N(0, beta² I_k)``, and ``I(X; P T) <= I(X; T)`` by data
processing: a certified lower end for the few numbers P T is one for the layer. There is no such upper end.
"""

import numpy as np
import torch

from infoflow._types import Array

_ARITHMETIC = 1e-12  # directions whose variance is below this share of the first's are rounding


def principal_directions(rows: Array, k: int) -> Array:
    """Return up to k orthonormal directions of largest variance, shape (d, k'), k' <= min(k, rows - 1, d).

    Args:
        rows: Representations, shape (p, d), independent of the draws that will be projected.
        k: Most directions.

    Returns:
        Columns of unit length; one arbitrary column where all rows are the same.
    """
    centred = rows - rows.mean(axis=0)
    gram = centred @ centred.T if len(rows) <= rows.shape[1] else centred.T @ centred
    values, vectors = (part.numpy() for part in torch.linalg.eigh(torch.from_numpy(gram)))
    order = np.argsort(values)[::-1][:k]
    order = order[values[order] > _ARITHMETIC * max(float(values[order[0]]), np.finfo(float).tiny)]
    if len(order) == 0:
        return np.eye(rows.shape[1], 1)
    raw = vectors[:, order] if len(rows) > rows.shape[1] else centred.T @ vectors[:, order]
    return np.linalg.qr(raw)[0]
