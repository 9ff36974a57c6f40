"""Decoders for the lower end: any densities q_i in the place of p_i give a valid lower bound.

``E ln(q_i/q̄) <= I`` for every non-negative q_1..q_m fixed before the evaluation points are drawn, ``q̄ = Σ w_i q_i``
([BA03] Barber & Agakov, "The IM Algorithm", 2003); the loss is the divergence between the two posteriors. Candidates:

* the estimated mixtures themselves, with the true noise or a wider one;
* one Gaussian per input with a covariance shared by all (full, or diagonal in high dimension), where d does not enter;
* one or two Gaussians per input with covariances of their own, diagonal in high dimension.

Each is defended, ``(1-ε) q_i + ε q̄``, which bounds the summand below by ln ε. The candidate and ε are chosen on fresh
draws held out for that purpose, so the choice costs no confidence.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array
from infoflow.estimators.gaussians import InputGaussians, fitted_gaussians, within_precision
from infoflow.estimators.question import Mixtures, log_ratios

BANDWIDTHS = (1.0, 1.5, 2.5)
DEFENCES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
_FULL_COVARIANCE_LIMIT = 256
_FEWEST_PER_GAUSSIAN = 16

Ratios = Callable[[Array], dict[str, Array]]


@dataclass(frozen=True)
class Decoder:
    """A decoder: its name and the function from points (m, r, d) to its log-ratios by quantity, each (m, r).

    A ``costly`` one visits all pairs of points and inputs.
    """

    name: str
    ratios: Ratios
    costly: bool = False


def mixture_decoders(mixtures: Mixtures) -> Iterator[Decoder]:
    """Yield the mixtures themselves as decoders, with the true noise first and then with wider ones."""
    for factor in BANDWIDTHS:
        yield _mixture_decoder(mixtures, factor)


def gaussian_decoders(mixtures: Mixtures) -> Iterator[Decoder]:
    """Yield the decoders with Gaussians per input; none where an input has a single centre."""
    if mixtures.centres.shape[1] > 1:
        yield _shared_gaussian(mixtures)
        if within_precision(mixtures.centres, mixtures.beta):
            yield from as_decoders(own_gaussians(mixtures))


def own_gaussians(mixtures: Mixtures, *, fewest: int = 1) -> Iterator[InputGaussians]:
    """Yield one Gaussian per input with its own covariance, and two where there are centres enough to fit them."""
    _, n, d = mixtures.centres.shape
    for parts in range(fewest, 3):
        if parts == 1 or n // parts >= max(2 * d, _FEWEST_PER_GAUSSIAN):
            yield fitted_gaussians(mixtures.centres, mixtures.beta, mixtures.weights, mixtures.labels, parts)


def as_decoders(gaussians: Iterable[InputGaussians]) -> Iterator[Decoder]:
    """Yield the decoders whose densities are the Gaussians'."""
    for found in gaussians:
        yield Decoder(found.name, found.ratios, costly=True)


def defend(ratio: Array, epsilon: float) -> Array:
    """Return ``ln((1-ε) e^ratio + ε)``: the log-ratio of the defended decoder, at least ln ε."""
    return np.logaddexp(ratio + np.log1p(-epsilon), np.log(epsilon))


def _mixture_decoder(mixtures: Mixtures, factor: float) -> Decoder:
    widened = Mixtures(
        mixtures.centres,
        mixtures.beta * factor,
        mixtures.weights,
        mixtures.labels,
        mixtures.tol,
        mixtures.engine,
    )
    return Decoder(f"mixture of bandwidth {factor:g} beta", lambda points: log_ratios(points, widened)[0])


def _shared_gaussian(mixtures: Mixtures) -> Decoder:
    """One Gaussian per input, common covariance: isotropic after whitening, whose Jacobian cancels in the ratio."""
    centres = mixtures.centres
    m, n, d = centres.shape
    means = centres.mean(axis=1)
    deviations = (centres - means[:, None]).reshape(m * n, d)
    if d <= _FULL_COVARIANCE_LIMIT:
        covariance = deviations.T @ deviations / max(m * (n - 1), 1) + mixtures.beta**2 * np.eye(d)
        whiten = np.linalg.inv(np.linalg.cholesky(covariance)).T
        name = "Gaussian per input, shared covariance"
    else:
        variance = np.einsum("ij,ij->j", deviations, deviations) / max(m * (n - 1), 1) + mixtures.beta**2
        whiten = 1.0 / np.sqrt(variance)
        name = "Gaussian per input, shared diagonal covariance"

    def transform(points: Array) -> Array:
        return np.ascontiguousarray(points @ whiten if whiten.ndim == 2 else points * whiten)

    white = Mixtures(transform(means)[:, None], 1.0, mixtures.weights, mixtures.labels, mixtures.tol, mixtures.engine)
    return Decoder(name, lambda points: log_ratios(transform(points), white)[0])
