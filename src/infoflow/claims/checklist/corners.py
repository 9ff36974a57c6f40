"""Claim 2: on mixtures at the corners of a cube the plug-in reaches the exact entropy where other estimators do not."""

import numpy as np

from infoflow._random import stream
from infoflow._types import Array
from infoflow.claims import statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement, printed
from infoflow.claims.context import Context
from infoflow.claims.quiet import quiet
from infoflow.comparators import kernel_density_entropy, nearest_neighbour_entropy
from infoflow.estimators import smoothed_entropy
from infoflow.truths import TruncatedModes, corner_mixture

_PRINTED = {
    (5, 0.05): -4.277,
    (5, 0.1): -0.916,
    (5, 0.2): 2.522,
    (10, 0.05): -8.554,
    (10, 0.1): -1.833,
    (10, 0.2): 5.045,
    (15, 0.1): -2.749,
    (15, 0.2): 7.567,
}
_SIZES = (100, 1000, 10_000)
_D, _BETA = 10, 0.1
_TARGET = 10_000


def _check(context: Context) -> Measurement:
    replicates = context.choose(8, 40)
    values = [
        statistics.exact(_key(d, beta), truth.entropy, tolerance=truth.tolerance)
        for (d, beta) in _PRINTED
        for truth in [corner_mixture(d, beta=beta)]
    ]
    truth = corner_mixture(_D, beta=_BETA).entropy
    with quiet():
        for n in _SIZES:
            errors = [_plug_in(n, seed) - truth for seed in range(replicates)]
            values.append(statistics.mean("from below", errors, label=f"n={n}"))
        values += _at_target(truth, replicates)
    note = (
        f"Plug-in, Kozachenko-Leonenko (k = 3) and cross-validated kernel density (on noisy samples) at d = {_D}, "
        f"beta = {_BETA:g}, {replicates} "
        "replicates. The printed entropies are those of modes truncated to the cube; untruncated modes have -4.047 in "
        "the place of -4.277."
    )
    return Measurement(values=values, seeds=(0,), notes=[note])


def _at_target(truth: float, replicates: int) -> list[Measured]:
    plug_in = [_plug_in(_TARGET, seed) - truth for seed in range(replicates)]
    values, fewer = [statistics.mean("on target", plug_in)], range(max(4, replicates // 4))
    for key, estimator in (
        ("nearest neighbours", nearest_neighbour_entropy),
        ("kernel density", kernel_density_entropy),
    ):
        errors = [estimator(_noisy(_TARGET, seed)).nats - truth for seed in fewer]
        values.append(statistics.mean(key, errors))
    return values


def _plug_in(n: int, seed: int) -> float:
    return smoothed_entropy(samples(n, _D, _BETA, seed), beta=_BETA, n_mc=2, seed=seed).nats


def _noisy(n: int, seed: int) -> Array:
    s = samples(n, _D, _BETA, seed)
    return s + _BETA * stream(seed, "noise on the corners").standard_normal(s.shape)


def samples(n: int, d: int, beta: float, seed: int) -> Array:
    """Return n unconditional draws of S from the mixture, shape (n, d)."""
    modes = TruncatedModes(beta)
    inward = 1.0 - np.abs(np.concatenate([modes.draw(n, seed * d + k)[0] for k in range(d)], axis=1))
    signs = stream(seed, "corners", n, d).choice([-1.0, 1.0], size=(n, d))
    return signs * (1.0 - inward)


def _key(d: int, beta: float) -> str:
    return f"h, d={d}, beta={beta:g}"


CLAIM = Claim(
    number=2,
    title="corner mixtures",
    claimed=(
        "The plug-in entropy of a mixture of 2^d modes at the corners of a cube converges from below and is on "
        "target by n = 10^4 at d = 10, where other estimators are nats off."
    ),
    source="G18 section VI",
    criteria=(
        *(printed(_key(d, beta), "exact h(S+Z)", value, 3) for (d, beta), value in _PRINTED.items()),
        Criterion(key="from below", text="mean error of the plug-in is negative", most=0.0),
        Criterion(
            key="on target", text=f"mean error of the plug-in at n = {_TARGET} is within 0.1", least=-0.1, most=0.1
        ),
        Criterion(
            key="nearest neighbours",
            text=f"mean error of Kozachenko-Leonenko at n = {_TARGET} is at least a nat (upwards)",
            least=1.0,
        ),
        Criterion(
            key="kernel density",
            text=f"mean error of the cross-validated kernel density at n = {_TARGET} is at least a nat (upwards)",
            least=1.0,
        ),
    ),
    check=_check,
)
