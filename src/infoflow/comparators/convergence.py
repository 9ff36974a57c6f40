"""Entropy estimators against a known truth as samples grow: plug-in, Kozachenko–Leonenko, cross-validated density."""

import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError, InfoflowWarning
from infoflow._random import derived_seed, stream
from infoflow._types import Array
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.kernel_density import kernel_density_entropy
from infoflow.comparators.nearest_neighbour import nearest_neighbour_entropy
from infoflow.truths.corners import TruncatedModes

DEFAULT_LIMITS = {"plug_in": 100_000, "nearest_neighbour": 100_000, "kernel_density": 20_000}
"""Largest n each estimator is given, for minutes on two cores in 15 dimensions."""


@dataclass(frozen=True, kw_only=True)
class EntropyPoint:
    """One estimator at one sample size.

    Attributes:
        n: Samples.
        estimator: ``"plug_in"``, ``"nearest_neighbour"`` or ``"kernel_density"``.
        nats: Its h(T); NaN where it was not run.
        h_true: The truth, in nats.
        seconds: What it took.
        message: Why it was not run, or its status.
    """

    n: int
    estimator: str
    nats: float
    h_true: float
    seconds: float
    message: str = ""

    @property
    def error(self) -> float:
        """``nats - h_true``."""
        return self.nats - self.h_true


def entropy_convergence(
    sample: Callable[[int, int], Array],
    h_true: float,
    sizes: Sequence[int],
    *,
    beta: float,
    plug_in: Callable[[Array], float] | None = None,
    limits: Mapping[str, int] | None = None,
    k: int = 3,
    seed: int = 0,
) -> list[EntropyPoint]:
    """Return h(T) by each estimator for each n, ``T = S + Z`` with ``Z ~ N(0, beta² I)``.

    The plug-in is given the n draws of S; the others, which do not know the noise, are given the same draws with
    noise added. Samples are nested: a smaller n has the first draws of the largest.

    Args:
        sample: ``sample(n, seed)`` returns n independent draws of S, shape (n, d), such as ``corner_sampler(10)``.
        h_true: The exact h(T), in nats, such as ``corner_mixture(10, beta=0.1).entropy``.
        sizes: Numbers of samples.
        beta: Noise standard deviation, > 0.
        plug_in: Maps draws of S (n, d) to an estimate of h(T), such as
            ``lambda s: smoothed_entropy(s, beta=beta).nats``; None leaves it out.
        limits: Largest n by estimator, over those of ``DEFAULT_LIMITS``; larger sizes have a row with NaN and say so.
        k: Neighbour of Kozachenko-Leonenko.
        seed: Seed.

    Returns:
        One point per size and estimator, sizes in the order given.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: No sizes, a size < 1, an unknown estimator in ``limits``, or ``sample`` returns another shape.
        NonFiniteError: NaN or infinity in the draws.
        IllPosedError: ``beta <= 0``.

    Source: [G18] Goldfeld, Greenewald & Polyanskiy, arXiv 1810.11589, Section VI, simulations.
    """
    truth = _checks.as_number("h_true", h_true)
    counts = [_checks.as_count("sizes", n) for n in sizes]
    if not counts:
        raise ValueError("sizes must not be empty")
    scale = _checks.positive_beta(beta)
    most = _limits(limits)
    s = _checks.as_float64("sample", sample(max(counts), derived_seed(seed, "convergence sample")), shape="n d")
    if len(s) != max(counts):
        raise ValueError(f"sample must return n = {max(counts)} rows, got {len(s)}")
    t = s + scale * stream(seed, "convergence noise").standard_normal(s.shape)
    estimators: dict[str, Callable[[int], tuple[float, str]]] = {}
    if plug_in is not None:
        estimators["plug_in"] = lambda n: (float(plug_in(s[:n])), "")
    estimators["nearest_neighbour"] = lambda n: _answer(nearest_neighbour_entropy(t[:n], k=k))
    estimators["kernel_density"] = lambda n: _answer(kernel_density_entropy(t[:n], max_evaluated=4096, seed=seed))
    return [_point(n, name, run, truth, most[name]) for n in counts for name, run in estimators.items()]


def corner_sampler(d: int, *, mode_sd: float = 0.02) -> Callable[[int, int], Array]:
    """Return a sampler of S of the truncated corner mixture: 2^d modes at the corners of [-1, 1]^d, in any d.

    Args:
        d: Dimension.
        mode_sd: Standard deviation of a mode before truncation.

    Returns:
        ``sample(n, seed)``: n independent draws, shape (n, d); its h(T) is ``corner_mixture(d, beta=beta,
        mode_sd=mode_sd).entropy``.

    Raises:
        TypeError: An argument is not a number.
        ValueError: ``d < 1`` or ``mode_sd <= 0``.
    """
    _checks.as_count("d", d)
    one = TruncatedModes(1.0, mode_sd)  # S does not depend on the noise

    def sample(n: int, seed: int) -> Array:
        both = one.draw(n * d, seed)[:, :, 0]  # (2, n d)
        upper = stream(seed, "corners").integers(2, size=n * d)
        return np.where(upper == 1, both[1], both[0]).reshape(n, d)

    return sample


def _limits(limits: Mapping[str, int] | None) -> dict[str, int]:
    most = dict(DEFAULT_LIMITS)
    for name, limit in (limits or {}).items():
        _checks.one_of("limits", name, tuple(DEFAULT_LIMITS))
        most[name] = _checks.as_count(f"limits[{name!r}]", limit, minimum=0)
    return most


def _answer(row: Comparison) -> tuple[float, str]:
    return row.nats, row.message


def _point(n: int, name: str, run: Callable[[int], tuple[float, str]], h_true: float, limit: int) -> EntropyPoint:
    if n > limit:
        message = f"not run: n = {n} is above its limit {limit}"
        return EntropyPoint(n=n, estimator=name, nats=math.nan, h_true=h_true, seconds=0.0, message=message)
    start = time.perf_counter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InfoflowWarning)  # the message says it
            nats, message = run(n)
    except IllPosedError as error:
        nats, message = math.nan, str(error)
    seconds = time.perf_counter() - start
    return EntropyPoint(n=n, estimator=name, nats=nats, h_true=h_true, seconds=seconds, message=message)
