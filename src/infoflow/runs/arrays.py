"""The arrays of a run, by name and epoch: ``arrays/NAME/EPOCH.npy``, or ``arrays/NAME/static.npy`` without epoch."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._errors import RunFolderError
from infoflow.runs import atomic
from infoflow.runs.schema import ARRAYS_NAME

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*")
_STATIC = "static"


class ArrayStore:
    """Reads the arrays of a run folder; nothing outside that folder can be named."""

    def __init__(self, folder: Path) -> None:
        """Remember the run folder; nothing is read yet."""
        self._root = folder / ARRAYS_NAME

    def names(self) -> list[str]:
        """Return the names that hold at least one array."""
        return sorted({path.parent.relative_to(self._root).as_posix() for path in self._root.rglob("[!.]*.npy")})

    def epochs(self, name: str) -> list[int]:
        """Return the epochs at which ``name`` was stored, ascending."""
        folder = self._root / _checked_name(name)
        return sorted(int(path.stem) for path in folder.glob("[0-9]*.npy"))

    def load(self, name: str, epoch: int | None = None) -> npt.NDArray[Any]:
        """Return the array stored as ``name`` at ``epoch`` (None: the one that belongs to no epoch).

        Raises:
            RunFolderError: There is no such array, or its file is damaged.
        """
        path = array_path(self._root.parent, name, epoch)
        try:
            return np.load(path, allow_pickle=False)
        except FileNotFoundError:
            when = "without epoch" if epoch is None else f"at epoch {epoch}"
            raise RunFolderError(f"array must be one that the run stored, got {name!r} {when}") from None
        except (OSError, ValueError, EOFError) as error:
            raise RunFolderError(f"{path} must be a whole .npy file: {error}") from None


def save_array(folder: Path, name: str, array: npt.NDArray[Any], epoch: int | None = None) -> Path:
    """Store an array in a run folder and return its path."""
    path = array_path(folder, name, epoch)
    atomic.write_array(path, array)
    return path


def array_path(folder: Path, name: str, epoch: int | None) -> Path:
    """Return where the array ``name`` of ``epoch`` lies.

    Raises:
        ValueError: ``name`` is not made of letters, digits, ``_ . -`` and single inner slashes.
    """
    stem = _STATIC if epoch is None else f"{epoch:08d}"
    return folder / ARRAYS_NAME / _checked_name(name) / f"{stem}.npy"


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"array name must be made of letters, digits, '_', '.', '-' and inner '/', got {name!r}")
    return name
