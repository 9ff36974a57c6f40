"""Claim 6: the plug-in is biased down, by I(S^n; S_W + Z), and cannot exceed ln n + h(Z)."""

import math

import numpy as np
from scipy.integrate import quad

from infoflow._random import stream
from infoflow.claims import statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.claims.quiet import quiet
from infoflow.estimators import smoothed_entropy
from infoflow.truths import pam

_BETA = 0.7
_SIZES = (2, 4, 8)
_GAUSSIANS = ((1, 20), (5, 50), (10, 100))


def _check(context: Context) -> Measurement:
    n_mc, replicates = context.choose(20_000, 400_000), context.choose(40, 200)
    values: list[Measured] = []
    with quiet():
        for d, n in _GAUSSIANS:
            values.append(statistics.mean("sign", _gaussian_errors(d, n, replicates), label=f"Gaussian, d={d}, n={n}"))
        for n in _SIZES:
            values += _identity(n, n_mc)
        values.append(_largest_excess(replicates))
    note = (
        f"Identity on S = ±1, beta = {_BETA:g}: E ĥ over all samples of size n by the library, I(S^n; S_W + Z) by "
        f"adaptive quadrature over the counts of +1. Sign: S ~ N(0, I), beta = .5, {replicates} replicates."
    )
    return Measurement(values=values, seeds=(0,), notes=[note])


def _gaussian_errors(d: int, n: int, replicates: int) -> list[float]:
    truth = 0.5 * d * math.log(2 * math.pi * math.e * 1.25)
    draws = (stream(k, "gaussian samples", d, n).standard_normal((n, d)) for k in range(replicates))
    return [smoothed_entropy(s, beta=0.5, n_mc=20, seed=k).nats - truth for k, s in enumerate(draws)]


def _identity(n: int, n_mc: int) -> list[Measured]:
    """Return ``h - E ĥ`` less ``I(S^n; S_W + Z)``, and both."""
    mean, variance = 0.0, 0.0
    for ones in range(n + 1):
        weight = math.comb(n, ones) / 2.0**n
        points = np.array([1.0] * ones + [-1.0] * (n - ones))[:, None]
        found = smoothed_entropy(points, beta=_BETA, n_mc=math.ceil(n_mc / n), seed=ones)
        mean += weight * found.nats
        variance += (weight * found.stderr) ** 2
    bias = pam(2, beta=_BETA).entropy - mean
    information = _sample_information(n)
    return [
        statistics.normal("identity", bias - information, math.sqrt(variance), label=f"n={n}"),
        statistics.normal("bias", bias, math.sqrt(variance), label=f"n={n}, quadrature {information:.5f}"),
    ]


def _sample_information(n: int) -> float:
    """Return ``I(S^n; S_W + Z) = Σ_k P(k) KL(p_k || p)``, p_k the mixture of a sample with k ones, by quadrature."""

    def gaussian(t: float, centre: float) -> float:
        return math.exp(-0.5 * ((t - centre) / _BETA) ** 2) / (_BETA * math.sqrt(2 * math.pi))

    def integrand(t: float) -> float:
        plus, minus = gaussian(t, 1.0), gaussian(t, -1.0)
        total, middle = 0.0, 0.5 * (plus + minus)
        for k in range(n + 1):
            density = (k * plus + (n - k) * minus) / n
            if density > 0.0:
                total += math.comb(n, k) / 2.0**n * density * math.log(density / middle)
        return total

    reach = 1.0 + 12.0 * _BETA
    return float(quad(integrand, -reach, reach, epsabs=1e-10, limit=200)[0])


def _largest_excess(replicates: int) -> Measured:
    """Return the largest ``ĥ - ln n - h(Z)`` over far-apart samples, less four standard errors."""
    excess: list[float] = []
    for k in range(replicates):
        n = 2 + 3 * k
        found = smoothed_entropy(100.0 * np.arange(n, dtype=np.float64)[:, None], beta=1.0, n_mc=4, seed=k)
        ceiling = math.log(n) + 0.5 * math.log(2 * math.pi * math.e)
        excess.append(found.nats - ceiling - 4 * found.stderr)
    return statistics.exact("ceiling", max(excess), tolerance=1e-9, how="largest, less 4 standard errors")


CLAIM = Claim(
    number=6,
    title="sign of the plug-in's bias, and its identity",
    claimed="E ĥ = h(S+Z) - I(S^n; S_W + Z): the plug-in is biased down; and ĥ <= ln n + h(Z).",
    source="G18 section III",
    criteria=(
        Criterion(key="sign", text="mean error of the plug-in is negative", most=0.0),
        Criterion(
            key="identity",
            text="bias less the mutual information it should equal, within .005",
            least=-0.005,
            most=0.005,
        ),
        Criterion(key="bias", text="h - E ĥ"),
        Criterion(key="ceiling", text="largest excess of ĥ over ln n + h(Z), far-apart samples", most=1e-6),
    ),
    check=_check,
)
