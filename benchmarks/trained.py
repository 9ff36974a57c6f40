"""The 12-bit network of a stored run, or one trained for the occasion."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import infoflow
from infoflow.experiments import ExperimentConfig, restored_networks
from infoflow.experiments.models import build_model
from infoflow.experiments.problem import Problem
from infoflow.experiments.problems import load_problem
from infoflow.experiments.registry import load_experiment
from infoflow.experiments.schedule import log_spaced_epochs
from infoflow.experiments.training import Trainer
from infoflow.networks import NoisyNetwork


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A network after some epochs of training, its data and settings."""

    network: NoisyNetwork
    problem: Problem
    config: ExperimentConfig
    epoch: int


def stored(path: Path) -> Iterator[Trained]:
    """Yield the networks of a run's checkpoints, with the run's settings but the estimator's as they are now."""
    now = _settings()
    for restored in restored_networks(infoflow.load_run(path)):
        config = restored.config.changed(
            n=now.n, r=now.r, queries_per_input=now.queries_per_input, confidence=now.confidence
        )
        yield Trained(network=restored.network, problem=restored.problem, config=config, epoch=restored.epoch)


def fresh(epochs: int, count: int) -> Iterator[Trained]:
    """Train the network of ``szt-tanh`` for a while; yield it at ``count`` log-spaced epochs."""
    config = _settings().changed(epochs=epochs)
    problem = load_problem(config)
    network = build_model(config, problem)
    trainer = Trainer(network, problem, config)
    wanted = set(log_spaced_epochs(epochs, count))
    for epoch in range(1, epochs + 1):
        trainer.train_epoch()
        if epoch in wanted:
            yield Trained(network=network, problem=problem, config=config, epoch=epoch)


def _settings() -> ExperimentConfig:
    config = load_experiment("szt-tanh").config
    if not isinstance(config, ExperimentConfig):
        raise TypeError(f"szt-tanh must be an experiment of one network, got {type(config).__name__}")
    return config
