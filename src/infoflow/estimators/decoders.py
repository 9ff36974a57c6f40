"""Decoders for the lower end: any densities q_i in the place of p_i give a valid lower bound.

``E ln(q_i/q̄) <= I`` for every non-negative q_1..q_m fixed before the evaluation points are drawn, ``q̄ = Σ w_i q_i``
([BA03] Barber & Agakov, "The IM Algorithm", 2003); the loss is the divergence between the two posteriors. Candidates:

* the estimated mixtures themselves, with the true noise or a wider one;
* one Gaussian per input with a covariance shared by all (full, or diagonal in high dimension), where d does not enter;
* one Gaussian per input with its own diagonal covariance.

Each is defended, ``(1-ε) q_i + ε q̄``, which bounds the summand below by ln ε. The candidate and ε are chosen on fresh
draws held out for that purpose, so the choice costs no confidence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.estimators.question import Mixtures, log_ratios

BANDWIDTHS = (1.0, 1.5, 2.5)
DEFENCES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
_FULL_COVARIANCE_LIMIT = 256
_BLOCK = 512

Ratios = Callable[[Array], dict[str, Array]]


@dataclass(frozen=True)
class Decoder:
    """A decoder: its name and the function from points (m, r, d) to its log-ratios by quantity, each (m, r)."""

    name: str
    ratios: Ratios


def candidates(mixtures: Mixtures) -> Iterator[Decoder]:
    """Yield the decoders worth trying for these centres, the mixtures first."""
    for factor in BANDWIDTHS:
        yield _mixture_decoder(mixtures, factor)
    if mixtures.centres.shape[1] > 1:
        yield _shared_gaussian(mixtures)
        yield _diagonal_gaussian(mixtures)


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


def _diagonal_gaussian(mixtures: Mixtures) -> Decoder:
    centres, weights, labels = mixtures.centres, mixtures.weights, mixtures.labels
    means = centres.mean(axis=1)
    # the variance of few draws is noisy: the average over inputs counts as one more draw of each
    own = centres.var(axis=1, ddof=1)
    n = centres.shape[1]
    variance = (n * own + own.mean(axis=0)) / (n + 1) + mixtures.beta**2

    def ratios(points: Array) -> dict[str, Array]:
        m, r, d = points.shape
        flat = points.reshape(m * r, d)
        owner = np.repeat(np.arange(m), r)
        result = {"I(X;T)": np.empty(m * r)}
        if labels is not None:
            result["I(Y;T)"] = np.empty(m * r)
        for start in range(0, m * r, _BLOCK):
            rows = slice(start, start + _BLOCK)
            joint = _log_gaussians(flat[rows], means, variance) + np.log(weights)
            _fill_ratios(result, rows, joint, owner[rows], weights, labels)
        return {quantity: values.reshape(m, r) for quantity, values in result.items()}

    return Decoder("Gaussian per input, own diagonal covariance", ratios)


def _log_gaussians(points: Array, means: Array, variance: Array) -> Array:
    """Return log N(t; mean_i, diag variance_i) up to a constant common to all i, shape (q, m)."""
    precision = 1.0 / variance
    squares = (points**2) @ precision.T - 2.0 * points @ (means * precision).T
    squares += np.sum(means**2 * precision, axis=1) + np.sum(np.log(variance), axis=1)
    return -0.5 * squares


def _fill_ratios(
    result: dict[str, Array], rows: slice, joint: Array, owner: IntArray, weights: Array, labels: IntArray | None
) -> None:
    shifted = np.exp(joint - joint.max(axis=1, keepdims=True))
    posterior = shifted / shifted.sum(axis=1, keepdims=True)
    line = np.arange(len(owner))
    with np.errstate(divide="ignore"):  # a posterior of exactly zero is defended afterwards
        result["I(X;T)"][rows] = np.log(posterior[line, owner]) - np.log(weights[owner])
        if labels is not None:
            membership = np.eye(int(labels.max()) + 1)[labels]
            class_probability = weights @ membership
            by_class = posterior @ membership
            own = labels[owner]
            result["I(Y;T)"][rows] = np.log(by_class[line, own]) - np.log(class_probability[own])
