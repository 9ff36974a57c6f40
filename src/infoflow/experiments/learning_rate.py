"""The learning rate by epoch: constant, falling geometrically, or dropped once the training set is learned."""

from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow.experiments.config import ExperimentConfig

_DROPPED = "train.lr_dropped"


class LearningRate:
    """The learning rate of an experiment, ``lr (lr_final/lr)^((e-1)/(epochs-1)) / (lr_drop once reached)``."""

    def __init__(self, config: ExperimentConfig) -> None:
        self._config = config
        self._dropped = False

    @property
    def awaits_accuracy(self) -> bool:
        """Whether the rate still depends on the training accuracy."""
        return self._config.lr_drop > 1 and not self._dropped

    def see(self, accuracy: float) -> None:
        """Take note of the training accuracy before an epoch."""
        self._dropped = self._dropped or accuracy >= self._config.lr_drop_accuracy

    def at(self, epoch: int) -> float:
        """Return the rate of an epoch, counted from 1."""
        rate, last = self._config.lr, self._config.epochs
        if self._config.lr_final and last > 1:
            rate *= (self._config.lr_final / rate) ** ((epoch - 1) / (last - 1))
        return rate / self._config.lr_drop if self._dropped else rate

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return the state for a checkpoint; empty where there is none."""
        return {_DROPPED: np.array(self._dropped)} if self._config.lr_drop > 1 else {}

    def load(self, tensors: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from the state that :meth:`tensors` returned."""
        self._dropped = bool(tensors.get(_DROPPED, False))
