"""How much the layers of one epoch cluster: cheap numbers, for the noisy network and for its twin without noise."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from scipy.spatial.distance import cdist

from infoflow._errors import IllPosedError
from infoflow._random import stream
from infoflow._types import Array, IntArray
from infoflow.clustering import ClassMoments, CosineMeans, binned_entropies, fixed_grid, scatter_ratio

LayerMeasure: TypeAlias = tuple[str, str, float]
"""Layer, name of the measure, value (NaN where it is undefined)."""

BIN_WIDTHS = (0.0001, 0.001, 0.01, 0.07, 0.25, 1.0)
"""Widths of the bins of the twin: from a cell for every input to bins that see only the signs of a tanh."""

TWIN = "twin_"
_DISTANCE_INPUTS = 512


def clustering_measures(
    layers: Mapping[str, Array], twin: Mapping[str, Array], labels: IntArray, seed: int
) -> list[LayerMeasure]:
    """Return the measures of all layers of a noisy network and of its deterministic twin.

    Args:
        layers: Noiseless representations of the noisy network, shape (m, d) each.
        twin: Representations without noise anywhere, likewise.
        labels: Classes, shape (m,).
        seed: Seed of the choice of inputs for the mean distances, the same at every epoch.
    """
    measures: list[LayerMeasure] = []
    for layer, rows in layers.items():
        measures += [(layer, name, value) for name, value in class_measures(rows, labels, seed).items()]
    for layer, rows in twin.items():
        measures += [(layer, f"{TWIN}{name}", value) for name, value in class_measures(rows, labels, seed).items()]
        entropies = binned_entropies(rows, [fixed_grid(width=width) for width in BIN_WIDTHS])
        named = zip(BIN_WIDTHS, entropies, strict=True)
        measures += [(layer, f"{TWIN}H_bin[{width:g}]", entropy.H_bin) for width, entropy in named]
    return measures


def class_measures(rows: Array, labels: IntArray, seed: int = 0) -> dict[str, float]:
    """Return scatter ratio, mean distances and mean cosines within and between classes.

    Args:
        rows: Representations, shape (m, d).
        labels: Classes, shape (m,).
        seed: Seed of the choice of at most 512 inputs whose pairs give the mean distances; the rest is exact.
    """
    distances = mean_distances(*_chosen(rows, labels, seed))
    cosines = _cosines(rows, labels)
    return {
        "within_total_scatter": _scatter(rows, labels),
        "within_distance": distances[0],
        "between_distance": distances[1],
        "within_cosine": cosines[0],
        "between_cosine": cosines[1],
    }


def mean_distances(rows: Array, labels: IntArray) -> tuple[float, float]:
    """Return the mean distance ``|t_i - t_j|`` over pairs of the same and of different classes; NaN without a pair.

    Args:
        rows: Representations, shape (m, d).
        labels: Classes, shape (m,).
    """
    _, codes, counts = np.unique(labels, return_inverse=True, return_counts=True)
    members = np.eye(len(counts))[codes]  # (m, n_classes)
    distances = np.asarray(cdist(rows, rows), dtype=np.float64)
    total, within = float(distances.sum()), float(np.sum(members * (distances @ members)))
    m = len(rows)
    n_within = int(counts @ (counts - 1))
    n_between = m * (m - 1) - n_within
    return _quotient(within, n_within), _quotient(total - within, n_between)


def _chosen(rows: Array, labels: IntArray, seed: int) -> tuple[Array, IntArray]:
    if len(rows) <= _DISTANCE_INPUTS:
        return rows, labels
    index = stream(seed, "inputs of the mean distances").choice(len(rows), size=_DISTANCE_INPUTS, replace=False)
    return rows[index], labels[index]


def _scatter(rows: Array, labels: IntArray) -> float:
    try:
        return scatter_ratio(ClassMoments(covariance=False).update(rows, labels))
    except IllPosedError:
        return float("nan")


def _cosines(rows: Array, labels: IntArray) -> tuple[float, float]:
    try:
        return CosineMeans().update(rows, labels).result()
    except IllPosedError:
        return float("nan"), float("nan")


def _quotient(total: float, count: int) -> float:
    return total / count if count else float("nan")
