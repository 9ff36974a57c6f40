"""A few Gaussians per input, fitted to draws of S and widened by the noise: densities ``g_i`` in the place of ``p_i``.

Their cost does not depend on the number of draws they were fitted to. They serve twice: as a decoder of the lower end,
and with their mean ``Σ w_i g_i`` as the reference density of the upper end.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from infoflow._types import Array, IntArray
from infoflow.estimators.precision import farthest, middle
from infoflow.mixtures.quadratic import quadratic_log_sums
from infoflow.mixtures.quadratic_table import QuadraticTable, quadratic_table

_TOLERANCE = 1e-10  # of the sums, far below any tolerance of an interval
_ROUNDING = 1e-6
_FARTHEST = 1e4
ROUNDING_ALLOWANCE = 1e-6
"""Nats that rounding may take from a log-density: with every centre within 1e4 beta of the origin, a quadratic form in
double precision is a sum of at most 91 terms of at most 1e8, rounded to 91 * 1e8 * 2^-53 = 1e-6 in all."""
LARGEST_FULL = 12
"""Largest dimension in which a Gaussian gets a full covariance; beyond, a diagonal one."""


@dataclass(frozen=True, kw_only=True)
class GaussianLogDensities:
    """Log-densities, in nats, each of shape (m, q); ``own_class`` is None without labels."""

    own: Array
    own_class: Array | None
    pooled: Array

    def ratios(self) -> dict[str, Array]:
        """Return ``ln(g_g(t)/ḡ(t))`` by quantity, each (m, q)."""
        ratios = {"I(X;T)": self.own - self.pooled}
        if self.own_class is not None:
            ratios["I(Y;T)"] = self.own_class - self.pooled
        return ratios


@dataclass(frozen=True, kw_only=True)
class InputGaussians:
    """``g_i = (1/parts) Σ_k N(mean_ik, covariance_ik)`` of every input i.

    Attributes:
        name: How tables call it.
        parts: Gaussians per input.
        origin: Point from which coordinates count, shape (d,).
        full: Whether covariances are full.
        table: Coefficients of ``ln(w_i/parts N(t; …))``.
        weights: Probabilities w_i of the inputs, shape (m,).
        labels: Classes of the inputs, shape (m,), or None.
    """

    name: str
    parts: int
    origin: Array
    full: bool
    table: QuadraticTable
    weights: Array
    labels: IntArray | None

    def log_densities(self, points: Array) -> GaussianLogDensities:
        """Return own, own-class and pooled log-densities at each input's points (m, q, d)."""
        m, q, d = points.shape
        classes = np.zeros(m, dtype=np.int64) if self.labels is None else self.labels
        own = np.repeat(np.arange(m), q)[:, None] * self.parts + np.arange(self.parts)
        log_own, log_class, log_all = quadratic_log_sums(
            points.reshape(m * q, d) - self.origin,
            _full_features if self.full else _diagonal_features,
            self.table,
            own,
            np.repeat(classes, q),
            tol=_TOLERANCE,
        )
        by_class = None
        if self.labels is not None:
            log_prior = np.log(np.bincount(self.labels, weights=self.weights))
            by_class = log_class.reshape(m, q) - log_prior[self.labels][:, None]
        return GaussianLogDensities(
            own=log_own.reshape(m, q) - np.log(self.weights)[:, None],
            own_class=by_class,
            pooled=log_all.reshape(m, q),
        )

    def ratios(self, points: Array) -> dict[str, Array]:
        """Return ``ln(g_g(t)/ḡ(t))`` at each input's points (m, q, d) by quantity, each (m, q)."""
        return self.log_densities(points).ratios()


def fitted_gaussians(
    centres: Array, beta: float, weights: Array, labels: IntArray | None, parts: int
) -> InputGaussians:
    """Return Gaussians fitted to centres (m, n, d): one per input, or two, of its draws on either side of its mean.

    The draws are divided along the axis in which they are widest. Covariances are full up to d = 12 where there are
    draws enough, else diagonal; those of few draws are drawn towards an average. Noise of standard deviation ``beta``
    is added.
    """
    _, n, d = centres.shape
    origin = centres.mean(axis=(0, 1))
    moments = _moments(centres, parts)
    full = d <= LARGEST_FULL and n // parts >= 2 * d
    fit = (_full_coefficients if full else _diagonal_coefficients)(moments, origin, beta)
    shares = moments.counts / n
    constant = (np.log(weights)[:, None] + np.log(shares)).reshape(-1) - 0.5 * d * np.log(2.0 * np.pi)
    fit.coefficients[:, 0] += constant
    classes = np.zeros(len(centres), dtype=np.int64) if labels is None else labels
    count = "Gaussian" if parts == 1 else f"{parts} Gaussians"
    return InputGaussians(
        name=f"{count} per input, own {'' if full else 'diagonal '}covariance",
        parts=parts,
        origin=origin,
        full=full,
        table=quadratic_table(fit.coefficients, np.repeat(classes, parts), fit.largest + constant, fit.steepness),
        weights=weights,
        labels=labels,
    )


def within_precision(centres: Array, beta: float) -> bool:
    """Say whether double precision resolves the quadratic forms of Gaussians fitted to ``centres`` (m, n, d)."""
    return farthest(centres, middle(centres)) <= _FARTHEST * beta


class _Moments(NamedTuple):
    """Numbers of draws (m, parts), means (m, parts, d) and scatter matrices about them (m, parts, d, d)."""

    counts: Array
    means: Array
    scatter: Array


