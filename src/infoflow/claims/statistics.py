"""Measured values with their intervals, from exact answers, replicates, certified intervals and correlations."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from scipy.stats import chi2, rankdata, t

from infoflow._result import Interval
from infoflow._types import Array
from infoflow.claims.claim import Measured

CONFIDENCE = 0.95


def exact(key: str, value: float, *, tolerance: float = 0.0, label: str = "", how: str = "") -> Measured:
    """Return a value known up to ``tolerance``, in its unit."""
    kind = how or (f"exact to {tolerance:.1g}" if tolerance else "exact")
    return Measured(
        key=key, estimate=value, lower=value - tolerance, upper=value + tolerance, interval=kind, label=label
    )


def bounds(key: str, interval: Interval, *, label: str = "") -> Measured:
    """Return an information interval as a measured value."""
    kind = f"{interval.mode} {100 * interval.confidence:.4g} %"
    return Measured(
        key=key, estimate=interval.estimate, lower=interval.lower, upper=interval.upper, interval=kind, label=label
    )


def mean(key: str, values: Sequence[float] | Array, *, confidence: float = CONFIDENCE, label: str = "") -> Measured:
    """Return the mean of independent replicates with its Student interval.

    Raises:
        ValueError: Fewer than two values.
    """
    array = np.asarray(values, dtype=np.float64)
    count = array.size
    if count < 2:
        raise ValueError(f"values must hold at least two replicates for an interval, got {count}")
    centre = float(array.mean())
    reach = float(t.ppf(0.5 + confidence / 2, count - 1) * array.std(ddof=1) / math.sqrt(count))
    kind = f"Student {100 * confidence:.4g} %, {count} replicates"
    return Measured(key=key, estimate=centre, lower=centre - reach, upper=centre + reach, interval=kind, label=label)


def normal(key: str, value: float, stderr: float, *, confidence: float = CONFIDENCE, label: str = "") -> Measured:
    """Return a value with its normal interval."""
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * stderr
    kind = f"normal {100 * confidence:.4g} %"
    return Measured(key=key, estimate=value, lower=value - reach, upper=value + reach, interval=kind, label=label)


def mean_square(key: str, values: Array, *, scale: float, confidence: float = CONFIDENCE, label: str = "") -> Measured:
    """Return the variance of normal replicates over ``scale``, with its chi-square interval.

    Args:
        key: The criterion.
        values: Independent, close to normal replicates, shape (k,).
        scale: What the variance is divided by, such as a bound for it.
        confidence: Of the interval.
        label: What tells it apart.
    """
    freedom = values.size - 1
    ratio = float(values.var(ddof=1)) / scale
    low, high = (float(freedom / chi2.ppf(p, freedom)) for p in (0.5 + confidence / 2, 0.5 - confidence / 2))
    kind = f"chi-square {100 * confidence:.4g} %, {values.size} replicates"
    return Measured(key=key, estimate=ratio, lower=ratio * low, upper=ratio * high, interval=kind, label=label)


def log_slope(key: str, sizes: Sequence[int], replicates: Sequence[Array], *, label: str = "") -> Measured:
    """Return the slope of the logarithm of the root-mean-square deviation against the logarithm of the size.

    The logarithm of a standard deviation of R normal replicates has standard error ``1/sqrt(2(R-1))``; the sizes are
    independent, so the slope's error follows from least squares.

    Args:
        key: The criterion.
        sizes: Sample sizes.
        replicates: Independent estimates at each size, each of shape (R,).
        label: What tells it apart.
    """
    x = np.log(np.asarray(sizes, dtype=np.float64))
    y = np.array([math.log(float(values.std(ddof=1))) for values in replicates])
    weights = (x - x.mean()) / np.square(x - x.mean()).sum()
    errors = np.array([1.0 / (2.0 * (values.size - 1)) for values in replicates])
    return normal(key, float(weights @ y), math.sqrt(float(np.square(weights) @ errors)), label=label)


def rank_correlation(
    key: str, a: Sequence[float] | Array, b: Sequence[float] | Array, *, confidence: float = CONFIDENCE, label: str = ""
) -> Measured:
    """Return Spearman's correlation with Fisher's interval, ``atanh ρ ± z sqrt((1 + ρ²/2)/(k - 3))``.

    The points are treated as independent, which successive epochs are not: the interval is the narrowest that could
    be claimed. With fewer than four points, or a constant sequence, it is [-1, 1].

    Source: Bonett & Wright, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations",
    Psychometrika 2000, for the variance.
    """
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    kind = f"Fisher {100 * confidence:.4g} %, {x.size} epochs"
    if x.size < 4 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return Measured(key=key, estimate=math.nan, lower=-1.0, upper=1.0, interval=kind, label=label)
    rho = float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
    inside = min(max(rho, -1 + 1e-12), 1 - 1e-12)  # a perfect order has an infinite Fisher transform
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * math.sqrt((1 + inside**2 / 2) / (x.size - 3))
    low, high = math.tanh(math.atanh(inside) - reach), math.tanh(math.atanh(inside) + reach)
    return Measured(key=key, estimate=rho, lower=low, upper=high, interval=kind, label=label)
