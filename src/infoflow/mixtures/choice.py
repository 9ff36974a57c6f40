"""The choice of an engine from the sizes, the dimension, the tolerance and a pilot of the visited fraction."""

import math

import numpy as np

from infoflow._types import Array
from infoflow.mixtures import costs
from infoflow.mixtures.engines import SMALL_PROBLEM, is_available, warn_slow

LARGEST_NUFFT_DIMENSION = 3
SMALLEST_NUFFT_TOL = 1e-11  # below, most queries would have to be evaluated again
WORTH_BOXES_S = 1.0  # seconds of the pruned engine from which a search for crowded boxes pays
LARGEST_PRUNED_DIMENSION = 64  # above, a matrix product beats direct differences where nothing can be left out
PRUNABLE = 0.3
_PILOT_QUERIES = 128
_PILOT_CENTRES = 4096


def visited_fraction(queries: Array, centres: Array, beta: float, tol: float) -> float:
    """Estimate the fraction of pairs that matter: those within ``beta sqrt(2 ln(n/tol))``, on an even subset.

    Args:
        queries: Shape (q, d).
        centres: Shape (n, d).
        beta: Standard deviation.
        tol: Relative tolerance of the density.
    """
    y = queries[:: math.ceil(len(queries) / _PILOT_QUERIES)]
    c = centres[:: math.ceil(len(centres) / _PILOT_CENTRES)]
    squares = np.zeros((len(y), len(c)))
    for axis in range(y.shape[1]):
        squares += ((y[:, axis, None] - c[None, :, axis]) / beta) ** 2
    return float(np.mean(squares < 2.0 * math.log(len(centres) / tol)))


def choose(queries: Array, centres: Array, beta: float, tol: float) -> tuple[str, str]:
    """Return the engine for queries (q, d) and centres (n, d), and the reason in one sentence."""
    pairs, d = len(queries) * len(centres), centres.shape[1]
    if pairs < SMALL_PROBLEM:
        return "direct", f"{pairs} pairs are too few for more than a plain sum"
    if not is_available("pruned"):
        warn_slow("numba")
        return "direct", "numba is not installed"
    fraction = visited_fraction(queries, centres, beta, tol)
    near = f"about {100 * fraction:.2g} % of {pairs:.2g} pairs matter"
    if d > LARGEST_PRUNED_DIMENSION and fraction > PRUNABLE:
        return "direct", f"{near} and d = {d} favours matrix products"
    if (
        d <= LARGEST_NUFFT_DIMENSION
        and tol >= SMALLEST_NUFFT_TOL
        and _is_crowded(queries, len(centres), beta, tol, fraction)
    ):
        if is_available("nufft"):
            return "nufft", near
        warn_slow("finufft")
    return "pruned", near


def _is_crowded(queries: Array, n: int, beta: float, tol: float, fraction: float) -> bool:
    """Tell whether transforms of the whole box, or of parts of it, look cheaper than neighbours."""
    direct_s = costs.PAIR_S * fraction * len(queries) * n
    extent = queries.max(axis=0) - queries.min(axis=0)
    modes = costs.n_modes(extent, beta, costs.radius(tol))
    fits = modes <= costs.MOST_MODES[len(extent)]
    whole_s = costs.transform_s(len(extent), modes, len(queries) + n)
    return direct_s > WORTH_BOXES_S or (fits and whole_s < direct_s)
