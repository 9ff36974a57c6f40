"""The data of an experiment: every input of X once, its label, and which rows train and which test."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._types import IntArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """Inputs, labels and split.

    Attributes:
        inputs: Every input once, shape (m, ...), float32.
        labels: Classes 0..n_classes-1, shape (m,).
        train: Rows of the training set, ascending.
        test: Rows of the test set, ascending.
        codes: What the squared loss compares the outputs with, by class, shape (n_classes, n_out); None for unit
            vectors.
    """

    inputs: npt.NDArray[Any]
    labels: IntArray
    train: IntArray
    test: IntArray
    codes: npt.NDArray[np.float32] | None = None

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return int(self.labels.max()) + 1

    @property
    def n_in(self) -> int:
        """Numbers per input."""
        return self.inputs[0].size

    @property
    def n_out(self) -> int:
        """Outputs that the loss needs."""
        return self.n_classes if self.codes is None else self.codes.shape[1]
