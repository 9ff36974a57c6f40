"""Errors of arithmetic: entropies against direct differences in 80-bit numbers, and one thread against two."""

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, interleave, row
from benchmarks.problems import Problem
from infoflow.mixtures import log_density


def _entropy_extended(queries: np.ndarray, centres: np.ndarray, beta: float) -> np.longdouble:
    """Return ``-mean ln p`` with every operation in long double."""
    d = centres.shape[1]
    scaled = centres.astype(np.longdouble) / np.longdouble(beta)
    constant = -0.5 * d * np.log(2 * np.longdouble(np.pi)) - d * np.log(np.longdouble(beta)) - np.log(len(centres))
    total = np.longdouble(0.0)
    for y in queries.astype(np.longdouble) / np.longdouble(beta):
        exponents = -0.5 * np.sum((y - scaled) ** 2, axis=1)
        top = exponents.max()
        total -= top + np.log(np.sum(np.exp(exponents - top))) + constant
    return total / len(queries)


def entropy_errors(*, quick: bool) -> Iterator[Row]:
    """Compare the entropy of the default engine with the extended one; the goal is 1e-9 nats up to d = 128."""
    n, q = (2000, 64) if quick else (20_000, 256)
    for d in (10,) if quick else (1, 2, 3, 5, 10, 32, 128):
        for beta in (0.005,) if quick else (0.005, 0.05, 0.5):
            problem = Problem(d=d, beta=beta, n=n, q=q, tol=1e-12)
            queries, centres = problem.arrays()
            calls = {
                engine: lambda engine=engine, p=problem, y=queries, c=centres: log_density(
                    y, c, beta=p.beta, tol=p.tol, engine=engine
                )
                for engine in ("auto", "direct", "pruned")
            }
            truth = _entropy_extended(queries, centres, beta)
            for engine, (cpu, wall, first, values) in interleave(calls, 1).items():
                error = float(abs(-np.mean(values.astype(np.longdouble)) - truth))
                yield row(
                    f"error of an entropy, beta={beta:g}", "infoflow", engine, (n, q, d), cpu,
                    wall=wall, first_call=first, error=error,
                )  # fmt: skip


def threads(*, quick: bool) -> Iterator[Row]:
    """Time one and two threads; the error is their largest difference, which should be zero."""
    n = 20_000 if quick else 100_000
    for d, engine in ((2, "nufft"), (5, "pruned")):
        problem = Problem(d=d, beta=0.05, n=n, q=n, tol=1e-9)
        queries, centres = problem.arrays()
        calls = {
            count: lambda count=count, p=problem, y=queries, c=centres, engine=engine: log_density(
                y, c, beta=p.beta, tol=p.tol, engine=engine, threads=count
            )
            for count in (1, 2)
        }
        results = interleave({str(count): call for count, call in calls.items()}, 3)
        for count, (cpu, wall, first, values) in results.items():
            error = float(np.max(np.abs(values - results["1"][3])))
            yield row(
                f"threads, {engine}",
                "infoflow",
                f"{count} threads",
                (n, n, d),
                cpu,
                wall=wall,
                first_call=first,
                error=error,
            )
