"""MATLAB files, parsed where a crash of the parser does no harm: in a child process with limits."""

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from infoflow._errors import LoadError
from infoflow.experiments.data import mat_child
from infoflow.experiments.data.npy import MAX_HEADER_BYTES, read_npy

TIMEOUT_SECONDS = 60


def read_mat(
    path: Path, shapes: Mapping[str, tuple[int, ...]], *, max_bytes: int
) -> dict[str, npt.NDArray[np.generic]]:
    """Return the named arrays of a MATLAB file (up to version 7).

    The file is parsed by ``mat_child.py`` run as a script, which imports numpy and scipy only. The system limits its
    memory, processor time and the size of its answer (where the system can: not on Windows), and it is ended after
    ``TIMEOUT_SECONDS``. The answer is read by the strict ``.npy`` reader.

    Args:
        path: The file.
        shapes: The arrays wanted, with their shapes.
        max_bytes: Largest size of one array.

    Raises:
        LoadError: The file cannot be parsed within the limits, or a key is missing or of another shape or type.
    """
    with tempfile.TemporaryFile() as answer:
        code = _run_child(path, shapes, answer)
        answer.seek(0)
        line = answer.readline()
        if code != 0 or not line.startswith(b"{"):
            raise LoadError(
                f"{path.name} must be a MATLAB file of version 4 to 7, got one that ended its parser ({code})"
            )
        if error := json.loads(line).get("error"):
            raise LoadError(f"{path.name} {error}")
        return {name: _next_array(name, answer, max_bytes) for name in shapes}


def _run_child(path: Path, shapes: Mapping[str, tuple[int, ...]], answer: IO[bytes]) -> int | str:
    command = [sys.executable, "-P", "-W", "ignore", mat_child.__file__, str(path.absolute()), json.dumps(dict(shapes))]
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ) | one_thread,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"stopped after {TIMEOUT_SECONDS} s"
    return done.returncode


def _next_array(name: str, answer: IO[bytes], max_bytes: int) -> npt.NDArray[np.generic]:
    length = int.from_bytes(answer.read(8), "little")
    if length > max_bytes + MAX_HEADER_BYTES + 16:
        raise LoadError(f"{name} must take at most {max_bytes} bytes, got {length}")
    return read_npy(name, io.BytesIO(answer.read(length)).read, max_bytes=max_bytes)
