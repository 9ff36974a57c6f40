"""The choice of an engine from the sizes, the dimension and a pilot of the visited fraction."""

from infoflow._types import Array
from infoflow.mixtures.engines import SMALL_PROBLEM, is_available, warn_slow


def choose(queries: Array, centres: Array, beta: float, tol: float) -> tuple[str, str]:
    """Return the engine for queries (q, d) and centres (n, d), and the reason in one sentence."""
    pairs = len(queries) * len(centres)
    if pairs < SMALL_PROBLEM:
        return "direct", f"{pairs} pairs are too few for more than a plain sum"
    if not is_available("pruned"):
        warn_slow("numba")
        return "direct", "numba is not installed"
    return "pruned", "many pairs"
