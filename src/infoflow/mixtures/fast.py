"""The compiled engines behind one call, imported only when one of them is used."""

from functools import cache
from typing import Any

from infoflow._types import Array
from infoflow.mixtures.choice import LARGEST_NUFFT_DIMENSION
from infoflow.mixtures.engines import EngineReport


@cache
def compile_once() -> list[float]:
    """Compile or load the kernels; return its seconds in a list, for the first report to take."""
    from infoflow.mixtures import pruned

    return [pruned.compile_kernels()]


def log_sums(
    engine: str, reason: str, queries: Array, centres: Array, log_weights: Array, beta: float, **options: Any
) -> tuple[Array | None, Array, EngineReport]:
    """Return own-class and total log-sums and the report; arguments as for ``pruned.log_sums``.

    Args:
        engine: ``"pruned"`` or ``"nufft"``.
        reason: Why; ``"asked for"`` makes ``nufft`` use transforms wherever they fit.
        queries: Shape (q, d).
        centres: Shape (n, d).
        log_weights: Shape (n,).
        beta: Standard deviation.
        options: Keywords of ``pruned.log_sums``.

    Raises:
        ValueError: ``nufft`` for d > 3.
    """
    from infoflow.mixtures import pruned

    d = centres.shape[1]
    if engine == "nufft" and d > LARGEST_NUFFT_DIMENSION:
        raise ValueError(f"engine 'nufft' needs d <= {LARGEST_NUFFT_DIMENSION}, got {d}")
    seconds = compile_once()
    compile_s = seconds.pop() if seconds else 0.0
    if engine == "nufft":
        from infoflow.mixtures import nufft

        sums = nufft.log_sums(queries, centres, log_weights, beta, forced=reason == "asked for", **options)
        if not sums.n_transformed + sums.n_repaired:
            engine, reason = "pruned", "no box of queries was worth a transform"
        n_repaired = sums.n_repaired
    else:
        sums = pruned.log_sums(queries, centres, log_weights, beta, **options)
        n_repaired = 0
    report = EngineReport(
        engine=engine, reason=reason, visited=sums.visited, n_repaired=n_repaired, compile_s=compile_s
    )
    return sums.own, sums.everything, report
