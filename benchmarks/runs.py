"""Densities: one big mixture against peers, growth in n, batches of small mixtures, a whole layer."""

from collections.abc import Iterator

import numpy as np

from benchmarks.measure import Row, interleave, row
from benchmarks.peers import available
from benchmarks.problems import Problem, network_layer
from infoflow.mixtures import grouped_log_density, log_density
from infoflow.mixtures.batched import own_log_density
from infoflow.mixtures.reference import log_density_reference
from infoflow.mixtures.separable import own_log_density_at_nodes

PEER_QUERIES = 1024  # peers that sum all pairs do a subset, scaled by q / subset
_BATCH_PEERS = ("torch SDPA", "pykeops")


def _error(values: np.ndarray, queries: np.ndarray, centres: np.ndarray, beta: float) -> float:
    some = np.arange(0, len(values), max(len(values) // 32, 1))
    expected = log_density_reference(queries[some], centres, np.full(len(centres), -np.log(len(centres))), beta)
    return float(np.max(np.abs(values[some] - expected)))


def against_peers(problem: Problem, repeats: int) -> Iterator[Row]:
    """Time infoflow on the whole problem and each peer on a subset of its queries, interleaved."""
    queries, centres = problem.arrays()
    few = queries[:PEER_QUERIES]
    scale = len(queries) / len(few)
    calls = {"infoflow": lambda: log_density(queries, centres, beta=problem.beta, tol=problem.tol)}
    for name, peer in available().items():
        calls[name] = lambda peer=peer: peer(few, centres, problem.beta)
    shape = (problem.n, problem.q, problem.d)
    _, done = log_density(queries, centres, beta=problem.beta, tol=problem.tol, report=True)
    for name, (cpu, wall, first, values) in interleave(calls, repeats).items():
        ours = name == "infoflow"
        factor, mode = (1.0, done.engine) if ours else (scale, f"scaled from {len(few)} queries")
        error = _error(values, queries if ours else few, centres, problem.beta)
        yield row(
            problem.name,
            name,
            mode,
            shape,
            [t * factor for t in cpu],
            wall=wall * factor,
            first_call=first,
            error=error,
        )


def growth(problem: Problem, engine: str, repeats: int) -> Iterator[Row]:
    """Time one engine with n = q."""
    queries, centres = problem.arrays()
    call = {engine: lambda: log_density(queries, centres, beta=problem.beta, tol=problem.tol, engine=engine)}
    _, done = log_density(
        queries[:1000], centres[:1000], beta=problem.beta, tol=problem.tol, engine=engine, report=True
    )
    cpu, wall, first, values = interleave(call, repeats)[engine]
    error = _error(values, queries, centres, problem.beta)
    shape = (problem.n, problem.q, problem.d)
    yield row(f"growth, {problem.name}", "infoflow", done.engine, shape, cpu, wall=wall, first_call=first, error=error)


def small_mixtures(m: int, n: int, d: int, n_nodes: int, repeats: int) -> Iterator[Row]:
    """Time m mixtures of n centres, each at ``n_nodes`` shared nodes per centre; peers do a subset of mixtures."""
    rng = np.random.default_rng(0)
    beta = 0.05
    centres = beta * 2.0 * rng.standard_normal((m, n, d))
    nodes = rng.standard_normal((n_nodes, d))
    n_few = max(m // 16, 1)
    queries = (centres[:n_few, :, None, :] + beta * nodes).reshape(n_few, n * n_nodes, d)

    calls = {
        "separable": lambda: own_log_density_at_nodes(centres, nodes, beta=beta),
        "batched": lambda: own_log_density(queries, centres[:n_few], beta),
    }
    for name, peer in available().items():
        if name in _BATCH_PEERS:
            calls[name] = lambda peer=peer: np.stack([peer(queries[i], centres[i], beta) for i in range(n_few)])
    results = interleave(calls, repeats)
    truth = results["batched"][3].reshape(n_few, n, n_nodes)
    for name, (cpu, wall, first, values) in results.items():
        factor = 1.0 if name == "separable" else m / n_few
        error = float(np.max(np.abs(values.reshape(-1, n, n_nodes)[:n_few] - truth)))
        provider, mode = (name, "subset of mixtures") if name in _BATCH_PEERS else ("infoflow", name)
        yield row(
            f"{m} mixtures x {n_nodes} nodes", provider, mode, (n, n * n_nodes, d), [t * factor for t in cpu],
            wall=wall * factor, first_call=first, error=error,
        )  # fmt: skip


def whole_layer(m: int, n: int, q: int, d: int, repeats: int) -> Iterator[Row]:
    """Time own-input, own-class and pooled log-densities of a layer of m inputs, as one information needs them."""
    beta = 0.005
    queries, centres, labels = network_layer(m, n, q, d, beta)
    weights = np.full(m, 1.0 / m)

    def call() -> np.ndarray:
        found = grouped_log_density(queries, centres, beta=beta, weights=weights, labels=labels, tol=1e-10)
        return found.pooled.reshape(-1)

    cpu, wall, first, values = interleave({"grouped": call}, repeats)["grouped"]
    error = _error(values, queries.reshape(-1, d), centres.reshape(-1, d), beta)
    yield row(
        "layer of a network: own, class, pooled", "infoflow", "auto", (m * n, m * q, d), cpu,
        wall=wall, first_call=first, error=error,
    )  # fmt: skip


def peers(*, quick: bool) -> Iterator[Row]:
    """Run one mixture in every regime against all peers."""
    n, repeats = (20_000, 3) if quick else (100_000, 5)
    cases = [(1, 0.05, "saturated", 1e-9), (2, 0.05, "fresh", 1e-9), (2, 0.005, "saturated", 1e-9)]
    cases += [(3, 0.05, "saturated", 1e-9), (5, 0.05, "saturated", 1e-12), (10, 0.05, "fresh", 1e-12)]
    cases += [(5, 0.5, "fresh", 1e-12)]
    for d, beta, kind, tol in (cases[1], cases[4], cases[6]) if quick else cases:
        yield from against_peers(Problem(d=d, beta=beta, n=n, q=n, kind=kind, tol=tol), repeats)


def million(*, quick: bool) -> Iterator[Row]:
    """Run a million centres at a million queries in two dimensions."""
    n = 100_000 if quick else 1_000_000
    yield from growth(Problem(d=2, beta=0.05, n=n, q=n, kind="fresh", tol=1e-9), "nufft", 3)


def growths(*, quick: bool) -> Iterator[Row]:
    """Run every engine with growing n = q."""
    few = 1_000 if quick else 10_000
    largest = {"direct": few, "reference": few}
    sizes = [1_000, 10_000] if quick else [1_000, 10_000, 100_000, 1_000_000]
    engines = [(1, "nufft"), (2, "nufft"), (3, "auto"), (2, "pruned"), (5, "pruned"), (10, "pruned"), (5, "direct")]
    for size in sizes:
        for d, engine in (*engines, (5, "reference")):
            if size <= largest.get(engine, sizes[-1]):
                beta = 0.05 if d == 3 else 0.005
                yield from growth(Problem(d=d, beta=beta, n=size, q=size, tol=1e-9), engine, 1 if size > 1e5 else 3)


def batches(*, quick: bool) -> Iterator[Row]:
    """Run a batch of small mixtures at shared nodes."""
    yield from small_mixtures(16 if quick else 64, 300, 5, 64, 3 if quick else 5)


def whole_layers(*, quick: bool) -> Iterator[Row]:
    """Run the densities of a whole layer."""
    for d in (5, 3) if quick else (10, 7, 5, 4, 3):
        yield from whole_layer(1024 if quick else 4096, 50 if quick else 100, 16, d, 3 if quick else 5)
