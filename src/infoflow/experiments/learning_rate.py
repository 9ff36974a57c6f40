"""The learning rate by epoch: constant, or dropped once the training set is learned."""

from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow.experiments.config import ExperimentConfig

_DROPPED = "train.lr_dropped"


class LearningRate:
    """The learning rate of an experiment, ``lr``, and ``lr / lr_drop`` once the training set is learned."""

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

    @property
    def value(self) -> float:
        """The rate of the coming epoch."""
        return self._config.lr / self._config.lr_drop if self._dropped else self._config.lr

    def tensors(self) -> dict[str, npt.NDArray[Any]]:
        """Return the state for a checkpoint; empty where there is none."""
        return {_DROPPED: np.array(self._dropped)} if self._config.lr_drop > 1 else {}

    def load(self, tensors: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from the state that :meth:`tensors` returned."""
        self._dropped = bool(tensors.get(_DROPPED, False))
