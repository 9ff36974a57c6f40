"""What a probe measures on: inputs and labels as rows, from arrays or a data loader, all or a subset."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from infoflow import _checks
from infoflow._random import stream
from infoflow._types import IntArray

_ARRAYS = (Tensor, np.ndarray)


class InputRows:
    """Checked inputs of a model, in the form :func:`infoflow.sample_representations` takes, and their classes.

    Args:
        inputs: An array or tensor with m rows, a tuple of them, a mapping of keyword arguments, or an iterable of
            batches such as a ``DataLoader``: of ``(inputs, labels)`` pairs, of mappings with a ``labels`` entry, or of
            inputs alone. A loader is read once, here.
        labels: Class of each input, shape (m,); None for none, or for those of the loader.
        limit: Most inputs to use: a fixed random subset where there are more. X is then uniform on the subset.
        seed: Seed of the subset.

    Raises:
        TypeError: Not arrays, or labels of a wrong type.
        ValueError: No rows, an empty loader, different numbers of rows, or labels that do not match.
    """

    def __init__(self, inputs: Any, labels: Any | None, *, limit: int | None = None, seed: int = 0):
        if limit is not None:
            _checks.as_count("max_inputs", limit, minimum=2)
        if not isinstance(inputs, (*_ARRAYS, tuple, Mapping, list)) and isinstance(inputs, Iterable):
            inputs, found = _from_loader(inputs)
            labels = found if labels is None else labels
        self._inputs = _as_arrays(inputs)
        self.total = _n_rows(self._inputs)
        """Inputs given."""
        self.labels: IntArray | None = None if labels is None else _checks.as_labels("labels", labels, m=self.total)
        """Classes 0..K-1 of the inputs, shape (m,), or None."""
        self.m = self.total
        """Inputs used."""
        if limit is not None and limit < self.total:
            chosen = np.sort(stream(seed, "inputs measured on").choice(self.total, size=limit, replace=False))
            self._inputs = self.take(chosen)
            self.labels = None if self.labels is None else _checks.as_labels("labels", self.labels[chosen], m=limit)
            self.m = limit

    def take(self, index: IntArray) -> Any:
        """Return the rows ``index``."""
        rows = torch.from_numpy(np.ascontiguousarray(index))
        return _mapped(self._inputs, lambda value: value[rows.to(value.device)] if _is_tensor(value) else value[index])

    def part(self, start: int, stop: int) -> Any:
        """Return the rows start..stop-1."""
        return _mapped(self._inputs, lambda value: value[start:stop])


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _mapped(inputs: Any, change: Any) -> Any:
    if isinstance(inputs, Mapping):
        return {name: change(value) for name, value in inputs.items()}
    return tuple(change(value) for value in inputs) if isinstance(inputs, tuple) else change(inputs)


def _as_arrays(inputs: Any) -> Any:
    if isinstance(inputs, Mapping):
        if not inputs:
            raise ValueError("inputs must hold at least one array, got an empty mapping")
        return {str(name): _as_array(f"inputs[{name!r}]", value) for name, value in inputs.items()}
    if isinstance(inputs, tuple):
        if not inputs:
            raise ValueError("inputs must hold at least one array, got an empty tuple")
        return tuple(_as_array(f"inputs[{index}]", value) for index, value in enumerate(inputs))
    return _as_array("inputs", inputs)


def _as_array(name: str, value: Any) -> Any:
    try:
        array = value.detach() if isinstance(value, Tensor) else np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array, got rows of different shapes: {error}") from None
    if isinstance(array, np.ndarray) and array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must be a numeric array or tensor, got {type(value).__name__} of {array.dtype}")
    if array.ndim == 0 or array.shape[0] == 0:
        raise ValueError(f"{name} must have at least one row, got shape {tuple(array.shape)}")
    return array


def _n_rows(inputs: Any) -> int:
    values = list(inputs.values()) if isinstance(inputs, Mapping) else inputs if isinstance(inputs, tuple) else [inputs]
    counts = {int(value.shape[0]) for value in values}
    if len(counts) != 1:
        raise ValueError(f"inputs must have the same number of rows, got {[int(value.shape[0]) for value in values]}")
    return counts.pop()


def _from_loader(loader: Iterable[Any]) -> tuple[Any, Any | None]:
    """Read a loader once; its own generator and torch's are left as they were."""
    generator = getattr(loader, "generator", None)
    state = generator.get_state() if isinstance(generator, torch.Generator) else None
    with torch.random.fork_rng(devices=[]):
        batches = [_split(batch) for batch in loader]
    if isinstance(generator, torch.Generator) and state is not None:
        generator.set_state(state)
    if not batches:
        raise ValueError("inputs must hold at least one batch, got an empty loader")
    labels = [batch[1] for batch in batches]
    known = [label for label in labels if label is not None]
    if known and len(known) < len(labels):
        raise ValueError("inputs must have labels in every batch or in none, got a loader with some of both")
    return _joined([batch[0] for batch in batches]), torch.cat(known) if known else None


def _split(batch: Any) -> tuple[Any, Tensor | None]:
    if isinstance(batch, Mapping):
        rows = {str(name): torch.as_tensor(value) for name, value in batch.items()}
        return rows, rows.pop("labels", None)
    if isinstance(batch, list | tuple) and len(batch) == 2:
        return torch.as_tensor(batch[0]), torch.as_tensor(batch[1])
    if isinstance(batch, list | tuple) and len(batch) == 1:
        return torch.as_tensor(batch[0]), None
    if isinstance(batch, _ARRAYS):
        return torch.as_tensor(batch), None
    raise TypeError(
        f"inputs must be batches of (inputs, labels), mappings or tensors, got a batch of {type(batch).__name__}"
    )


def _joined(parts: list[Any]) -> Any:
    if isinstance(parts[0], Mapping):
        return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
    return torch.cat(parts)
