"""What is measured at one epoch: fresh draws from the network as it is, and the intervals they give."""

from collections.abc import Callable
from typing import NamedTuple

from infoflow._random import derived_seed
from infoflow.estimators import layers
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problems import Problem
from infoflow.experiments.threads import threads
from infoflow.networks import NoisyNetwork, Representations, sample_representations


class Measurement(NamedTuple):
    """The centres (noiseless draws by layer) and the intervals of all layers, quantities and modes."""

    centres: Representations
    intervals: list[layers.LayerInterval]


def measure(
    network: NoisyNetwork,
    problem: Problem,
    config: ExperimentConfig,
    epoch: int,
    *,
    progress: Callable[[str], None] | None = None,
) -> Measurement:
    """Return intervals of I(X;T_l) and I(Y;T_l), X uniform on all inputs, training and test together.

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
    return Measurement(centres, intervals)