def _moments(centres: Array, parts: int) -> _Moments:
    """Return the moments of each input's draws, or of their two parts, none of which is empty."""
    m, n, _ = centres.shape
    middle = centres.mean(axis=1)
    deviations = centres - middle[:, None]
    whole = np.matmul(deviations.transpose(0, 2, 1), deviations)
    if parts == 1:
        return _Moments(np.full((m, 1), float(n)), middle[:, None], whole[:, None])
    axis = np.linalg.eigh(whole)[1][:, :, -1:]
    above = np.matmul(deviations, axis)[:, :, 0] > 0.0
    above[:, 0] |= ~above.any(axis=1)  # coincident draws: one of them stands apart
    above[:, 1] &= ~above.all(axis=1)
    each = [_part_moments(centres, inside) for inside in (above, ~above)]
    return _Moments(*(np.stack(values, axis=1) for values in zip(*each, strict=True)))


def _part_moments(centres: Array, inside: npt.NDArray[np.bool_]) -> tuple[Array, Array, Array]:
    """Return number, mean and scatter of the draws (m, n, d) marked in ``inside`` (m, n), about their own mean.

    A difference of scatters about another mean would cancel where the parts lie far apart for their size.
    """
    chosen = inside[:, :, None].astype(np.float64)
    count = chosen.sum(axis=1)  # (m, 1)
    means = (centres * chosen).sum(axis=1) / count
    deviations = (centres - means[:, None]) * chosen
    scatter = np.matmul(deviations.transpose(0, 2, 1), deviations)
    return count[:, 0], means, 0.5 * (scatter + scatter.transpose(0, 2, 1))


class _Fit(NamedTuple):
    """Coefficients, largest log-density and steepness of the parts of all inputs, as in ``QuadraticTable``."""

    coefficients: Array
    largest: Array
    steepness: Array


def _full_coefficients(moments: _Moments, origin: Array, beta: float) -> _Fit:
    """Return c with ``ln N(t; mean, covariance) = c · (1, t, t_j t_k for j <= k)`` up to the power of 2π."""
    m, parts, d = moments.means.shape
    n = moments.counts[:, :, None, None]
    means = moments.means - origin
    # few draws make a noisy covariance: an average counts as d more draws of each
    unbiased = moments.scatter * (n / np.maximum(n - 1.0, 1.0))
    covariance = (unbiased + d * _average(moments)) / (n + d) + beta**2 * np.eye(d)
    precision = np.linalg.inv(covariance)
    precision = 0.5 * (precision + precision.transpose(0, 1, 3, 2))  # squares, linear term and constant of one form
    linear = np.matmul(precision, means[..., None])[..., 0]
    largest = -0.5 * np.linalg.slogdet(covariance)[1]
    constant = largest - 0.5 * np.sum(linear * means, axis=2)
    rows, columns = np.triu_indices(d)
    squares = np.where(rows == columns, -0.5, -1.0) * precision[:, :, rows, columns]
    coefficients = np.concatenate([constant[..., None], linear, squares], axis=2).reshape(m * parts, -1)
    # a covariance is at least beta² I; the trace bounds the largest eigenvalue of the precision as well
    steepness = np.sqrt(0.5 * np.minimum(np.trace(precision, axis1=2, axis2=3), (1.0 + _ROUNDING) / beta**2))
    return _Fit(coefficients, largest.reshape(-1), steepness.reshape(-1))


def _diagonal_coefficients(moments: _Moments, origin: Array, beta: float) -> _Fit:
    """Return c with ``ln N(t; mean, diag variance) = c · (1, t, t²)`` up to the power of 2π."""
    m, parts, _ = moments.means.shape
    n = moments.counts[:, :, None]
    means = moments.means - origin
    # the variance of few draws is noisy: an average counts as one more draw of each
    unbiased = np.diagonal(moments.scatter, axis1=2, axis2=3) * (n / np.maximum(n - 1.0, 1.0))
    average = np.diagonal(_average(moments), axis1=2, axis2=3)
    variance = np.maximum(unbiased + average, 0.0) / (n + 1.0) + beta**2
    largest = -0.5 * np.sum(np.log(variance), axis=2)
    constant = largest - 0.5 * np.sum(means**2 / variance, axis=2)
    coefficients = np.concatenate([constant[..., None], means / variance, -0.5 / variance], axis=2)
    steepness = np.sqrt(0.5 / variance.min(axis=2))
    return _Fit(coefficients.reshape(m * parts, -1), largest.reshape(-1), steepness.reshape(-1))


def _average(moments: _Moments) -> Array:
    """Return what a covariance is drawn towards: the mean over all inputs, or over the parts of the same input."""
    n = moments.counts[0].sum()
    if moments.counts.shape[1] > 1:
        return moments.scatter.sum(axis=1, keepdims=True) / n
    return moments.scatter.mean(axis=0, keepdims=True) / n


def _full_features(points: Array) -> Array:
    """Return (1, t, t_j t_k for j <= k) of points (q, d)."""
    rows, columns = np.triu_indices(points.shape[1])
    return np.concatenate([np.ones((len(points), 1)), points, points[:, rows] * points[:, columns]], axis=1)


def _diagonal_features(points: Array) -> Array:
    """Return (1, t, t²) of points (q, d)."""
    return np.concatenate([np.ones((len(points), 1)), points, points**2], axis=1)
