"""IDX, the format of MNIST: two zero bytes, a type code, the number of axes, their sizes (big-endian), the numbers."""

import gzip
import math
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._errors import LoadError

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_CODES = {np.dtype(name): code for code, name in _TYPES.items()}
_MAX_AXES = 4


def idx_array(name: str, content: bytes) -> npt.NDArray[Any]:
    """Return the array that the bytes of an IDX file hold, in the machine's byte order.

    Args:
        name: What is read, for messages.
        content: The whole file, unpacked.

    Raises:
        LoadError: Another magic number or type, too many axes, cut off, or followed by other bytes.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _TYPES:
        raise LoadError(
            f"{name} must start like an IDX file (00 00, type, axes), got {content[:4].hex(' ') or 'nothing'}"
        )
    dtype, n_axes = np.dtype(_TYPES[content[2]]), content[3]
    if not 1 <= n_axes <= _MAX_AXES:
        raise LoadError(f"{name} must have 1 to {_MAX_AXES} axes, got {n_axes}")
    start = 4 + 4 * n_axes
    if len(content) < start:
        raise LoadError(f"{name} must have the {start} bytes of its header, got {len(content)}")
    shape = tuple(int.from_bytes(content[k : k + 4], "big") for k in range(4, start, 4))
    size = start + math.prod(shape) * dtype.itemsize
    if len(content) != size:
        raise LoadError(f"{name} must have the {size} bytes its header declares for shape {shape}, got {len(content)}")
    return np.frombuffer(content, dtype=dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def idx_bytes(array: npt.NDArray[Any]) -> bytes:
    """Return an array as the bytes of an IDX file.

    Raises:
        ValueError: Its type or number of axes is none of the format's.
    """
    dtype = array.dtype.newbyteorder(">")
    if dtype not in _CODES or not 1 <= array.ndim <= _MAX_AXES:
        raise ValueError(f"array must have 1 to {_MAX_AXES} axes of an IDX type, got {array.shape} of {array.dtype}")
    header = bytes([0, 0, _CODES[dtype], array.ndim]) + np.asarray(array.shape, ">u4").tobytes()
    return header + array.astype(dtype).tobytes()


def unpacked_bytes(path: Path, *, max_bytes: int) -> bytes:
    """Return what a file holds, decompressed where its name ends in ``.gz``; never more than ``max_bytes``.

    Raises:
        LoadError: It cannot be read, is a damaged gzip file, or holds more.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise LoadError(f"{path} must be a readable file: {error}") from None
    if len(content) > max_bytes:
        raise LoadError(f"{path} must hold at most {max_bytes} bytes, got more")
    return content
