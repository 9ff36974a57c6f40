"""The networks of a stored run, built again from its settings and the weights of its checkpoints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from infoflow._errors import ConfigError, RunFolderError
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.kinds import configured
from infoflow.experiments.models import build_model
from infoflow.experiments.problem import Problem
from infoflow.experiments.problems import load_problem
from infoflow.networks import NoisyNetwork
from infoflow.runs import Run

_MODEL = "model."


@dataclass(frozen=True, kw_only=True, eq=False)
class Restored:
    """A network as it was after some epochs of a stored run.

    Attributes:
        network: The noisy network.
        problem: Its data.
        config: The settings of the run.
        epoch: Epochs of training done.
    """

    network: NoisyNetwork
    problem: Problem
    config: ExperimentConfig
    epoch: int


def restored_networks(run: Run, epochs: Sequence[int] | None = None) -> Iterator[Restored]:
    """Yield the networks of a run's checkpoints; everything that can be wrong is said before the first.

    Each is a network of its own; data and settings are shared.

    Args:
        run: A stored run of an experiment with vectors.
        epochs: Epochs in the order wanted, all that are stored by default.

    Raises:
        ConfigError: The run is not of an experiment with vectors, or its settings are not those of this version.
        RunFolderError: An epoch is not stored, no epoch is, or a checkpoint is not of the network that the settings
            describe.
        LoadError: The data's file is not what its reader needs.
    """
    config = stored_config(run)
    wanted = stored_epochs(run, epochs)
    return _restored(run, config, load_problem(config), wanted)


def stored_config(run: Run) -> ExperimentConfig:
    """Return the settings of a stored run of an experiment with vectors.

    Raises:
        ConfigError: It is of another kind, or its settings are not those of this version.
    """
    settings = run.manifest["config"]
    config = configured(settings) if "problem" in settings else None
    if not isinstance(config, ExperimentConfig):
        name = run.manifest["experiment"]
        raise ConfigError(f"run must be of an experiment with vectors such as szt-tanh, got {name} in {run.path}")
    return config


def stored_epochs(run: Run, epochs: Sequence[int] | None = None) -> list[int]:
    """Return the epochs asked for, all by default, after a check that their checkpoints are stored.

    Raises:
        RunFolderError: One of them is not, with the nearest that are; or none is stored.
    """
    present = run.checkpoint_epochs()
    if not present:
        raise RunFolderError(f"run must hold checkpoints, got none in {run.path}")
    if epochs is None:
        return present
    missing = [epoch for epoch in epochs if epoch not in present]
    if missing:
        nearest = sorted({min(present, key=lambda stored: abs(stored - epoch)) for epoch in missing})
        raise RunFolderError(
            f"epochs must be stored ones, got {', '.join(map(str, missing))} (nearest stored: "
            f"{', '.join(map(str, nearest))})"
        )
    if not epochs:
        raise RunFolderError("epochs must name at least one stored epoch, got none")
    return list(epochs)


def _restored(run: Run, config: ExperimentConfig, problem: Problem, epochs: Sequence[int]) -> Iterator[Restored]:
    for epoch in epochs:
        network = build_model(config, problem)
        tensors = run.checkpoint(epoch)
        weights = {
            name.removeprefix(_MODEL): torch.from_numpy(value)
            for name, value in tensors.items()
            if name.startswith(_MODEL)
        }
        try:
            network.model.load_state_dict(weights)
        except RuntimeError as error:
            reason = " ".join(str(error).split())
            raise RunFolderError(f"checkpoint of epoch {epoch} must be of the run's network: {reason}") from None
        yield Restored(network=network, problem=problem, config=config, epoch=epoch)
