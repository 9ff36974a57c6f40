"""Checks of arguments at the public boundary: one clear line before any work.

Every function takes the argument's name first, returns the checked value, and raises ``TypeError``,
``ValueError`` or one of the errors of :mod:`infoflow._errors` with name, requirement and value.
"""

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np

from infoflow._errors import IllPosedError, NonFiniteError
from infoflow._types import Array, IntArray


def as_float64(name: str, value: Any, *, shape: str) -> Array:
    """Return ``value`` as a finite, non-empty, contiguous float64 numpy array with the axes named in ``shape``.

    Args:
        name: The argument's name, for messages.
        value: A numpy array, torch tensor (any device, gradients dropped) or nested sequence of numbers.
        shape: Axes separated by blanks, such as ``"m n d"``; only their number is checked.

    Raises:
        TypeError: ``value`` is not numeric.
        ValueError: Wrong number of axes, or an empty axis.
        NonFiniteError: NaN or infinity.
    """
    if _is_tensor(value):
        value = value.detach().cpu().numpy()
    try:
        raw = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of shape ({shape}): {error}") from None
    if raw.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be a real array of shape ({shape}), got {type(value).__name__} of {raw.dtype}")
    axes = shape.split()
    if raw.ndim != len(axes):
        raise ValueError(f"{name} must have shape ({', '.join(axes)}), got {raw.shape}")
    if raw.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {raw.shape}")
    array = np.ascontiguousarray(raw, dtype=np.float64)
    if not array.flags.writeable:  # a memory map opened for reading: torch shares only what may be written
        array = array.copy()
    check_finite(name, array)
    return array


def check_finite(name: str, array: Array) -> None:
    """Raise ``NonFiniteError`` with the count if ``array`` holds NaN or infinity."""
    n_bad = array.size - int(np.count_nonzero(np.isfinite(array)))
    if n_bad:
        raise NonFiniteError(f"{name} must be finite, got {n_bad} NaN or infinite values of {array.size}")


def as_labels(name: str, value: Any, *, m: int) -> IntArray:
    """Return integer labels of shape (m,), recoded to 0..n_classes-1 in sorted order."""
    if _is_tensor(value):
        value = value.detach().cpu().numpy()
    raw = np.asarray(value)
    if raw.ndim != 1 or raw.shape[0] != m:
        raise ValueError(f"{name} must have shape ({m},), one label per input, got {raw.shape}")
    if raw.dtype.kind == "f" and not np.array_equal(raw, np.round(raw)):
        raise ValueError(f"{name} must be integers, got fractional or non-finite values")
    if raw.dtype.kind not in "fiubUS":
        raise TypeError(f"{name} must be integers, got dtype {raw.dtype}")
    return np.unique(raw, return_inverse=True)[1].astype(np.int64)


def as_weights(name: str, value: Any | None, *, m: int) -> Array:
    """Return probabilities of shape (m,), uniform for ``None``; zeros are refused, the sum is normalised to one."""
    if value is None:
        return np.full(m, 1.0 / m)
    weights = as_float64(name, value, shape="m")
    if weights.shape[0] != m:
        raise ValueError(f"{name} must have shape ({m},), got {weights.shape}")
    if weights.min() <= 0:
        raise ValueError(f"{name} must be positive (leave out an input of probability 0), got {weights.min():g}")
    return weights / weights.sum()


def positive_beta(beta: Any, *, m: int | None = None) -> float:
    """Return the noise standard deviation as a float.

    Raises:
        TypeError: Not a real number.
        IllPosedError: ``beta <= 0`` or not finite; names the vacuous value ln m where ``m`` is given.
    """
    value = as_number("beta", beta)
    if not (value > 0 and math.isfinite(value)):
        vacuous = f" (it would be vacuous: ln m = {math.log(m):.4f})" if m else ""
        raise IllPosedError(
            f"beta must be a finite noise standard deviation > 0, got {value:g}: without noise the information "
            f"of a layer is constant or infinite{vacuous}; add noise, or use the clustering measures"
        )
    return value


def as_number(name: str, value: Any) -> float:
    """Return a real scalar (Python, numpy or one-element tensor) as a float; booleans and strings are refused."""
    if _is_tensor(value):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    return float(value)


def probability(name: str, value: Any) -> float:
    """Return a number strictly between 0 and 1."""
    number = as_number(name, value)
    if not 0 < number < 1:
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {number:g}")
    return number


def as_count(name: str, value: Any, *, minimum: int = 1) -> int:
    """Return an integer not below ``minimum``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}")
    return int(value)


def one_of(name: str, value: Any, choices: Sequence[str]) -> str:
    """Return ``value`` if it is one of ``choices``."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
    return value


def _is_tensor(value: Any) -> bool:
    """Say whether ``value`` is a torch tensor, without importing torch: where nobody has, nothing can be one."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)
