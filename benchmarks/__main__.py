"""``python -m benchmarks [--quick] [--only CASE] [--run FOLDER]``: run, print and write the benchmarks.

Each case writes ``benchmarks/results/CASE.csv``, and ``docs/benchmarks.md`` shows all that are there; a quick run
writes ``benchmarks/results/quick.csv`` and no page.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import infoflow
from benchmarks import arithmetic, measure, memory, runs, table

RESULTS = Path(__file__).resolve().parent / "results"
PAGE = RESULTS.parent.parent / "docs" / "benchmarks.md"


def _paper(*, quick: bool, run: Path | None) -> Iterator[measure.Row]:
    from benchmarks.figure import paper_method

    return paper_method(run, quick=quick)


def _figure(*, quick: bool, run: Path | None) -> Iterator[measure.Row]:
    from benchmarks.figure import whole_figure

    return whole_figure(run, quick=quick)


DENSITIES: dict[str, Callable[..., Iterator[measure.Row]]] = {
    "peers": runs.peers,
    "million": runs.million,
    "growth": runs.growths,
    "batches": runs.batches,
    "layers": runs.whole_layers,
    "memory": memory.memory,
    "arithmetic": arithmetic.entropy_errors,
    "threads": arithmetic.threads,
}
TASKS: dict[str, Callable[..., Iterator[measure.Row]]] = {"paper": _paper, "figure": _figure}
CASES = (*DENSITIES, *TASKS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, under three minutes; no page is written")
    parser.add_argument("--only", choices=CASES, action="append", help="run this case; may be repeated")
    parser.add_argument(
        "--run", type=Path, help="folder of a stored szt-tanh run with checkpoints, for paper and figure"
    )
    settings = parser.parse_args()
    warnings.simplefilter("ignore", infoflow.InfoflowWarning)
    collected: list[measure.Row] = []
    for name in settings.only or CASES:
        rows = _collected(name, settings)
        collected += rows
        if not settings.quick:
            measure.write(rows, RESULTS / f"{name}.csv")
    if settings.quick:
        measure.write(collected, RESULTS / "quick.csv")
        return
    present = [RESULTS / f"{name}.csv" for name in CASES if (RESULTS / f"{name}.csv").exists()]
    table.write([entry for path in present for entry in measure.read(path)], PAGE)


def _collected(name: str, settings: argparse.Namespace) -> list[measure.Row]:
    started = time.perf_counter()
    more = {"run": settings.run} if name in TASKS else {}
    rows: list[measure.Row] = []
    for entry in {**DENSITIES, **TASKS}[name](quick=settings.quick, **more):
        rows.append(entry)
        sys.stdout.write(
            f"{entry.kernel} | n={entry.n} d={entry.d} | {entry.provider} ({entry.mode}): {entry.p50:.4g} cpu-s, "
            f"error {entry.error:.1e}, first call {entry.first_call:.3g}\n"
        )
        sys.stdout.flush()
    sys.stderr.write(f"{name}: {time.perf_counter() - started:.0f} s\n")
    return rows


if __name__ == "__main__":
    main()
