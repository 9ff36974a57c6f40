"""Threads over independent items for kernels that release the interpreter lock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

_CHUNKS_PER_THREAD = 16


def over_threads(run: Callable[[int, int], int], n_items: int, threads: int | None) -> int:
    """Call ``run(start, stop)`` over consecutive ranges of ``n_items`` and return the sum of its results.

    Args:
        run: Works on items ``start`` to ``stop - 1``, whose results must not depend on the ranges.
        n_items: Number of items.
        threads: Number of threads; None for torch's number.
    """
    count = threads or torch.get_num_threads()
    if count == 1 or n_items == 1:
        return run(0, n_items)
    edges = [int(e) for e in np.linspace(0, n_items, min(n_items, count * _CHUNKS_PER_THREAD) + 1)]
    with ThreadPoolExecutor(count) as pool:
        return sum(pool.map(run, edges[:-1], edges[1:]))
