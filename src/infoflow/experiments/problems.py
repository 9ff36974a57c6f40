"""The data of an experiment: every input of X once, its label, and which rows train and which test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._errors import ConfigError
from infoflow._types import IntArray
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.data import load_szt, szt_problem, train_test_split


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Inputs, labels and split.

    Attributes:
        inputs: Every input once, shape (m, ...), float32.
        labels: Classes 0..n_classes-1, shape (m,).
        train: Rows of the training set, ascending.
        test: Rows of the test set, ascending.
    """

    inputs: npt.NDArray[Any]
    labels: IntArray
    train: IntArray
    test: IntArray

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return int(self.labels.max()) + 1


def load_problem(config: ExperimentConfig) -> Problem:
    """Return the data that ``config`` names.

    Raises:
        ConfigError: ``n_train`` leaves no test example.
        LoadError: The file at ``config.data`` is not what its reader needs.
    """
    return _LOADERS[config.problem](config)


def _szt(config: ExperimentConfig) -> Problem:
    if not config.data:
        inputs, labels = szt_problem()
        return _split(inputs, labels, config)
    data = load_szt(config.data)
    if data.train is None or data.test is None:
        return _split(data.inputs, data.labels, config)
    return Problem(inputs=data.inputs, labels=data.labels, train=data.train, test=data.test)


def _split(inputs: npt.NDArray[Any], labels: IntArray, config: ExperimentConfig) -> Problem:
    m = len(inputs)
    if config.n_train >= m:
        raise ConfigError(f"n_train must be less than the {m} inputs, got {config.n_train}")
    train, test = train_test_split(m, config.n_train, seed=config.seed)
    return Problem(inputs=inputs, labels=labels, train=np.sort(train), test=np.sort(test))


_LOADERS: dict[str, Callable[[ExperimentConfig], Problem]] = {"szt": _szt}
