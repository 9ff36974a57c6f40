"""The published files of the 12-bit problem: read by path, nothing in them is trusted."""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._errors import LoadError
from infoflow._types import IntArray
from infoflow.experiments.data.mat import read_mat
from infoflow.experiments.data.mat_child import printable
from infoflow.experiments.data.npy import MAX_HEADER_BYTES, read_npy
from infoflow.experiments.data.szt import N_BITS, Bits

M = 2**N_BITS
MAX_FILE_BYTES = 16 * 2**20
MAX_ARRAY_BYTES = M * N_BITS * 8
_MAX_MEMBERS = 64
_NPZ_KEYS = ("X_train", "y_train", "X_test", "y_test")


@dataclass(frozen=True, kw_only=True, eq=False)
class SztData:
    """Inputs and labels in the order of the file.

    Attributes:
        inputs: float32 in {0, 1}, shape (4096, 12), every input once.
        labels: int64 in {0, 1}, shape (4096,).
        train: Indices of the training inputs where the file has a split, else None.
        test: Indices of the test inputs where the file has a split, else None.
    """

    inputs: Bits
    labels: IntArray
    train: IntArray | None = None
    test: IntArray | None = None


def load_szt(path: str | Path) -> SztData:
    """Read the 12-bit problem from a published file.

    Args:
        path: A MATLAB file ``.mat`` (up to version 7) with ``F`` (4096, 12) and ``y`` (1, 4096), or an ``.npz`` with
            ``X_train``, ``y_train``, ``X_test``, ``y_test``, together 4096 inputs. Labels may have a further axis of
            length 1, or be one-hot with two columns.

    Raises:
        LoadError: The file is missing or is not that: the message says what was expected and what was found. Pickled
            content is never loaded; a MATLAB file is parsed in a child process with limits on memory and time.
    """
    path = Path(path)
    readers = {".mat": _from_mat, ".npz": _from_npz}
    if path.suffix.lower() not in readers:
        raise LoadError(f"path must end in .mat or .npz, got {str(path)!r}")
    try:
        size = path.stat().st_size if path.is_file() else None
    except (OSError, ValueError) as error:
        raise LoadError(f"path must be a readable file, got {str(path)!r}: {error}") from None
    if size is None:
        raise LoadError(f"path must be an existing file, got {str(path)!r}")
    if size > MAX_FILE_BYTES:
        raise LoadError(f"{path.name} must have at most {MAX_FILE_BYTES} bytes, got {size}")
    return readers[path.suffix.lower()](path)


def _from_mat(path: Path) -> SztData:
    arrays = read_mat(path, {"F": (M, N_BITS), "y": (1, M)}, max_bytes=MAX_ARRAY_BYTES)
    inputs = _bits("F", arrays["F"], (M, N_BITS))
    _check_enumerated(path, inputs)
    return SztData(inputs=inputs, labels=_labels("y", arrays["y"], M))


def _from_npz(path: Path) -> SztData:
    arrays = _npz_arrays(path)
    inputs: dict[str, Bits] = {}
    labels: dict[str, IntArray] = {}
    for part in ("train", "test"):
        m = arrays[f"X_{part}"].shape[0] if arrays[f"X_{part}"].ndim else 0
        inputs[part] = _bits(f"X_{part}", arrays[f"X_{part}"], (m, N_BITS))
        labels[part] = _labels(f"y_{part}", arrays[f"y_{part}"], m)
    n_train = len(inputs["train"])
    together = np.concatenate([inputs["train"], inputs["test"]])
    _check_enumerated(path, together)
    return SztData(
        inputs=together,
        labels=np.concatenate([labels["train"], labels["test"]]),
        train=np.arange(n_train),
        test=np.arange(n_train, M),
    )


def _npz_arrays(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _npz_members(archive)
            return {key: _npz_array(archive, key, members[key]) for key in _NPZ_KEYS}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        if isinstance(error, LoadError):
            raise
        raise LoadError(
            f"{path.name} must be an intact .npz file, got a damaged one: {printable(str(error), 200)}"
        ) from None


def _npz_members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    entries = archive.infolist()
    members = {entry.filename.removesuffix(".npy"): entry for entry in entries}
    if len(entries) > _MAX_MEMBERS or len(members) < len(entries):
        raise LoadError(f"npz must have at most {_MAX_MEMBERS} members with different names, got {len(entries)}")
    missing = [key for key in _NPZ_KEYS if key not in members]
    if missing:
        found = ", ".join(sorted(printable(name, 40) for name in members)) or "no members"
        raise LoadError(f"npz must have {', '.join(_NPZ_KEYS)}, got no {', '.join(missing)}; found: {found}")
    return members


def _npz_array(archive: zipfile.ZipFile, key: str, member: zipfile.ZipInfo) -> npt.NDArray[np.generic]:
    limit = MAX_ARRAY_BYTES + MAX_HEADER_BYTES + 16
    if member.file_size > limit:
        raise LoadError(f"{key} must take at most {limit} bytes, got {member.file_size} declared in the zip directory")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise LoadError(f"{key} must be stored or deflated, got zip compression method {member.compress_type}")
    with archive.open(member) as stream:
        return read_npy(key, stream.read, max_bytes=MAX_ARRAY_BYTES)


def _bits(name: str, array: npt.NDArray[np.generic], shape: tuple[int, ...]) -> Bits:
    if array.shape != shape or not array.size:
        raise LoadError(f"{name} must have shape ({shape[0] or 'm'}, {shape[1]}), got {array.shape}")
    return _binary(name, array).astype(np.float32)


def _labels(name: str, array: npt.NDArray[np.generic], m: int) -> IntArray:
    if array.shape == (m, 2):
        columns = _binary(name, array)
        if not (columns.sum(axis=1) == 1).all():
            raise LoadError(f"{name} of shape ({m}, 2) must be one-hot, got rows with another sum than 1")
        return columns[:, 1].astype(np.int64)
    if array.shape not in ((m,), (m, 1), (1, m)):
        raise LoadError(f"{name} must have shape ({m},), (1, {m}), ({m}, 1) or one-hot ({m}, 2), got {array.shape}")
    return _binary(name, array).reshape(m).astype(np.int64)


def _binary(name: str, array: npt.NDArray[np.generic]) -> npt.NDArray[Any]:
    n_bad = array.size - int(np.isin(array, (0, 1)).sum())
    if n_bad:
        raise LoadError(f"{name} must be binary (0 or 1), got {n_bad} other values of {array.size}")
    return array


def _check_enumerated(path: Path, inputs: Bits) -> None:
    n_distinct = len(np.unique(inputs, axis=0))
    if inputs.shape[0] != M or n_distinct != M:
        raise LoadError(
            f"{path.name} must have each of the {M} inputs once, got {inputs.shape[0]} inputs, {n_distinct} different"
        )
