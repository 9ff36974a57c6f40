"""Types shared by all layers; torch is not imported, so that reading a stored run needs none."""

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import torch

    ArrayLike: TypeAlias = npt.NDArray[np.generic] | torch.Tensor
else:
    ArrayLike = Any

Array: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Mode: TypeAlias = Literal["certified", "asymptotic"]
