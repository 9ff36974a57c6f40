"""Decoders for the lower end: any densities q_i in the place of p_i give a valid lower bound.

``E ln(q_i/q̄) <= I`` for every non-negative q_1..q_m fixed before the evaluation points are drawn, ``q̄ = Σ w_i q_i``
([BA03] Barber & Agakov, "The IM Algorithm", 2003); the loss is the divergence between the two posteriors. Candidates:

* the estimated mixtures themselves, with the true noise or a wider one;
* one Gaussian per input with a covariance shared by all (full, or diagonal in high dimension), where d does not enter;
* one Gaussian per input with its own covariance, diagonal in high dimension.

Each is defended, ``(1-ε) q_i + ε q̄``, which bounds the summand below by ln ε. The candidate and ε are chosen on fresh
draws held out for that purpose, so the choice costs no confidence.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch

from infoflow._types import Array, IntArray
from infoflow.estimators.question import Mixtures, log_ratios

BANDWIDTHS = (1.0, 1.5, 2.5)
DEFENCES = (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)
_FULL_COVARIANCE_LIMIT = 256
_OWN_COVARIANCE_LIMIT = 12
_BLOCK = 256
_LARGEST_EXPONENT = 60.0  # a posterior of e^-60 is far below any defence

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
    """Yield the decoders with one Gaussian per input; none where an input has a single centre."""
    if mixtures.centres.shape[1] > 1:
        yield _shared_gaussian(mixtures)
        yield _own_gaussian(mixtures)


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


def _own_gaussian(mixtures: Mixtures) -> Decoder:
    """One Gaussian per input with its own covariance: full in low dimension, diagonal beyond."""
    centres = mixtures.centres
    _, n, d = centres.shape
    origin = centres.mean(axis=(0, 1))
    full = d <= _OWN_COVARIANCE_LIMIT and n >= 2 * d
    name = f"Gaussian per input, own {'' if full else 'diagonal '}covariance"
    coefficients = _full_coefficients(centres - origin, mixtures.beta) if full else None
    if coefficients is None:
        coefficients = _diagonal_coefficients(centres - origin, mixtures.beta)
    coefficients[:, 0] += np.log(mixtures.weights)

    def ratios(points: Array) -> dict[str, Array]:
        return quadratic_ratios(points - origin, coefficients, mixtures.weights, mixtures.labels, cross=full)

    return Decoder(name, ratios, costly=True)


def _full_coefficients(centres: Array, beta: float) -> Array:
    """Return c with ``ln N(t; mean_i, covariance_i) = c_i · (1, t, t_j t_k for j <= k)`` up to a common constant."""
    m, n, d = centres.shape
    means = centres.mean(axis=1)
    deviations = centres - means[:, None]
    own = np.einsum("ikd,ike->ide", deviations, deviations) / max(n - 1, 1)
    # few draws make a noisy covariance: the average over inputs counts as d more draws of each
    covariance = (n * own + d * own.mean(axis=0)) / (n + d) + beta**2 * np.eye(d)
    precision = np.linalg.inv(covariance)
    linear = np.einsum("ide,ie->id", precision, means)
    constant = -0.5 * (np.linalg.slogdet(covariance)[1] + np.einsum("id,id->i", linear, means))
    rows, columns = np.triu_indices(d)
    factor = np.where(rows == columns, -0.5, -1.0)
    return np.concatenate([constant[:, None], linear, factor * precision[:, rows, columns]], axis=1).reshape(m, -1)


def _diagonal_coefficients(centres: Array, beta: float) -> Array:
    """Return c with ``ln N(t; mean_i, diag variance_i) = c_i · (1, t, t²)`` up to a common constant."""
    n = centres.shape[1]
    means, own = centres.mean(axis=1), centres.var(axis=1, ddof=1)
    # the variance of few draws is noisy: the average over inputs counts as one more draw of each
    variance = (n * own + own.mean(axis=0)) / (n + 1) + beta**2
    constant = -0.5 * np.sum(np.log(variance) + means**2 / variance, axis=1)
    return np.concatenate([constant[:, None], means / variance, -0.5 / variance], axis=1)


def quadratic_ratios(
    points: Array, coefficients: Array, weights: Array, labels: IntArray | None, *, cross: bool
) -> dict[str, Array]:
    """Return the posterior log-ratios of a decoder whose log-densities are quadratic in t, block by block.

    Any non-negative numbers that add up to one (or less) over the inputs are a valid posterior, so rounding makes
    another decoder, not a wrong one.

    Args:
        points: Shape (m, r, d).
        coefficients: Of ``ln(w_i q_i)`` for the features of :func:`_features`, shape (m, number of features).
        weights: Probabilities of the inputs, shape (m,).
        labels: Classes of the inputs, shape (m,), or None.
        cross: Whether the features hold products of different coordinates.
    """
    m, r, d = points.shape
    classes = np.zeros(m, dtype=np.int64) if labels is None else labels
    order = np.argsort(classes, kind="stable")
    bounds = np.searchsorted(classes[order], np.arange(int(classes.max()) + 2))
    table = torch.from_numpy(np.ascontiguousarray(coefficients[order].T))
    flat = points.reshape(m * r, d)
    owner = np.repeat(np.arange(m), r)
    place = np.empty(m, dtype=np.int64)
    place[order] = np.arange(m)
    by_class, everything = np.empty(m * r), np.empty(m * r)
    for start in range(0, m * r, _BLOCK):
        rows = slice(start, start + _BLOCK)
        joint = torch.from_numpy(_features(flat[rows], cross=cross)) @ table
        line = np.arange(joint.shape[0])
        # relative to the own input; single precision and the clamps change the posterior by less than the defence hides
        relative = (joint - joint[line, place[owner[rows]], None]).float()
        terms = relative.clamp_(min=-_LARGEST_EXPONENT, max=_LARGEST_EXPONENT).exp_()
        sums = torch.stack([terms[:, a:b].sum(dim=1) for a, b in pairwise(bounds.tolist())], dim=1)
        sums = np.asarray(sums, dtype=np.float64)
        everything[rows] = np.log(sums.sum(axis=1))
        by_class[rows] = np.log(sums[line, classes[owner[rows]]])
    ratios = {"I(X;T)": (-everything - np.log(weights[owner])).reshape(m, r)}
    if labels is not None:
        log_class = np.log(np.bincount(labels, weights=weights))
        ratios["I(Y;T)"] = (by_class - everything - log_class[labels[owner]]).reshape(m, r)
    return ratios


def _features(points: Array, *, cross: bool) -> Array:
    """Return (1, t, t²), or with ``cross`` (1, t, t_j t_k for j <= k), of points (q, d)."""
    if cross:
        rows, columns = np.triu_indices(points.shape[1])
        squares = points[:, rows] * points[:, columns]
    else:
        squares = points**2
    return np.concatenate([np.ones((len(points), 1)), points, squares], axis=1)
