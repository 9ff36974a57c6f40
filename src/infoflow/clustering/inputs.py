"""Representations and labels at the package's boundary: checked once, then read in blocks of bounded size.

A representation matrix may be a numpy array (a memory map too), a torch tensor on any device or nested sequences, of
any real dtype; blocks of it are converted to float64 on the way, so that no float64 copy of the whole is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from infoflow import _checks
from infoflow._errors import NonFiniteError
from infoflow._types import Array, IntArray

BLOCK_ELEMENTS = 2**22
"""Numbers in a block: 32 MiB of float64."""
_LARGEST = 1e150
"""Larger numbers have squares that overflow."""


@dataclass(frozen=True, eq=False)
class Rows:
    """A checked matrix of representations, one sample per row.

    Attributes:
        source: The array or tensor as it was given.
        n: Samples.
        d: Dimension.
    """

    source: Any
    n: int
    d: int

    @property
    def shape(self) -> tuple[int, int]:
        """``(n, d)``."""
        return self.n, self.d

    def block(self, start: int, stop: int) -> Array:
        """Return rows start..stop-1 as float64, shape (stop - start, d); read-only, for it may be the caller's own."""
        view = _float64(self.source[start:stop]).view()
        view.flags.writeable = False
        return view

    def take(self, index: IntArray) -> Array:
        """Return a copy of the rows at ``index`` as float64, shape (len(index), d)."""
        if isinstance(self.source, torch.Tensor):
            return _float64(self.source[torch.from_numpy(index).to(self.source.device)])
        return _float64(self.source[index])

    def blocks(self) -> Iterator[tuple[slice, Array]]:
        """Yield the rows in order, in blocks of at most ``BLOCK_ELEMENTS`` numbers, each with its slice."""
        step = max(1, BLOCK_ELEMENTS // self.d)
        for start in range(0, self.n, step):
            stop = min(start + step, self.n)
            yield slice(start, stop), self.block(start, stop)


def as_rows(name: str, value: Any) -> Rows:
    """Return ``value`` as checked rows.

    Args:
        name: The argument's name, for messages.
        value: Representations, shape (n, d); a ``Rows`` is returned as it is.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong number of axes, an empty axis, or a number beyond 1e150 whose square would overflow.
        NonFiniteError: NaN or infinity.
    """
    if isinstance(value, Rows):
        return value
    source = value.detach() if isinstance(value, torch.Tensor) else _as_numpy(name, value)
    if isinstance(source, torch.Tensor) and source.is_complex():
        raise TypeError(f"{name} must be a real array of shape (n, d), got a tensor of {source.dtype}")
    if source.ndim != 2:
        raise ValueError(f"{name} must have shape (n, d), got {tuple(source.shape)}")
    n, d = source.shape
    if n == 0 or d == 0:
        raise ValueError(f"{name} must not be empty, got shape {(n, d)}")
    rows = Rows(source, int(n), int(d))
    _check_values(name, rows)
    return rows


def as_class_values(name: str, value: Any, *, n: int) -> IntArray:
    """Return integer labels of shape (n,) with their values kept, so that batches agree on what a label means.

    Raises:
        TypeError: Not numeric.
        ValueError: Wrong shape, or not integers.
    """
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    raw = np.asarray(value)
    if raw.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be integers, got dtype {raw.dtype}")
    if raw.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), one label per sample, got {raw.shape}")
    if raw.dtype.kind == "f" and not np.array_equal(raw, np.round(raw)):
        raise ValueError(f"{name} must be integers, got fractional or non-finite values")
    return raw.astype(np.int64)


def as_range(name: str, value: Any) -> tuple[float, float]:
    """Return ``(low, high)`` with finite low < high."""
    try:
        low, high = value
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a pair (low, high), got {value!r}") from None
    pair = _checks.as_number(name, low), _checks.as_number(name, high)
    if not (np.isfinite(pair).all() and pair[0] < pair[1]):
        raise ValueError(f"{name} must be finite with low < high, got {pair}")
    return pair


def check_width(name: str, rows: Rows, d: int) -> None:
    """Raise ``ValueError`` unless the rows have ``d`` columns."""
    if rows.d != d:
        raise ValueError(f"{name} must have d = {d} as before, got {rows.d}")


def _as_numpy(name: str, value: Any) -> np.ndarray[Any, Any]:
    try:
        raw = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array of shape (n, d): {error}") from None
    if raw.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be a real array of shape (n, d), got {type(value).__name__} of {raw.dtype}")
    return raw


def _float64(block: Any) -> Array:
    if isinstance(block, torch.Tensor):
        block = block.cpu().to(torch.float64).numpy()  # in this order: not every device knows float64
    return np.ascontiguousarray(block, dtype=np.float64)


def _check_values(name: str, rows: Rows) -> None:
    n_bad = 0
    largest = 0.0
    for _, block in rows.blocks():
        finite = np.isfinite(block)
        n_bad += block.size - int(np.count_nonzero(finite))
        largest = max(largest, float(np.max(np.abs(block), where=finite, initial=0.0)))
    if n_bad:
        raise NonFiniteError(f"{name} must be finite, got {n_bad} NaN or infinite values of {rows.n * rows.d}")
    if largest > _LARGEST:
        raise ValueError(f"{name} must not exceed {_LARGEST:g} in size (squares overflow), got {largest:g}")
