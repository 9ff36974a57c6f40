"""Types shared by all layers."""

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import torch

Array: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
ArrayLike: TypeAlias = npt.NDArray[np.generic] | torch.Tensor
Mode: TypeAlias = Literal["certified", "asymptotic"]
