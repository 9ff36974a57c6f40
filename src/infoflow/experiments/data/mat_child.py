"""The child process of :mod:`infoflow.experiments.data.mat`: ``python mat_child.py FILE SHAPES``.

Run as a script, so that it imports numpy and scipy only and fits into little memory. SHAPES is a JSON object from key
to shape. The answer on standard output is a line of JSON, ``{"error": …}`` or ``{}``, and after ``{}`` for each key
eight bytes of length and an array as ``.npy``.
"""

import contextlib
import io
import json
import sys
from typing import Any

MEMORY_BYTES = 2 * 2**30
CPU_SECONDS = 30
ANSWER_BYTES = 4 * 2**20


def limit_resources() -> None:
    """Limit memory, processor time, written bytes and core dumps, each as far as the system can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's timeout is the only limit
        return
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: ANSWER_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses a limit on the address space
            resource.setrlimit(kind, (wanted, hard))


def wrong(found: dict[str, Any], shapes: dict[str, list[int]]) -> str | None:
    """Return what is wrong with the variables of a file, as the end of a sentence that starts with its name."""
    names = sorted(printable(name, 40) for name in found if not name.startswith("__"))
    for key, shape in shapes.items():
        if key not in found:
            return f"must have the key {key} {tuple(shape)}, got keys: {', '.join(names[:8]) or 'none'}"
        value = found[key]
        if getattr(getattr(value, "dtype", None), "kind", "O") not in "biuf":
            return f"must have numbers in {key}, got {type(value).__name__} of {getattr(value, 'dtype', 'no type')}"
        if list(value.shape) != shape:
            return f"must have {key} of shape {tuple(shape)}, got {value.shape}"
    return None


def printable(text: str, longest: int) -> str:
    """Return the start of a text from the file on one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))[:longest]


def answer(path: str, shapes: dict[str, list[int]]) -> bytes:
    """Parse the file and return the answer."""
    import numpy as np
    import scipy.io

    try:
        found: dict[str, Any] = scipy.io.loadmat(path, appendmat=False)
        error = wrong(found, shapes)
    except NotImplementedError:  # what scipy raises for version 7.3
        found, error = {}, "must be a MATLAB file of version 4 to 7, got version 7.3 (HDF5): save it with -v7"
    except Exception as problem:  # noqa: BLE001 - a mutated file can make the parser raise anything; all are reported
        found, error = (
            {},
            f"must be a MATLAB file of version 4 to 7, got {type(problem).__name__}: {printable(str(problem), 200)}",
        )
    if error:
        return json.dumps({"error": error}).encode() + b"\n"
    parts = [b"{}\n"]
    for key in shapes:
        buffer = io.BytesIO()
        np.save(buffer, np.ascontiguousarray(found[key]), allow_pickle=False)
        parts += [len(buffer.getvalue()).to_bytes(8, "little"), buffer.getvalue()]
    return b"".join(parts)


if __name__ == "__main__":
    limit_resources()
    sys.stdout.buffer.write(answer(sys.argv[1], json.loads(sys.argv[2])))
