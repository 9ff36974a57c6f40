"""How much fewer evaluations the ways of sampling need: ``python -m benchmarks.sampling``.

Writes ``benchmarks/results/sampling.csv`` and ``docs/sampling.md``.
"""

import argparse
import csv
import datetime
import math
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

import infoflow
from benchmarks.problems import Problem
from infoflow.estimators import hermite
from infoflow.estimators.sampling import average, mixture_integrand
from infoflow.mixtures.dispatch import log_density
from infoflow.mixtures.reference import log_gaussian_constant

ROOT = Path(__file__).resolve().parent
RESULTS = ROOT / "results" / "sampling.csv"
PAGE = ROOT.parent / "docs" / "sampling.md"
WAYS = ("control", "sobol", "sobol-control", "auto")
FINE = {1: 128, 2: 40}

EXPLANATION = """
*Gain* = variance × evaluations of independent draws (centre and noise drawn at random, the log-ratio `ln p̂/φ`, of
standard deviation `sd`) divided by the same product of the way in the column: how many times fewer evaluations give
the same error. `plain` draws at every centre equally often. Sample variances over the replicates have a standard
error of about {spread:.0f} %. In isolated mixtures (d = 10, β = .05, fresh) a few rare points make all of the
variance, and the ratios mean little. `s.e.` = root mean square of the reported standard errors divided by the
standard deviation over the replicates, of `auto`; 1 is honest. Where `auto` takes nodes there is no variance: the
column gives the true error, by {fine} nodes an axis for d = 1 and 2, and the reported one in brackets.
"""


def main() -> None:
    """Run the experiment and write both files."""
    parser = argparse.ArgumentParser(description="efficiency of the ways of sampling")
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--centres", type=int, default=150)
    parser.add_argument("--n-mc", type=int, default=120)
    settings = parser.parse_args()
    rows: list[dict[str, str]] = []
    for d in (1, 2, 3, 5, 10):
        for beta in (0.05, 0.5):
            for kind in ("fresh", "saturated"):
                rows.append(_row(d, beta, kind, settings))
                sys.stderr.write(f"{rows[-1]}\n")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    with RESULTS.open("w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    PAGE.write_text(_page(rows, settings))


def _row(d: int, beta: float, kind: str, settings: argparse.Namespace) -> dict[str, str]:
    n, n_mc = settings.centres, settings.n_mc
    _, centres = Problem(d=d, beta=beta, n=n, q=n, kind=kind).arrays()

    def gain(noise: np.ndarray) -> np.ndarray:
        points = (centres[:, None, :] + beta * noise).reshape(-1, d)
        log_p = log_density(points, centres, beta=beta, tol=1e-10).reshape(noise.shape[:2])
        return log_p - log_gaussian_constant(d, beta) + 0.5 * np.sum(noise**2, axis=2)

    integrand = mixture_integrand(gain, centres[None], beta)
    rng = np.random.default_rng(d)
    # independent draws: variance of one value, from as many points as all plain replicates together
    drawn = gain(rng.standard_normal((n, n_mc * settings.replicates // 4, d)))
    single = float(drawn.var())
    row = {"d": str(d), "beta": f"{beta:g}", "centres": kind, "sd": f"{math.sqrt(single):.2g}"}
    plain = float(drawn.var(axis=1, ddof=1).mean())
    row["plain"] = f"{single / plain:.1f}"
    for way in WAYS:
        results = [average(integrand, n_mc=n_mc, seed=k, sampling=way) for k in range(settings.replicates)]
        if results[0].sampling.startswith("gauss"):
            reported = math.sqrt(np.mean([result.stderr**2 for result in results]))
            row[way] = _nodes_cell(gain, n, d, results[0].value, reported)
            row["s.e."] = ""
            continue
        values = np.array([result.value for result in results])
        product = float(values.var(ddof=1)) * results[0].evaluations
        row[way] = f"{single / product:.1f}"
        honest = math.sqrt(np.mean([result.stderr**2 for result in results])) / values.std(ddof=1)
        row["s.e."] = f"{honest:.2f}"
    return row


def _nodes_cell(gain: Callable[[np.ndarray], np.ndarray], n: int, d: int, value: float, reported: float) -> str:
    mean, _ = hermite._rule(gain, n, d, FINE[d])
    return f"nodes, error {abs(value - mean.mean()):.0e} ({reported:.0e})"


def _page(rows: list[dict[str, str]], settings: argparse.Namespace) -> str:
    columns = list(rows[0])
    lines = [
        "# Sampling efficiency",
        "",
        f"The entropy of a mixture of {settings.centres} centres (activations of a random tanh network, *fresh* or",
        f"*saturated*), at most {settings.n_mc} evaluations per centre, {settings.replicates} replicates. What",
        "the ways are: [theory/sampling.md](theory/sampling.md); how to choose one: `sampling=` of `smoothed_entropy`,",
        "`sample_propagation`, and of `input_information` and `label_information` for exact layers.",
        "",
        f"Regenerate with `python -m benchmarks.sampling`. Run on {datetime.datetime.now(tz=datetime.UTC):%F},",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, infoflow"
        f" {infoflow.__version__}.",
        EXPLANATION.format(
            fine=" and ".join(str(order) for order in FINE.values()),
            spread=100 * math.sqrt(2 / (settings.replicates - 1)),
        ),
        "| " + " | ".join(columns) + " |",
        "|" + "---|" * len(columns),
        *["| " + " | ".join(row[name] for name in columns) + " |" for row in rows],
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
