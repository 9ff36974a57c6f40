"""What is measured at one epoch: fresh draws from the network as it is, the intervals they give, and its clustering."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._random import derived_seed, stream
from infoflow._types import Array, IntArray
from infoflow.estimators import layers
from infoflow.experiments.clustering_measures import LayerMeasure, clustering_measures
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problem import Problem
from infoflow.experiments.threads import threads
from infoflow.networks import NoisyNetwork, Representations, sample_representations


@dataclass(frozen=True, kw_only=True, eq=False)
class Measurement:
    """Everything measured at one epoch.

    Attributes:
        intervals: The intervals of all layers, quantities and modes.
        measures: Further numbers about the layers.
        arrays: Arrays to store with the run, by name.
    """

    intervals: list[layers.LayerInterval] = field(default_factory=list[layers.LayerInterval])
    measures: list[LayerMeasure] = field(default_factory=list[LayerMeasure])
    arrays: dict[str, npt.NDArray[Any]] = field(default_factory=dict[str, npt.NDArray[Any]])


def measure(
    network: NoisyNetwork,
    problem: Problem,
    config: ExperimentConfig,
    epoch: int,
    *,
    progress: Callable[[str], None] | None = None,
) -> Measurement:
    """Return intervals of I(X;T_l) and I(Y;T_l), X uniform on all inputs, training and test together, and clustering.

    Centres, fresh draws and the estimator's own noise come from streams of their own, named by ``config.seed`` and
    ``epoch``; the network's training noise does not advance.

    Args:
        network: The network after ``epoch`` epochs.
        problem: The data.
        config: Settings of the estimator: beta, n, r, queries_per_input, confidence.
        epoch: Epochs of training done.
        progress: Called with a layer's name when it is done.
    """
    with threads(1):  # narrow layers: a second thread only waits
        centres = sample_representations(
            network, problem.inputs, config.n, seed=derived_seed(config.seed, "centres", epoch)
        )
        fresh = sample_representations(
            network, problem.inputs, config.r, seed=derived_seed(config.seed, "fresh draws", epoch)
        )
        twin = twin_representations(network, problem)
    first = {layer: draws[:, 0] for layer, draws in centres.items()}
    with ThreadPoolExecutor(1, thread_name_prefix="clustering") as beside:  # where the estimator leaves a core idle
        clustering = beside.submit(clustering_measures, first, twin, problem.labels, config.seed)
        intervals = layers.layered_information(
            centres,
            fresh,
            beta=config.beta,
            labels=problem.labels,
            confidence=config.confidence,
            exact=centres.exact,
            queries_per_input=config.queries_per_input or None,
            seed=derived_seed(config.seed, "noise of the estimator", epoch),
            progress=progress,
        )
        measures = clustering.result()
    kept = kept_inputs(len(problem.inputs), config)
    arrays = _kept_arrays("representations", first, kept) | _kept_arrays("twin", twin, kept)
    return Measurement(intervals=intervals, measures=measures, arrays=arrays)


def twin_representations(network: NoisyNetwork, problem: Problem) -> dict[str, Array]:
    """Return the representations of all inputs with the noise off everywhere, by layer, shape (m, d) each."""
    with network.noiseless():
        twin: Representations = sample_representations(network, problem.inputs, 1)
    return {layer: draws[:, 0] for layer, draws in twin.items()}


def kept_inputs(m: int, config: ExperimentConfig) -> IntArray:
    """Return the inputs whose representations are stored, ascending: ``config.kept_inputs`` of m, by the seed."""
    if config.kept_inputs >= m:
        return np.arange(m)
    chosen = stream(config.seed, "kept inputs").choice(m, size=config.kept_inputs, replace=False)
    return np.sort(chosen)


def _kept_arrays(prefix: str, layers: dict[str, Array], kept: IntArray) -> dict[str, npt.NDArray[Any]]:
    return {f"{prefix}/{layer}": rows[kept].astype(np.float32) for layer, rows in layers.items()}
