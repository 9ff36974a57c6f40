"""MNIST from its four IDX files, each checked against the digest of the original; the data are never shipped."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from infoflow._errors import LoadError
from infoflow.experiments.data.idx import idx_array, unpacked_bytes

Images: TypeAlias = "npt.NDArray[np.uint8]"

_HEADER_BYTES = {3: 16, 1: 8}
_SUBFOLDERS = ("", "MNIST/raw")  # the second is where torchvision keeps it


@dataclass(frozen=True, kw_only=True)
class MnistFile:
    """One of the four files: its name, the shape of its array of bytes, and the md5 of the unpacked file."""

    name: str
    shape: tuple[int, ...]
    md5: str

    @property
    def size(self) -> int:
        """Bytes of the unpacked file."""
        return _HEADER_BYTES[len(self.shape)] + int(np.prod(self.shape))

    def check(self, where: object, content: bytes) -> None:
        """Raise ``LoadError`` naming the file unless ``content`` is the original, byte for byte."""
        if len(content) != self.size:
            raise LoadError(
                f"{self.name} must have {self.size} bytes, got {len(content)} in {where}: partial or altered"
            )
        digest = md5_digest(content)
        if digest != self.md5:
            raise LoadError(f"{self.name} must have md5 {self.md5}, got {digest} in {where}: altered or damaged")


FILES = (
    MnistFile(name="train-images-idx3-ubyte", shape=(60_000, 28, 28), md5="6bbc9ace898e44ae57da46a324031adb"),
    MnistFile(name="train-labels-idx1-ubyte", shape=(60_000,), md5="a25bea736e30d166cdddb491f175f624"),
    MnistFile(name="t10k-images-idx3-ubyte", shape=(10_000, 28, 28), md5="2646ac647ad5339dbf082846283269ea"),
    MnistFile(name="t10k-labels-idx1-ubyte", shape=(10_000,), md5="27ae3e4e09519cfbb04c329615203637"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Mnist:
    """The 70 000 digits, in the order of the files.

    Attributes:
        train_images: uint8, 0 is background; shape (60000, 28, 28).
        train_labels: Digits, int64, shape (60000,).
        test_images: Shape (10000, 28, 28).
        test_labels: Shape (10000,).
    """

    train_images: Images
    train_labels: npt.NDArray[np.int64]
    test_images: Images
    test_labels: npt.NDArray[np.int64]


def load_mnist(folder: str | Path | None = None) -> Mnist:
    """Read MNIST from a folder that holds its four IDX files, unpacked or ``.gz``.

    Args:
        folder: The folder, or one with ``MNIST/raw`` in it; None: :func:`mnist_folder`, which ``infoflow data mnist``
            fills.

    Raises:
        LoadError: A file is missing, partial or altered; the message names it and says how to get the data.
    """
    place = mnist_folder() if folder is None else Path(folder)
    arrays = [idx_array(file.name, verified_bytes(place, file)) for file in FILES]
    return Mnist(
        train_images=arrays[0],
        train_labels=arrays[1].astype(np.int64),
        test_images=arrays[2],
        test_labels=arrays[3].astype(np.int64),
    )


def mnist_folder() -> Path:
    """Return ``infoflow/mnist`` in the user's cache folder: ``$XDG_CACHE_HOME``, or the usual place of the system."""
    chosen = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(chosen) if chosen else Path.home() / ".cache") / "infoflow" / "mnist"


def verified_bytes(folder: Path, file: MnistFile) -> bytes:
    """Return the unpacked bytes of one of the files in ``folder``.

    Raises:
        LoadError: It is missing, partial or altered.
    """
    dotted = file.name.replace("-idx", ".idx")  # as some archives name it
    names = [f"{stem}{ending}" for stem in (file.name, dotted) for ending in ("", ".gz")]
    candidates = [folder / sub / name for sub in _SUBFOLDERS for name in names]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        remedy = "run infoflow data mnist, or name a folder that holds the four IDX files with --data"
        raise LoadError(f"MNIST must have the file {file.name}, got none in {folder}: {remedy}")
    content = unpacked_bytes(path, max_bytes=file.size)
    file.check(path, content)
    return content


def md5_digest(content: bytes) -> str:
    """Return the md5 of ``content``, in hexadecimal."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
