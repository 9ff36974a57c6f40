"""Claim 4: the Monte-Carlo integral of a mixture's entropy errs as n_mc^-1/2, within both bounds."""

import numpy as np

from infoflow._random import stream
from infoflow._types import Array
from infoflow.claims import statistics
from infoflow.claims.checklist.corners import samples
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.claims.quiet import quiet
from infoflow.estimators import monte_carlo_mse_bound, smoothed_entropy
from infoflow.mixtures import log_density

_SIZES = (1, 4, 16)
_DIMENSIONS = (2, 5, 10)
_BETA = 0.1
_N = 20
_OWN = 200


def _check(context: Context) -> Measurement:
    replicates = context.choose(800, 4000)
    values: list[Measured] = []
    deviations: dict[int, Array] = {}
    for d in _DIMENSIONS:
        centres = samples(_N, d, _BETA, seed=0)
        published = {n_mc: _published(centres, n_mc, replicates) for n_mc in _SIZES}
        values.append(statistics.log_slope("slope", _SIZES, list(published.values()), label=f"d={d}"))
        for n_mc, found in published.items():
            for key, beta in (("published bound", _BETA), ("poincare bound", None)):
                version = "poincare" if beta is None else "published"
                scale = monte_carlo_mse_bound(_N, n_mc, d, beta=beta, version=version)
                values.append(statistics.mean_square(key, found, scale=scale, label=f"d={d}, n_mc={n_mc}"))
        deviations[d] = published[_SIZES[0]]
        with quiet():
            own = np.array([smoothed_entropy(centres, beta=_BETA, n_mc=1, seed=k).nats for k in range(_OWN)])
        ratio = monte_carlo_mse_bound(_N, 1, d)
        values.append(statistics.mean_square("own poincare", own, scale=ratio, label=f"d={d}, n_mc=1"))
    values.append(_growth(deviations))
    note = (
        f"Mixtures of {_N} centres at the corners of a cube, beta = {_BETA:g}, fixed; {replicates} replicates of the "
        f"noise, {_OWN} of infoflow's form. The published form averages -ln p directly."
    )
    return Measurement(values=values, seeds=(0,), notes=[note])


def _published(centres: Array, n_mc: int, replicates: int) -> Array:
    """Return replicates of ``-(1/(n n_mc)) Σ ln p̂(s_k + z_kj)``, shape (replicates,)."""
    n, d = centres.shape
    noise = stream(0, "monte carlo", d, n_mc).standard_normal((replicates, n_mc, n, d))
    points = (centres + _BETA * noise).reshape(-1, d)
    return -log_density(points, centres, beta=_BETA).reshape(replicates, -1).mean(axis=1)


def _growth(deviations: dict[int, Array]) -> Measured:
    """Return the ratio of the root-mean-square errors at the largest and the smallest d, with a normal interval."""
    low, high = (float(deviations[d].std(ddof=1)) for d in (_DIMENSIONS[0], _DIMENSIONS[-1]))
    relative = sum(1.0 / (2.0 * (values.size - 1)) for values in deviations.values()) ** 0.5
    return statistics.normal("growth", high / low, high / low * relative)


CLAIM = Claim(
    number=4,
    title="Monte-Carlo slope -1/2 and both error bounds",
    claimed=(
        "The root-mean-square error of the Monte-Carlo entropy falls as n_mc^-1/2, hardly depends on d, and stays "
        "within its bound."
    ),
    source="G18 Theorem 5; Poincare's inequality",
    criteria=(
        Criterion(key="slope", text="slope of ln RMSE against ln n_mc", least=-0.55, most=-0.45, unit=""),
        Criterion(
            key="published bound", text="MSE over the published bound 2d(4+beta^2)/(beta^2 n n_mc)", most=1.0, unit=""
        ),
        Criterion(key="poincare bound", text="MSE over d/(n n_mc)", most=1.0, unit=""),
        Criterion(
            key="own poincare",
            text="MSE of infoflow's form (it samples the ratio) over d/(n n_mc)",
            most=1.0,
            unit="",
        ),
        Criterion(
            key="growth",
            text=f"RMSE at d = {_DIMENSIONS[-1]} over that at d = {_DIMENSIONS[0]}: at most the sqrt(d) of pure noise, "
            "2.24, with a tenth to spare",
            most=2.46,
            unit="",
        ),
    ),
    check=_check,
)
