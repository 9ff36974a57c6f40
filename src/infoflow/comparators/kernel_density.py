"""Entropy from a kernel density whose bandwidth is chosen by cross-validation, as if the noise were unknown."""

import math
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._random import stream
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.bandwidth import Bandwidth, cross_validated_bandwidth
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.differences import informations
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import reported
from infoflow.mixtures.dispatch import log_density
from infoflow.mixtures.reference import log_gaussian_constant

METHODS = ("leave_one_out", "resubstitution")
_NAME = "kernel_density"
_LARGEST_GAP = 1e-4


def kernel_density_entropy(
    samples: ArrayLike,
    *,
    bandwidth: float | None = None,
    method: str = "leave_one_out",
    folds: int = 5,
    max_validated: int = 1000,
    max_evaluated: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Return ``ĥ = -(1/q) Σ_i ln p̂(t_i)``, p̂ a Gaussian kernel density of bandwidth b, cross-validated.

    Leave-one-out: ``p̂_{-i}(t_i)`` from the other samples; its mean is a cross-entropy, an upper bound of
    h in expectation for a fixed b. Resubstitution keeps the own sample: biased down.

    Args:
        samples: Independent draws of T, shape (n, d).
        bandwidth: Standard deviation b of the kernel; None to cross-validate.
        method: ``"leave_one_out"`` or ``"resubstitution"``.
        folds: Folds of the cross-validation.
        max_validated: Most samples that the cross-validation sees; a bandwidth found on v < n of them is scaled by
            ``(n/v)^(-1/(d+4))``, the rate of the best bandwidth.
        max_evaluated: Most samples over which ``ln p̂`` is averaged; the density itself always has all n.
        seed: Seed of the folds and of both selections.

    Returns:
        h(T) in nats; status ``VACUOUS`` where the bandwidth is at an end of its range.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, or a setting is out of range.
        NonFiniteError: NaN or infinity.
        IllPosedError: Fewer than 2 samples, or fewer than ``folds`` to validate.

    Source: Beirlant, Dudewicz, Györfi & van der Meulen, "Nonparametric entropy estimation", 1997.
    """
    t = _checks.as_float64("samples", samples, shape="n d")
    return reported(_Settings(bandwidth, method, folds, max_validated, max_evaluated, seed).entropy(t))


def kernel_density_information(
    samples: ArrayLike,
    labels: Any | None = None,
    *,
    beta: float,
    m: int | None = None,
    bandwidth: float | None = None,
    method: str = "leave_one_out",
    folds: int = 5,
    max_validated: int = 1000,
    max_evaluated: int = 10_000,
    seed: int = 0,
    given: ArrayLike | None = None,
) -> tuple[Comparison, ...]:
    """Return ``I(X;T) = ĥ(T) - h(Z)``, and ``I(Y;T) = ĥ(T) - Σ_y π_y ĥ(T|y)`` where labels are given.

    Args:
        samples: Noisy T = S + Z with S a function of the input, shape (n, d), every input equally often.
        labels: Class of each sample, shape (n,), or None.
        beta: Noise standard deviation, > 0; used for h(Z) only.
        m: Number of inputs, for the ceiling ln m; None for n.
        bandwidth: As in :func:`kernel_density_entropy`, as are the arguments after it; each class has its own.
        method: See there.
        folds: See there.
        max_validated: See there.
        max_evaluated: See there.
        seed: See there.
        given: Draws of T given each of j inputs, shape (j, r, d), for a layer whose S is random given X: in the place
            of h(Z) stands the mean of ĥ(T|x) over these inputs, each with a bandwidth of its own.

    Returns:
        I(X;T), then I(Y;T), in nats; a value outside its possible range stays as it is and its status says so.

    Raises:
        TypeError, ValueError, NonFiniteError, IllPosedError: As there, and ``beta <= 0``.

    Source: as :func:`kernel_density_entropy`.
    """
    t = _checks.as_float64("samples", samples, shape="n d")
    settings = _Settings(bandwidth, method, folds, max_validated, max_evaluated, seed)
    return informations(settings.entropy, t, labels, beta=beta, m=m, given=given)


class _Settings:
    """Checked settings."""

    def __init__(
        self, bandwidth: Any, method: Any, folds: Any, max_validated: Any, max_evaluated: Any, seed: Any
    ) -> None:
        self.bandwidth = None if bandwidth is None else _checks.as_number("bandwidth", bandwidth)
        if self.bandwidth is not None and not 0 < self.bandwidth < math.inf:
            raise ValueError(f"bandwidth must be positive and finite, got {self.bandwidth:g}")
        self.method = _checks.one_of("method", method, METHODS)
        self.folds = _checks.as_count("folds", folds, minimum=2)
        self.max_validated = _checks.as_count("max_validated", max_validated, minimum=self.folds)
        self.max_evaluated = _checks.as_count("max_evaluated", max_evaluated)
        self.seed = _checks.as_count("seed", seed, minimum=0)

    def entropy(self, t: Array) -> Comparison:
        n, d = t.shape
        if n < 2:
            raise IllPosedError(f"samples must be at least 2 for a kernel density, got {n}")
        if not np.any(t != t[0]):
            message = f"all {n} samples are one point: no density, h = -inf; is there noise in T?"
            return listed(_NAME, "h(T)", -math.inf, n=n, d=d, form=self.method, status=Status.VACUOUS, message=message)
        chosen = self._bandwidth(t)
        nats = -float(np.mean(self._log_densities(t, chosen.value)))
        status, message = (Status.OK, "") if not chosen.edge else (Status.VACUOUS, chosen.sentence)
        form = f"{self.method} bandwidth={chosen.value:.4g}"
        return listed(_NAME, "h(T)", nats, n=n, d=d, form=form, status=status, message=message)

    def _bandwidth(self, t: Array) -> Bandwidth:
        if self.bandwidth is not None:
            return Bandwidth(self.bandwidth)
        part = t[self._some(len(t), self.max_validated, "validated")]
        folds = stream(self.seed, "folds of the bandwidth")
        found = cross_validated_bandwidth(part, folds=self.folds, generator=folds)
        return found.scaled((len(t) / len(part)) ** (-1.0 / (t.shape[1] + 4)))

    def _log_densities(self, t: Array, bandwidth: float) -> Array:
        index = self._some(len(t), self.max_evaluated, "evaluated")
        if self.method == "resubstitution":
            return np.asarray(log_density(t[index], t, beta=bandwidth))
        return leave_one_out(t, index, bandwidth)

    def _some(self, n: int, limit: int, purpose: str) -> IntArray:
        if n <= limit:
            return np.arange(n)
        return stream(self.seed, f"samples {purpose}").choice(n, size=limit, replace=False)


def leave_one_out(t: Array, index: IntArray, bandwidth: float) -> Array:
    """Return ``ln p̂_{-i}(t_i)`` for the samples at ``index``, p̂_{-i} the density of all others, shape (q,).

    ``(n - 1) p̂_{-i}(t_i) = n p̂(t_i) - φ(0)``. Where φ(0) is all but 1e-4 of the first term, the difference would lose
    more than 4 digits: there the sum over the others is taken directly.
    """
    n, d = t.shape
    own = log_gaussian_constant(d, bandwidth) - math.log(n)
    log_share = own - np.asarray(log_density(t[index], t, beta=bandwidth))  # of the sample's own kernel, <= 0
    lone = log_share > -_LARGEST_GAP
    with np.errstate(divide="ignore"):
        result = own - log_share + np.log(-np.expm1(np.minimum(log_share, 0.0))) + math.log(n / (n - 1))
    for row in np.flatnonzero(lone):
        result[row] = _others(t, index[row], bandwidth)
    return result


def _others(t: Array, i: int, bandwidth: float) -> float:
    exponents = -0.5 * np.sum(np.square((np.delete(t, i, axis=0) - t[i]) / bandwidth), axis=1)
    return log_gaussian_constant(t.shape[1], bandwidth) - math.log(len(t) - 1) + float(np.logaddexp.reduce(exponents))
