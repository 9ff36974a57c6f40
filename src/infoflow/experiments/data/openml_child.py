"""The child process of :mod:`infoflow.experiments.data.mnist_fetch`: ``python openml_child.py FOLDER``.

Downloads ``mnist_784`` from OpenML through scikit-learn and writes it as the four IDX files. What it writes is not
trusted: the parent compares digests.
"""

import socket
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

SOCKET_SECONDS = 20
N_TRAIN = 60_000


def main(folder: str) -> int:
    """Download and write; return the exit code, with the reason on standard error."""
    socket.setdefaulttimeout(SOCKET_SECONDS)
    try:
        from sklearn.datasets import fetch_openml
    except ImportError:
        print("scikit-learn must be installed, got none: pip install infoflow[compare]", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as scratch:
            images, labels = fetch_openml(
                "mnist_784",
                version=1,
                return_X_y=True,
                as_frame=False,
                parser="pandas",
                data_home=scratch,
                n_retries=1,
                delay=1,
            )
    except Exception as error:  # noqa: BLE001 - whatever a download through many libraries raises, it is reported
        print(f"OpenML could not be reached: {type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    write_files(Path(folder), np.asarray(images), np.asarray(labels))
    return 0


def write_files(folder: Path, images: Any, labels: Any) -> None:
    """Write pixels (70000, 784) and labels (70000,), numbers or their text, as the four IDX files."""
    pixels = np.asarray(images).astype(np.uint8).reshape(-1, 28, 28)
    digits = np.asarray(labels).astype(np.int64).astype(np.uint8)
    for part, rows in (("train", slice(None, N_TRAIN)), ("t10k", slice(N_TRAIN, None))):
        (folder / f"{part}-images-idx3-ubyte").write_bytes(_idx(pixels[rows]))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(_idx(digits[rows]))


def _idx(array: Any) -> bytes:
    return bytes([0, 0, 0x08, array.ndim]) + np.asarray(array.shape, ">u4").tobytes() + array.tobytes()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
