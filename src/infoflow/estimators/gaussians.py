"""A few Gaussians per input, fitted to draws of S and widened by the noise: densities ``g_i`` in the place of ``p_i``.

Their cost does not depend on the number of draws they were fitted to. They serve twice: as a decoder of the lower end,
and with their mean ``Σ w_i g_i`` as the reference density of the upper end.
"""

from dataclasses import dataclass

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.mixtures.quadratic import QuadraticTable, quadratic_log_sums, quadratic_table

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
        features = _features(points.reshape(m * q, d) - self.origin, full=self.full)
        own = np.repeat(np.arange(m), q)[:, None] * self.parts + np.arange(self.parts)
        log_own, log_class, log_all = quadratic_log_sums(features, self.table, own, np.repeat(classes, q))
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
    deviations = centres - origin
    members = _members(deviations, parts)
    full = d <= LARGEST_FULL and n // parts >= 2 * d
    coefficients = (_full_coefficients if full else _diagonal_coefficients)(deviations, members, beta)
    coefficients[:, 0] += (np.log(weights)[:, None] + np.log(members.mean(axis=2))).reshape(-1)
    coefficients[:, 0] -= 0.5 * d * np.log(2.0 * np.pi)
    classes = np.zeros(len(centres), dtype=np.int64) if labels is None else labels
    count = "Gaussian" if parts == 1 else f"{parts} Gaussians"
    return InputGaussians(
        name=f"{count} per input, own {'' if full else 'diagonal '}covariance",
        parts=parts,
        origin=origin,
        full=full,
        table=quadratic_table(coefficients, np.repeat(classes, parts)),
        weights=weights,
        labels=labels,
    )


def _members(centres: Array, parts: int) -> Array:
    """Return 1 where a draw belongs to a part and else 0, shape (m, parts, n); no part is empty."""
    m, n, _ = centres.shape
    if parts == 1:
        return np.ones((m, 1, n))
    deviations = centres - centres.mean(axis=1, keepdims=True)
    axis = np.linalg.eigh(np.matmul(deviations.transpose(0, 2, 1), deviations))[1][:, :, -1]
    above = np.matmul(deviations, axis[:, :, None])[:, :, 0] > 0.0
    above[:, 0] |= ~above.any(axis=1)  # coincident draws: one of them stands apart
    above[:, 1] &= ~above.all(axis=1)
    return np.stack([above, ~above], axis=1).astype(np.float64)


def _full_coefficients(centres: Array, members: Array, beta: float) -> Array:
    """Return c with ``ln N(t; mean, covariance) = c · (1, t, t_j t_k for j <= k)`` up to the power of 2π."""
    m, _, d = centres.shape
    parts = members.shape[1]
    counts = members.sum(axis=2)[:, :, None]
    means = np.matmul(members, centres) / counts
    own = np.empty((m, parts, d, d))
    for part in range(parts):
        deviations = (centres - means[:, part, None]) * members[:, part, :, None]
        own[:, part] = np.matmul(deviations.transpose(0, 2, 1), deviations)
    n = counts[:, :, :, None]
    # few draws make a noisy covariance: an average counts as d more draws of each
    average = (own.sum(axis=1, keepdims=True) if parts > 1 else own.mean(axis=0, keepdims=True)) / members.shape[2]
    covariance = (own * (n / np.maximum(n - 1.0, 1.0)) + d * average) / (n + d) + beta**2 * np.eye(d)
    precision = np.linalg.inv(covariance)
    linear = np.matmul(precision, means[..., None])[..., 0]
    constant = -0.5 * (np.linalg.slogdet(covariance)[1] + np.sum(linear * means, axis=2))
    rows, columns = np.triu_indices(d)
    factor = np.where(rows == columns, -0.5, -1.0)
    squares = factor * precision[:, :, rows, columns]
    return np.concatenate([constant[..., None], linear, squares], axis=2).reshape(m * parts, -1)


def _diagonal_coefficients(centres: Array, members: Array, beta: float) -> Array:
    """Return c with ``ln N(t; mean, diag variance) = c · (1, t, t²)`` up to the power of 2π."""
    m, _, _ = centres.shape
    n = members.sum(axis=2)[:, :, None]
    means = np.matmul(members, centres) / n
    own = np.maximum(np.matmul(members, centres**2) - n * means**2, 0.0)
    # the variance of few draws is noisy: an average counts as one more draw of each
    average = (own.sum(axis=1, keepdims=True) if n.shape[1] > 1 else own.mean(axis=0, keepdims=True)) / centres.shape[1]
    variance = (own * (n / np.maximum(n - 1.0, 1.0)) + average) / (n + 1.0) + beta**2
    constant = -0.5 * np.sum(np.log(variance) + means**2 / variance, axis=2)
    return np.concatenate([constant[..., None], means / variance, -0.5 / variance], axis=2).reshape(m * n.shape[1], -1)


def _features(points: Array, *, full: bool) -> Array:
    """Return (1, t, t_j t_k for j <= k), or (1, t, t²), of points (q, d)."""
    if full:
        rows, columns = np.triu_indices(points.shape[1])
        squares = points[:, rows] * points[:, columns]
    else:
        squares = points**2
    return np.concatenate([np.ones((len(points), 1)), points, squares], axis=1)
