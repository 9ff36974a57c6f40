"""``python -m benchmarks [--quick]``: run, print and write the benchmarks."""

import argparse
from pathlib import Path

from benchmarks import measure, table
from benchmarks.runs import everything


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, under three minutes; no page is written")
    quick = parser.parse_args().quick
    rows: list[measure.Row] = []
    for entry in everything(quick):
        rows.append(entry)
        print(
            f"{entry.kernel} | n={entry.n} d={entry.d} | {entry.provider} ({entry.mode}): {entry.p50:.4g} cpu-s, "
            f"error {entry.error:.1e}, first call {entry.first_call:.3g}",
            flush=True,
        )
    measure.write(rows, Path("benchmarks/results") / ("quick.csv" if quick else "full.csv"))
    if not quick:
        table.write(rows, Path("docs/benchmarks.md"))


if __name__ == "__main__":
    main()
