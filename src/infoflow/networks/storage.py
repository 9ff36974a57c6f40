"""Room for results: in memory up to a limit, past it in ``.npy`` files that are mapped into memory."""

import re
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._types import Array

RESULT_LIMIT = 2 * 2**30
"""Default size, in bytes, up to which results stay in memory."""

_HEADER_BYTES = 128
_BYTES_PER_VALUE = 8


class Storage:
    """Arrays of known shapes, all in memory or all on disk.

    A temporary folder is removed when nothing refers to the storage any more; a folder of the user's is kept, and its
    files can be opened again with ``numpy.load(path, mmap_mode="r")``.

    Args:
        shapes: Shape of each array by name.
        limit: Bytes up to which they are kept in memory.
        spill_to: Folder for the files past the limit; None for a temporary one.

    Raises:
        ValueError: The folder has too little room, or holds such a file already.
        NotADirectoryError: ``spill_to`` is not a folder.
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], limit: int, spill_to: str | Path | None):
        n_bytes = sum(int(np.prod(shape, dtype=np.int64)) * _BYTES_PER_VALUE for shape in shapes.values())
        self.folder: Path | None = None
        self._paths: dict[str, Path] = {}
        if n_bytes <= _checks.as_count("result_limit", limit, minimum=0):
            self.arrays: dict[str, Array] = {name: np.empty(shape) for name, shape in shapes.items()}
            return
        if spill_to is not None and not Path(spill_to).is_dir():
            raise NotADirectoryError(f"spill_to must be an existing folder, got {str(spill_to)!r}")
        parent = Path(tempfile.gettempdir()) if spill_to is None else Path(spill_to)
        free = shutil.disk_usage(parent).free  # writing to a mapped file beyond it would end the process
        needed = n_bytes + _HEADER_BYTES * len(shapes)
        if needed > free:
            raise ValueError(
                f"spill_to must have {needed} bytes free, got {free} in {parent}; draw fewer, or elsewhere"
            )
        if spill_to is None:
            parent = Path(tempfile.mkdtemp(prefix="infoflow-"))
            weakref.finalize(self, shutil.rmtree, parent, ignore_errors=True)
        self.folder = parent
        self._paths = _paths(parent, shapes)
        self.arrays = _mapped(self._paths, shapes)

    def discard(self) -> None:
        """Remove the files, after a failure that left them incomplete."""
        self.arrays = {}
        for path in self._paths.values():
            path.unlink(missing_ok=True)

    def __getstate__(self) -> dict[str, Any]:
        return {"folder": None, "arrays": {}, "_paths": {}}  # a copy of the draws is in memory and needs no files


def file_name(name: str) -> str:
    """Return the file of an array: its name with every character but letters, digits, ``.``, ``@``, ``-`` as ``_``."""
    return re.sub(r"[^A-Za-z0-9.@-]", "_", name) + ".npy"


def _paths(folder: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Path]:
    paths = {name: folder / file_name(name) for name in shapes}
    if len(set(paths.values())) < len(paths):
        paths = {name: folder / file_name(f"{index}-{name}") for index, name in enumerate(shapes)}
    existing = [path.name for path in paths.values() if path.exists()]
    if existing:
        raise ValueError(f"spill_to must hold no {', '.join(existing)} yet, got {str(folder)!r}")
    return paths


def _mapped(paths: Mapping[str, Path], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    return {
        name: np.lib.format.open_memmap(path, mode="w+", dtype=np.float64, shape=shapes[name])
        for name, path in paths.items()
    }
