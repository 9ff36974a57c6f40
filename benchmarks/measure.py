"""Process CPU-seconds of interleaved providers, as rows for a table."""

import csv
import importlib.metadata
import os
import platform
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of a result file; times are CPU-seconds of the whole process."""

    kernel: str
    provider: str
    mode: str
    n: int
    q: int
    d: int
    dtype: str
    p20: float
    p50: float
    p80: float
    wall: float
    first_call: float
    error: float
    peak_mb: float
    load: float
    date: str
    versions: str


def versions() -> str:
    """Return the versions that matter, in one cell."""
    names = ["torch", "numpy", "numba", "finufft", "scikit-learn", "pykeops"]
    found = [f"python {platform.python_version()}"]
    for name in names:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return "; ".join(found)


def interleave(
    calls: dict[str, Callable[[], np.ndarray]], repeats: int
) -> dict[str, tuple[list[float], float, float, np.ndarray]]:
    """Return, for each call, CPU-seconds of its runs, median wall, CPU-seconds of the first call, its result."""
    first: dict[str, tuple[float, np.ndarray]] = {}
    for name, call in calls.items():
        started = time.process_time()
        result = call()
        first[name] = (time.process_time() - started, result)
    cpu: dict[str, list[float]] = {name: [] for name in calls}
    wall: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeats):
        for name, call in calls.items():
            started, clock = time.process_time(), time.perf_counter()
            call()
            cpu[name].append(time.process_time() - started)
            wall[name].append(time.perf_counter() - clock)
    return {name: (cpu[name], float(np.median(wall[name])), *first[name]) for name in calls}


def row(kernel: str, provider: str, mode: str, shape: tuple[int, int, int], times: list[float], **rest: Any) -> Row:
    """Return a row; ``shape`` is (n, q, d). ``peak_mb`` is that of the process where it is not given."""
    p20, p50, p80 = (float(np.percentile(times, p)) for p in (20, 50, 80))
    n, q, d = shape
    rest = {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **rest}
    return Row(
        kernel=kernel, provider=provider, mode=mode, n=n, q=q, d=d, dtype="float64", p20=p20, p50=p50, p80=p80,
        load=os.getloadavg()[0], date=time.strftime("%Y-%m-%d"), versions=versions(), **rest,
    )  # fmt: skip


def write(rows: list[Row], path: Path) -> None:
    """Write rows to a CSV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Row)])
        writer.writeheader()
        for entry in rows:
            values = {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in asdict(entry).items()}
            writer.writerow(values)


def read(path: Path) -> list[Row]:
    """Return the rows of a file that :func:`write` wrote."""
    kinds: dict[str, Any] = {f.name: f.type for f in fields(Row)}  # int, float or str
    with path.open(newline="") as file:
        return [Row(**{k: kinds[k](v) for k, v in line.items()}) for line in csv.DictReader(file)]
