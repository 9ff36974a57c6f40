"""Entropy of a trained network's layer: plug-in, interval and Kozachenko-Leonenko over n, without an exact answer."""

import itertools
from functools import lru_cache, partial
from typing import NamedTuple

from infoflow._random import derived_seed, stream
from infoflow._result import Interval
from infoflow._types import Array
from infoflow.comparators import nearest_neighbour_entropy
from infoflow.estimators import output_entropy, smoothed_entropy
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.models import build_model
from infoflow.experiments.problem import Problem
from infoflow.experiments.problems import load_problem
from infoflow.experiments.threads import threads
from infoflow.experiments.training import Losses, Trainer
from infoflow.experiments.validation.case import Case, Found
from infoflow.experiments.validation.config import SpiralEntropyConfig
from infoflow.networks import NoisyNetwork, sample_representations

_TANH = (-1.0, 1.0)


class Trained(NamedTuple):
    """A trained network, its data, and its losses and accuracies without noise."""

    network: NoisyNetwork
    problem: Problem
    losses: Losses


def spiral_entropy_cases(config: SpiralEntropyConfig) -> list[Case]:
    """Return the cases: every size and replicate, all of one trained network."""
    about = {"d": config.hidden[-1], "beta": config.beta}
    return [
        Case(settings={**about, "n": n, "replicate": k}, measure=partial(_measured, config, n, k))
        for n, k in itertools.product(config.sizes, range(config.replicates))
    ]


def spiral_network_config(config: SpiralEntropyConfig) -> ExperimentConfig:
    """Return the settings of the experiment that trains the network; what it would measure on the way is left out."""
    return ExperimentConfig(
        problem="spiral",
        n_inputs=config.n_inputs,
        hidden=config.hidden,
        activation="tanh",
        beta=config.beta,
        n_train=config.n_train,
        batch_size=config.batch_size,
        optimizer="adam",
        lr=config.lr,
        epochs=config.epochs,
        seed=config.seed,
    )


@lru_cache(maxsize=1)
def trained_network(config: ExperimentConfig) -> Trained:
    """Train the network of an experiment as a run of it would, measuring nothing on the way; bit for bit its own.

    Raises:
        ConfigError: The settings do not fit each other.
        NonFiniteError: Training diverged.
    """
    problem = load_problem(config)
    with threads(1):
        trainer = Trainer(build_model(config, problem), problem, config)
        for _ in range(config.epochs):
            trainer.train_epoch()
        return Trained(trainer.network, problem, trainer.losses())


def layer_samples(trained: Trained, n: int, seed: int) -> Array:
    """Return n independent draws of the noiseless S of the last layer, X uniform on all inputs of the data set.

    Every draw takes an input of its own and noise of its own in the layers before, as the network has it in training.

    Args:
        trained: The network.
        n: Draws.
        seed: Seed of inputs and noise.

    Returns:
        Draws, shape (n, d); each coordinate in [-1, 1].
    """
    inputs = trained.problem.inputs
    chosen = inputs[stream(seed, "inputs").integers(len(inputs), size=n)]
    layer = trained.network.layers[-1]
    with threads(1):
        drawn = sample_representations(trained.network, chosen, 1, seed=derived_seed(seed, "noise"), layers=[layer])
    return drawn[layer][:, 0]


def _measured(config: SpiralEntropyConfig, n: int, replicate: int) -> Found:
    """Measure one sample of S: ``plug_in`` and ``plug_in_stderr``, ``nearest_neighbour`` of the same sample with noise.

    Also ``train_accuracy`` and ``test_accuracy`` of the network, without noise. The sample depends on the network,
    seed, n and replicate.
    """
    trained = trained_network(spiral_network_config(config))
    s = layer_samples(trained, n, derived_seed(config.seed, "layer sample", n, replicate))
    seed = derived_seed(config.seed, "layer noise", n, replicate)
    found = smoothed_entropy(s, beta=config.beta, seed=seed)
    measures = {"plug_in": found.nats, "plug_in_stderr": found.stderr}
    notes = [f"plug_in: {found.message}"] if found.message else []
    if n <= config.nearest_neighbour_limit:
        t = s + config.beta * stream(seed, "noisy sample").standard_normal(s.shape)
        measures["nearest_neighbour"] = nearest_neighbour_entropy(t, k=config.neighbours).nats
    else:
        notes.append(f"nearest_neighbour: not run: n = {n} is above its limit {config.nearest_neighbour_limit}")
    accuracies = {name: getattr(trained.losses, name) for name in ("train_accuracy", "test_accuracy")}
    return Found(
        measures=measures | accuracies,
        interval=_interval(config, trained, s, replicate) if config.interval_draws else None,
        notes=notes,
    )


def _interval(config: SpiralEntropyConfig, trained: Trained, s: Array, replicate: int) -> Interval:
    n = len(s)
    fresh = layer_samples(trained, config.interval_draws, derived_seed(config.seed, "fresh layer", n, replicate))
    seed = derived_seed(config.seed, "interval noise", n, replicate)
    return output_entropy(
        s[None], fresh[None], beta=config.beta, support=_TANH, confidence=config.confidence, seed=seed
    )
