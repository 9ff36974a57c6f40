"""A strict reader of ``.npy`` bytes: plain numbers of a stated size, nothing else; no pickle, no evaluation."""

import math
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from infoflow._errors import LoadError

MAX_HEADER_BYTES = 1024

_HEADER = re.compile(
    r"\{'descr': '(?P<descr>[^']*)', 'fortran_order': (?P<fortran>True|False), "
    r"'shape': \((?P<shape>\d{0,9}(?:, \d{1,9}){0,7}),?\),? *\} *\n?"
)
_PLAIN_NUMBER = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f[248])")


def read_npy(name: str, read: Callable[[int], bytes], *, max_bytes: int) -> npt.NDArray[np.generic]:
    """Return the array that a ``.npy`` stream holds; its declared size is checked before the numbers are read.

    Args:
        name: What is read, for messages.
        read: Reads at most the given number of bytes from the stream, which must then end.
        max_bytes: Largest size of the numbers.

    Raises:
        LoadError: Not a ``.npy`` stream, pickled content, a type other than plain numbers, too large, cut off, or
            followed by other bytes.
    """
    descr, fortran, shape = _header(name, read)
    if descr.lstrip("<>|=").startswith("O"):
        raise LoadError(f"{name} must hold plain numbers, got pickled Python objects, which are never loaded")
    if not _PLAIN_NUMBER.fullmatch(descr):
        raise LoadError(f"{name} must hold plain numbers, got the type {descr!r}")
    dtype = np.dtype(descr)
    size = math.prod(shape) * dtype.itemsize
    if size > max_bytes:
        raise LoadError(f"{name} must take at most {max_bytes} bytes, got {size} declared for shape {shape}")
    data = read(size + 1)
    if len(data) != size:
        found = "more" if len(data) > size else f"{len(data)}"
        raise LoadError(f"{name} must have the {size} bytes its header declares, got {found}: cut off or overwritten")
    return np.frombuffer(data, dtype=dtype).reshape(shape, order="F" if fortran else "C")


def _header(name: str, read: Callable[[int], bytes]) -> tuple[str, bool, tuple[int, ...]]:
    start = read(8)
    if len(start) < 8 or start[:6] != b"\x93NUMPY" or start[6] not in (1, 2, 3):
        raise LoadError(f"{name} must start like a .npy file of version 1 to 3, got {start[:8]!r}")
    length_bytes = 2 if start[6] == 1 else 4
    length = int.from_bytes(read(length_bytes), "little")
    text = read(length) if length <= MAX_HEADER_BYTES else b""
    match = _HEADER.fullmatch(text.decode("latin1"))
    if match is None:
        raise LoadError(f"{name} must have the header that numpy writes, got {text[:60]!r} ({length} bytes)")
    shape = tuple(int(size) for size in match["shape"].split(", ") if size)
    return match["descr"], match["fortran"] == "True", shape
