"""The problems by name: who loads the data of an experiment."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from infoflow._errors import ConfigError
from infoflow._random import stream
from infoflow._types import IntArray
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.data import load_szt, szt_problem, train_test_split
from infoflow.experiments.data.toy import N_SPIRAL, grid_problem, neuron_problem, pair_problem, spiral_problem
from infoflow.experiments.problem import Problem

Loader: TypeAlias = Callable[[ExperimentConfig], Problem]

_SIZED = ("spiral",)
"""Problems that can have any number of inputs."""

_FROM_FILES = ("szt",)
"""Problems that can be read from ``config.data``."""


def load_problem(config: ExperimentConfig) -> Problem:
    """Return the data that ``config`` names, with the labels shuffled over all inputs where it says so.

    Raises:
        ConfigError: ``n_train`` leaves no test example, or a setting that the problem does not have.
        LoadError: The file at ``config.data`` is not what its reader needs.
    """
    if config.n_inputs and config.problem not in _SIZED:
        raise ConfigError(f"n_inputs must be 0 for the problem {config.problem}, got {config.n_inputs}")
    if config.data and config.problem not in _FROM_FILES:
        raise ConfigError(f"data must be empty for the problem {config.problem}, got {config.data!r}")
    problem = LOADERS[config.problem](config)
    if config.labels == "true":
        return problem
    order = stream(config.seed, "shuffled labels").permutation(len(problem.labels))
    return replace(problem, labels=problem.labels[order])


def _szt(config: ExperimentConfig) -> Problem:
    if not config.data:
        return _split(*szt_problem(), config)
    data = load_szt(config.data)
    if data.train is None or data.test is None:
        return _split(data.inputs, data.labels, config)
    return Problem(inputs=data.inputs, labels=data.labels, train=data.train, test=data.test)


def _neuron(config: ExperimentConfig) -> Problem:
    return replace(_split(*neuron_problem(), config), codes=np.array([[-1.0], [1.0]], np.float32))


def _pair(config: ExperimentConfig) -> Problem:
    return replace(_split(*pair_problem(), config), codes=np.array([[0.0], [0.25]], np.float32))


def _neurons(config: ExperimentConfig) -> Problem:
    return _split(*grid_problem(), config)


def _spiral(config: ExperimentConfig) -> Problem:
    return _split(*spiral_problem(config.n_inputs or N_SPIRAL, config.seed), config)


def _split(inputs: npt.NDArray[Any], labels: IntArray, config: ExperimentConfig) -> Problem:
    m = len(inputs)
    if config.n_train >= m:
        raise ConfigError(f"n_train must be less than the {m} inputs, got {config.n_train}")
    if config.n_train == 0:
        return Problem(inputs=inputs, labels=labels, train=np.arange(m), test=np.arange(m))
    train, test = train_test_split(m, config.n_train, seed=config.seed)
    return Problem(inputs=inputs, labels=labels, train=np.sort(train), test=np.sort(test))


LOADERS: dict[str, Loader] = {
    "szt": _szt,
    "neuron": _neuron,
    "leaky-pair": _pair,
    "neurons": _neurons,
    "spiral": _spiral,
}
"""By the names that ``config.PROBLEMS`` lists."""
