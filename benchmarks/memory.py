"""Extra memory of one call, in a process of its own: ``python -m benchmarks.memory ENGINE D N`` prints MiB.

Linux only: the peak of the resident set is reset before the call (``/proc/self/clear_refs``) and read after it.
"""

import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.measure import Row, row
from benchmarks.problems import Problem
from infoflow.mixtures import log_density

_PROBLEM_BETA = 0.05
CASES = (("pruned", 5), ("pruned", 10), ("nufft", 1), ("nufft", 2), ("nufft", 3), ("direct", 10), ("auto", 5))


def extra_mib(engine: str, d: int, n: int) -> float:
    """Return how far the resident set grew at most during a call with n centres and n queries."""
    torch.set_num_threads(1)
    queries, centres = Problem(d=d, beta=_PROBLEM_BETA, n=n, q=n).arrays()
    warm = Problem(d=d, beta=_PROBLEM_BETA, n=1500, q=1500).arrays()  # loads and compiles all that will be used
    log_density(*warm, beta=_PROBLEM_BETA, tol=1e-9, engine=engine)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    values = log_density(queries, centres, beta=_PROBLEM_BETA, tol=1e-9, engine=engine)
    extra = _status("VmHWM") - before
    if not np.isfinite(values).all():
        raise ArithmeticError(
            f"log-densities must be finite, got {np.count_nonzero(~np.isfinite(values))} that are not"
        )
    return extra / 1024.0


def _status(field: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line for line in lines if line.startswith(field)).split()[1])


def memory(*, quick: bool) -> Iterator[Row]:
    """Measure every engine at n = q = 16384, each in a process of its own."""
    n = 16384
    for engine, d in CASES[:1] if quick else CASES:
        command = [sys.executable, "-m", "benchmarks.memory", engine, str(d), str(n)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        extra = float(done.stdout)
        entry = row(
            "memory of one call beyond its arguments", "infoflow", f"{engine}: {extra:.1f} MiB", (n, n, d), [math.nan],
            wall=math.nan, first_call=math.nan, error=math.nan, peak_mb=extra,
        )  # fmt: skip
        yield entry


if __name__ == "__main__":
    sys.stdout.write(f"{extra_mib(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))}\n")
