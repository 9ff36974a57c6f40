"""The bandwidth of a Gaussian kernel density by cross-validation.

Held-out log-likelihoods come from the library's own mixtures, in log space, exact at any bandwidth. (The trees of
scikit-learn's ``KernelDensity`` are nats off per sample where the bandwidth is far below the distances, unless one
leaf holds all samples; so used, it is the oracle of the tests.)
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

from infoflow._errors import IllPosedError
from infoflow._types import Array
from infoflow.mixtures.dispatch import log_density
from infoflow.mixtures.reference import log_gaussian_constant

_DECADES = (-3.0, 0.5)
"""Range of bandwidths tried, as powers of ten of the samples' spread."""
_COARSE, _FINE = 8, 7
_DENSE = 256
"""Samples up to which all distances are kept, which is quicker than asking for densities again and again."""


@dataclass(frozen=True)
class Bandwidth:
    """A bandwidth, and at which end of the range tried it lies: ``""``, ``"smallest"`` or ``"largest"``."""

    value: float
    edge: str = ""

    @property
    def sentence(self) -> str:
        """What an end means."""
        return (
            f"the cross-validated bandwidth {self.value:.3g} is the {self.edge} tried: the density has no scale that "
            "the samples show (coincident samples?)"
        )

    def scaled(self, factor: float) -> "Bandwidth":
        """Return it multiplied by ``factor``."""
        return replace(self, value=self.value * factor)


def cross_validated_bandwidth(samples: Array, *, folds: int, generator: np.random.Generator) -> Bandwidth:
    """Return the bandwidth with the largest held-out log-likelihood: a coarse logarithmic grid, then a finer one.

    Args:
        samples: Shape (n, d), not all equal.
        folds: Folds, of equal size up to one.
        generator: Shuffles the samples over the folds.

    Raises:
        IllPosedError: Fewer samples than folds.
    """
    if len(samples) < folds:
        raise IllPosedError(f"samples must be at least folds = {folds} to cross-validate, got {len(samples)}")
    shuffled = samples[generator.permutation(len(samples))]
    score = _dense_score(shuffled, folds) if len(samples) <= _DENSE else lambda b: held_out_score(shuffled, b, folds)
    spread = math.sqrt(float(np.mean(np.var(samples, axis=0))))
    coarse = spread * np.logspace(*_DECADES, _COARSE)
    best = _best(score, coarse)
    if best in (0, _COARSE - 1):
        return Bandwidth(float(coarse[best]), "largest" if best else "smallest")
    fine = np.geomspace(coarse[best - 1], coarse[best + 1], _FINE)
    return Bandwidth(float(fine[_best(score, fine)]))


def held_out_score(samples: Array, bandwidth: float, folds: int) -> float:
    """Return the mean of ``ln p̂(t_i)``, p̂ a kernel density of the folds that do not hold t_i; nats.

    Args:
        samples: Shape (n, d), cut into consecutive folds.
        bandwidth: Standard deviation of the kernel.
        folds: Folds, of equal size up to one.
    """
    total = 0.0
    for part in np.array_split(np.arange(len(samples)), folds):
        others = np.delete(samples, part, axis=0)
        total += float(np.sum(np.asarray(log_density(samples[part], others, beta=bandwidth))))
    return total / len(samples)


def _dense_score(samples: Array, folds: int) -> Callable[[float], float]:
    """Return :func:`held_out_score` as a function of the bandwidth, its distances computed once: n² numbers."""
    n, d = samples.shape
    fold = np.repeat(np.arange(folds), [len(part) for part in np.array_split(np.arange(n), folds)])
    other = fold[:, None] != fold
    sq_dist = np.where(other, cdist(samples, samples, "sqeuclidean"), np.inf)
    log_others = np.log(other.sum(axis=1))

    def score(bandwidth: float) -> float:
        log_sums = logsumexp(sq_dist / (-2.0 * bandwidth**2), axis=1) - log_others
        return log_gaussian_constant(d, bandwidth) + float(np.mean(log_sums))

    return score


def _best(score: Callable[[float], float], grid: Array) -> int:
    return int(np.argmax([score(float(bandwidth)) for bandwidth in grid]))
