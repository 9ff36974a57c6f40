"""Coverage of the intervals over all known truths: ``python -m benchmarks.coverage``.

Writes ``benchmarks/results/coverage.csv`` and ``docs/coverage.md``.
"""

import argparse
import csv
import datetime
import os
import platform
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import infoflow
from infoflow.truths import Truth, catalogue, large_catalogue
from infoflow.verification import Coverage, coverage

ROOT = Path(__file__).resolve().parent
RESULTS = ROOT / "results" / "coverage.csv"
PAGE = ROOT.parent / "docs" / "coverage.md"

LARGE_SAMPLES = 200_000
LARGE_FRESH = 12
HEADER = [
    "| truth | d | m | n | quantity | value | mode | covered | width | bias gap | ms |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
]

EXPLANATION = """
*Certified* intervals are conservative by construction: every term is a finite-sample bound that holds for any
distribution. *Asymptotic* ones use normal quantiles; both their ends are biased outwards (the bias gap), so they are
conservative where the gap is not small against the width, and they may fall short of the nominal rate where the
summand is so skewed that its average is not yet normal.
"""


def main() -> None:
    """Run the experiment and write both files."""
    parser = argparse.ArgumentParser(description="coverage of the intervals over all known truths")
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--samples", type=int, default=1000, help="centres of all inputs together")
    parser.add_argument("--large-replicates", type=int, default=100, help="replicates of the large problems")
    parser.add_argument("--confidence", type=float, default=0.95)
    parser.add_argument("--seed", type=int, default=2026)
    settings = parser.parse_args()
    warnings.simplefilter("ignore", infoflow.InfoflowWarning)
    start = time.time()
    small = _measured(catalogue(), settings.replicates, start, samples=settings.samples, settings=settings)
    large = _measured(
        large_catalogue(), settings.large_replicates, start, samples=LARGE_SAMPLES, fresh=LARGE_FRESH, settings=settings
    )
    _write_csv([*small, *large])
    PAGE.write_text(_page(small, large, settings, time.time() - start))


def _measured(
    truths: Sequence[Truth], replicates: int, start: float, *, settings: argparse.Namespace, **sizes: int
) -> list[Coverage]:
    rows: list[Coverage] = []
    for truth in truths:
        rows += coverage([truth], replicates, confidence=settings.confidence, seed=settings.seed, **sizes)
        sys.stderr.write(f"{time.time() - start:7.0f} s  {truth.name}\n")
    return rows


def _write_csv(rows: list[Coverage]) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def _page(small: list[Coverage], large: list[Coverage], settings: argparse.Namespace, seconds: float) -> str:
    lines = [
        "# Coverage of the intervals",
        "",
        f"Every problem of `infoflow.truths.catalogue()`, {settings.replicates} replicates each, nominal confidence",
        f"{settings.confidence:g}; about {settings.samples} centres of all inputs together and as many fresh draws.",
        "Each interval is asked for alone; I(X;T) and I(Y;T) in both modes come from the same draws.",
        "",
        f"Regenerate with `make coverage` (seed {settings.seed}). Run on {datetime.datetime.now(tz=datetime.UTC):%F},",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},",
        f"infoflow {infoflow.__version__}, {seconds / 60:.0f} minutes.",
        "",
        *_totals(small),
        EXPLANATION,
        *HEADER,
        *[_line(row) for row in small],
        "",
        "## Large problems",
        "",
        "The problems above are small enough for the pooled bound with all centres. Those of",
        f"`infoflow.truths.large_catalogue()` are not: with {LARGE_SAMPLES} centres and {LARGE_FRESH} fresh draws",
        "per input the upper end rests on a reference density and the lower end on decoders, both fitted to centres",
        "that judge nothing afterwards, as in the 12-bit experiments.",
        f"{settings.large_replicates} replicates each.",
        "",
        *_totals(large),
        "",
        *HEADER,
        *[_line(row) for row in large],
        "",
    ]
    return "\n".join(lines)


def _line(row: Coverage) -> str:
    cells = [
        row.name,
        row.d,
        row.m,
        row.n,
        row.quantity,
        f"{row.truth:.4f}",
        row.mode,
        f"{100 * row.rate:.1f} %",
        f"{row.width:.3f}",
        f"{row.bias_gap:.4f}",
        f"{1000 * row.seconds:.0f}",
    ]
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _totals(rows: list[Coverage]) -> list[str]:
    lines = ["| mode | intervals | covered | lowest single row |", "|---|---|---|---|"]
    for mode in ("certified", "asymptotic"):
        chosen = [row for row in rows if row.mode == mode]
        count, covered = sum(row.replicates for row in chosen), sum(row.covered for row in chosen)
        worst = min(chosen, key=lambda row: row.rate)
        lowest = f"{100 * worst.rate:.1f} % ({worst.name}, {worst.quantity})"
        lines.append(f"| {mode} | {count} | {100 * covered / count:.2f} % | {lowest} |")
    return lines


if __name__ == "__main__":
    main()
