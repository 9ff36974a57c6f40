"""The nufft engine, d <= 3: Fourier transforms where queries crowd, the pruned engine everywhere else.

The queries' bounding box is halved until a box is cheaper by transforms than by neighbours, or has too few queries to
matter. Every query evaluated by transforms carries a bound of its error; those whose bound exceeds ``tol`` of their
density are evaluated again by the pruned engine, so that the result meets the same tolerance.
"""

# pyright: basic

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from infoflow._types import Array, IntArray
from infoflow.mixtures import costs, fourier, pruned

_FEWEST_QUERIES = 256
_WORTHWHILE_S = 0.02
_PILOT_QUERIES = 32
_PILOT_CENTRES = 2048


@dataclass(frozen=True, kw_only=True)
class NufftSums(pruned.PrunedSums):
    """As for the pruned engine; ``n_transformed`` queries met the tolerance by transforms, ``n_repaired`` did not."""

    n_transformed: int
    n_repaired: int


@dataclass(kw_only=True)
class _Work:
    """The problem and the results so far; ``missing`` marks the queries left to the pruned engine."""

    y: Array
    c: Array
    weights: Array
    beta: float
    tol: float
    query_classes: IntArray
    centre_classes: IntArray
    forced: bool
    threads: int
    own: Array
    everything: Array
    missing: Array
    n_repaired: int = 0
    class_weights: Array = field(init=False)

    def __post_init__(self) -> None:
        self.class_weights = np.bincount(self.centre_classes, self.weights).astype(np.float64)


def log_sums(
    queries: Array,
    centres: Array,
    log_weights: Array,
    beta: float,
    *,
    tol: float,
    query_classes: IntArray | None = None,
    centre_classes: IntArray | None = None,
    log_floor: Array | None = None,
    threads: int | None = None,
    forced: bool = False,
) -> NufftSums:
    """Return what :func:`infoflow.mixtures.pruned.log_sums` returns, for d <= 3.

    Args:
        queries: See there, and so on to ``threads``.
        centres: See there.
        log_weights: See there.
        beta: See there.
        tol: See there.
        query_classes: See there.
        centre_classes: See there.
        log_floor: See there.
        threads: See there.
        forced: Use transforms wherever their grid fits, even if neighbours would be cheaper.
    """
    offset = centres.mean(axis=0)
    nothing = np.full(len(queries), np.nan)
    work = _Work(
        y=queries - offset,
        c=centres - offset,
        weights=np.exp(log_weights),
        beta=beta,
        tol=tol,
        query_classes=np.zeros(len(queries), np.int64) if query_classes is None else query_classes,
        centre_classes=np.zeros(len(centres), np.int64) if centre_classes is None else centre_classes,
        forced=forced,
        threads=threads or torch.get_num_threads(),
        own=nothing,
        everything=nothing.copy(),
        missing=np.ones(len(queries), dtype=bool),
    )
    _descend(work, np.arange(len(queries)), np.arange(len(centres)))
    left = np.flatnonzero(work.missing)
    visited = 0.0
    if len(left):
        rest = pruned.log_sums(
            queries[left],
            centres,
            log_weights,
            beta,
            tol=tol,
            query_classes=None if query_classes is None else query_classes[left],
            centre_classes=centre_classes,
            log_floor=None if log_floor is None else log_floor[left],
            threads=threads,
        )
        work.everything[left] = rest.everything
        if rest.own is not None:
            work.own[left] = rest.own
        visited = rest.visited * len(left) / len(queries)
    return NufftSums(
        own=None if query_classes is None else work.own,
        everything=work.everything,
        visited=visited,
        n_transformed=len(queries) - len(left),
        n_repaired=work.n_repaired,
    )


def _descend(work: _Work, queries: IntArray, centres: IntArray) -> None:
    """Evaluate the queries' box by transforms, leave it to the pruned engine, or halve it."""
    reach = costs.radius(work.tol)
    y = work.y[queries]
    low, high = y.min(axis=0), y.max(axis=0)
    c = work.c[centres]
    inside = np.all((c >= low - reach * work.beta) & (c <= high + reach * work.beta), axis=1)
    centres, c = centres[inside], c[inside]
    modes = costs.n_modes(high - low, work.beta, reach)
    fits = modes <= costs.MOST_MODES[y.shape[1]]
    if work.forced and fits and len(centres):
        _transform(work, queries, centres, low, high)
        return
    if len(queries) < _FEWEST_QUERIES or not len(centres):
        return
    direct_s, transform_s = _costs(work, y, c, modes)
    if direct_s < _WORTHWHILE_S:
        return
    if fits and transform_s < direct_s:
        _transform(work, queries, centres, low, high)
        return
    axis = int(np.argmax(high - low))
    if high[axis] - low[axis] <= work.beta:
        return
    below = y[:, axis] < 0.5 * (low[axis] + high[axis])
    _descend(work, queries[below], centres)
    _descend(work, queries[~below], centres)


def _costs(work: _Work, y: Array, c: Array, modes: int) -> tuple[float, float]:
    """Return the estimated seconds of the pruned engine and of transforms, from a pilot of the neighbour fraction."""
    d = y.shape[1]
    some_y = y[:: max(len(y) // _PILOT_QUERIES, 1)]
    some_c = c[:: max(len(c) // _PILOT_CENTRES, 1)]
    squares = np.sum((some_y[:, None] - some_c[None]) ** 2, axis=2)
    near = squares < 2.0 * work.beta**2 * math.log(len(work.c) / work.tol)
    n_classes = len(work.class_weights)
    direct_s = costs.PAIR_S * len(y) * len(c) * float(np.mean(near))
    n_points = len(c) + len(y) * (1 if n_classes == 1 else 2)
    transform_s = costs.transform_s(d, modes, n_points, 1.0 if n_classes == 1 else n_classes + 0.5)
    return direct_s, transform_s


def _transform(work: _Work, queries: IntArray, centres: IntArray, low: Array, high: Array) -> None:
    """Fill the results of queries in one box; those beyond the tolerance stay missing."""
    box = fourier.box_around(low, high, work.beta, costs.radius(work.tol), work.threads)
    total: Any = None
    good = np.ones(len(queries), dtype=bool)
    classes = work.centre_classes[centres]
    only_one = len(work.class_weights) == 1
    for label in np.unique(classes):
        mine = centres[classes == label]
        values = fourier.spectrum(box, work.c[mine], work.weights[mine])
        here = np.flatnonzero(work.query_classes[queries] == label)
        if len(here) and not only_one:
            p, error = fourier.density(box, values, work.y[queries[here]], float(work.class_weights[label]))
            good[here] = _store(work.own, queries[here], p, error, work.tol)
        total = values if total is None else total + values
    good[~np.isin(work.query_classes[queries], classes)] = False
    p, error = fourier.density(box, total, work.y[queries], float(work.class_weights.sum()))
    good &= _store(work.everything, queries, p, error, work.tol)
    work.missing[queries] = ~good
    work.n_repaired += int(np.count_nonzero(~good))


def _store(result: Array, where: IntArray, p: Array, error: float, tol: float) -> Any:
    """Write ``log p`` where the error is within the tolerance and return where that is."""
    good = p * tol >= error * (1.0 + tol)
    result[where[good]] = np.log(p[good])
    return good
