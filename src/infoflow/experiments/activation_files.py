"""Arrays by name from ``.npz``, ``.pt`` and ``.safetensors`` files: sizes are checked first, nothing is ever run."""

import pickle
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open

from infoflow._errors import LoadError
from infoflow.experiments.data.mat_child import printable
from infoflow.experiments.data.npy import MAX_HEADER_BYTES, read_npy

Numbers = npt.NDArray[np.generic]

MAX_BYTES = 4 * 2**30
"""Default largest size of all arrays of a file together, as float64."""

_MAX_MEMBERS = 4096
_MAX_PICKLE_BYTES = 16 * 2**20
_FLOAT64_BYTES = 8
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, pickle.UnpicklingError, SafetensorError, EOFError, OSError, MemoryError),
    *(RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError),
)


def read_arrays(path: Path, max_bytes: int) -> dict[str, Numbers]:
    """Return the arrays of a file by name, in the order of the file; nested names are joined by ``/``.

    Args:
        path: A file ending in ``.npz``, ``.pt``, ``.pth`` or ``.safetensors``.
        max_bytes: Largest size of all arrays together, as float64.

    Raises:
        LoadError: The file is missing, damaged, too large, or holds anything but arrays of plain numbers.
    """
    readers: dict[str, Callable[[Path, int], dict[str, Numbers]]] = {
        ".npz": _read_npz,
        ".pt": _read_pt,
        ".pth": _read_pt,
        ".safetensors": _read_safetensors,
    }
    if path.suffix.lower() not in readers:
        raise LoadError(f"path must end in {', '.join(readers)}, got {str(path)!r}")
    if not _is_file(path):
        raise LoadError(f"path must be an existing file, got {str(path)!r}")
    try:
        arrays = readers[path.suffix.lower()](path, max_bytes)
    except LoadError:
        raise
    except _DAMAGED as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise LoadError(
            f"{path.name} must be an intact {path.suffix} file of plain numbers, got: {printable(reason, 200)}"
        ) from None
    if not arrays:
        raise LoadError(f"{path.name} must hold at least one array, got none")
    return arrays


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _read_npz(path: Path, max_bytes: int) -> dict[str, Numbers]:
    arrays: dict[str, Numbers] = {}
    room = max_bytes
    with zipfile.ZipFile(path) as archive:
        for entry in _checked_entries(path, archive, max_bytes):
            name = entry.filename.removesuffix(".npy")
            if name in arrays:
                raise LoadError(f"{path.name} must have members with different names, got {printable(name, 60)} twice")
            with archive.open(entry) as stream:
                arrays[name] = read_npy(printable(name, 60), stream.read, max_bytes=room)
            room -= _as_float64_bytes(printable(name, 60), arrays[name].size, room)
    return arrays


def _read_pt(path: Path, max_bytes: int) -> dict[str, Numbers]:
    if not zipfile.is_zipfile(path):
        raise LoadError(f"{path.name} must be written by torch.save in its zip format, got another one")
    with zipfile.ZipFile(path) as archive:
        for entry in _checked_entries(path, archive, max_bytes + _MAX_PICKLE_BYTES):
            if entry.filename.endswith("data.pkl") and entry.file_size > _MAX_PICKLE_BYTES:
                raise LoadError(f"{path.name} must hold tensors, got {entry.file_size} bytes of other objects")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of the kinds of tensors that are refused below
        content = torch.load(path, map_location="cpu", weights_only=True)
    if isinstance(content, torch.Tensor):
        content = {"representations": content}
    if not isinstance(content, Mapping):
        raise LoadError(f"{path.name} must hold a dict of tensors, got {type(content).__name__}")
    tensors = dict(_flattened("", content))
    room = max_bytes
    for name, tensor in tensors.items():  # before a broadcast or sparse tensor is spelled out
        room -= _as_float64_bytes(name, tensor.numel(), room)
    return {name: _to_numpy(name, tensor) for name, tensor in tensors.items()}


def _read_safetensors(path: Path, max_bytes: int) -> dict[str, Numbers]:
    arrays: dict[str, Numbers] = {}
    room = max_bytes
    with safe_open(path, framework="pt", device="cpu") as file:
        for name in file.keys():  # noqa: SIM118 - not a mapping
            shape = file.get_slice(name).get_shape()
            size = int(np.prod(shape, dtype=object)) if shape else 1
            room -= _as_float64_bytes(printable(name, 60), size, room)
            arrays[name] = _to_numpy(printable(name, 60), file.get_tensor(name))
    return arrays


def _checked_entries(path: Path, archive: zipfile.ZipFile, max_bytes: int) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > _MAX_MEMBERS:
        raise LoadError(f"{path.name} must have at most {_MAX_MEMBERS} members, got {len(entries)}")
    declared = sum(entry.file_size for entry in entries)
    limit = max_bytes + len(entries) * (MAX_HEADER_BYTES + 16)
    if declared > limit:
        raise LoadError(f"{path.name} must take at most {limit} bytes, got {declared} declared in its zip directory")
    for entry in entries:
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise LoadError(f"{path.name} must be stored or deflated, got zip method {entry.compress_type}")
    return entries


def _as_float64_bytes(name: str, size: int, room: int) -> int:
    needed = size * _FLOAT64_BYTES
    if needed > room:
        raise LoadError(f"{name} must fit into the {room} bytes left as float64, got {needed}; raise max_bytes")
    return needed


def _flattened(prefix: str, content: Mapping[Any, Any], depth: int = 0) -> list[tuple[str, torch.Tensor]]:
    found: list[tuple[str, torch.Tensor]] = []
    for key, value in content.items():
        name = f"{prefix}{key if isinstance(key, str) else type(key).__name__}"
        shown = printable(name, 60)
        if isinstance(value, Mapping) and depth < 1:
            found += _flattened(f"{name}/", value, depth + 1)
        elif isinstance(key, str) and isinstance(value, torch.Tensor):
            found.append((name, value))
        else:
            raise LoadError(f"{shown} must be a tensor with a name, got {type(value).__name__}")
    if len(found) > _MAX_MEMBERS:
        raise LoadError(f"file must hold at most {_MAX_MEMBERS} tensors, got {len(found)}")
    return found


def _to_numpy(name: str, tensor: torch.Tensor) -> Numbers:
    plain = tensor.layout == torch.strided and not tensor.is_quantized and not tensor.is_complex()
    if not plain or tensor.is_meta or tensor.is_nested:
        raise LoadError(f"{name} must be a dense tensor of real numbers, got {tensor.layout} of {tensor.dtype}")
    if tensor.is_floating_point():
        return tensor.detach().to(torch.float64).numpy()
    return tensor.detach().numpy()
