"""Each input's own mixture at its own queries."""

import numpy as np
import torch

from infoflow._types import Array
from infoflow.mixtures import engines
from infoflow.mixtures.direct import log_density_direct_batched


def own_log_density(queries: Array, centres: Array, *, beta: float, threads: int | None = None) -> Array:
    """Return ``log (1/n) Σ_k N(t_ij; c_ik, beta² I)``; arguments already checked.

    Args:
        queries: Points t_ij of input i, shape (m, q, d).
        centres: Centres c_ik of input i, shape (m, n, d).
        beta: Standard deviation of every component.
        threads: Threads of the compiled code; None for as many as torch uses.

    Returns:
        Log-densities in nats, shape (m, q).
    """
    if engines.is_available("pruned"):
        from infoflow.mixtures import batched, fast

        fast.compile_once()
        return batched.own_log_density(queries, centres, beta, threads=threads)
    engines.warn_slow("numba")
    return np.asarray(log_density_direct_batched(torch.from_numpy(queries), torch.from_numpy(centres), beta))
