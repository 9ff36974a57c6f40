"""Deterministic brackets of the entropy of an isotropic Gaussian mixture: no sampling, O(n) memory.

``p = Σ_i w_i N(c_i, beta² I)``, ``h = h(p)``, ``h(Z) = (d/2) ln(2πe beta²)``. The pairwise sums are mixture
log-densities with a rescaled beta: ``exp(-|Δ|²/(8 beta²))`` is a Gaussian kernel of standard deviation 2 beta.
"""

import math
from dataclasses import dataclass

import numpy as np

from infoflow import _checks
from infoflow._result import Bracket
from infoflow._types import Array, ArrayLike
from infoflow.mixtures.dispatch import log_density
from infoflow.mixtures.reference import log_gaussian_constant


@dataclass(frozen=True, kw_only=True)
class EntropyBounds:
    """Lower and upper bounds of a mixture entropy, by name, in nats; each holds on its own, up to rounding.

    Attributes:
        noise: Lower: ``h(Z)``.
        bhattacharyya: Lower: ``h(Z) - Σ_i w_i ln Σ_j w_j exp(-|c_i-c_j|²/(8 beta²))``.
        jensen: Lower: ``-ln Σ_ij w_i w_j N(c_i - c_j; 0, 2 beta² I)``.
        kullback_leibler: Upper: ``h(Z) - Σ_i w_i ln Σ_j w_j exp(-|c_i-c_j|²/(2 beta²))``.
        noise_and_weights: Upper: ``h(Z) + H(w)``; ``h(Z) + ln n`` for equal weights.
        gaussian: Upper: ``½ ln det(2πe (Cov_w(c) + beta² I))``, the most that any density of this covariance has.
    """

    noise: float
    bhattacharyya: float
    jensen: float
    kullback_leibler: float
    noise_and_weights: float
    gaussian: float

    @property
    def bracket(self) -> Bracket:
        """The best lower and the best upper bound."""
        return Bracket(
            lower=max(self.noise, self.bhattacharyya, self.jensen),
            upper=min(self.kullback_leibler, self.noise_and_weights, self.gaussian),
        )


def entropy_brackets(
    centres: ArrayLike, *, beta: float, weights: ArrayLike | None = None, pairwise: bool = True
) -> Bracket:
    """Return the best deterministic bracket of ``h(Σ_i w_i N(c_i, beta² I))``.

    Args:
        centres: Component means c, shape (n, d).
        beta: Standard deviation of every component, > 0.
        weights: Probabilities of the components, shape (n,); None for equal ones.
        pairwise: Whether to compute the three bounds that take a sum over all pairs of components; without them only
            the noise, its sum with the entropy of the weights, and the Gaussian bound are finite.

    Returns:
        Lower and upper bound in nats, with the rounding of a sum of n logarithms (about 1e-12): where both ends
        coincide, as for a single point, they may differ by that much either way.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, empty, or a weight that is not positive.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.

    Source: see :func:`entropy_bounds`.
    """
    return entropy_bounds(centres, beta=beta, weights=weights, pairwise=pairwise).bracket


def entropy_bounds(
    centres: ArrayLike, *, beta: float, weights: ArrayLike | None = None, pairwise: bool = True
) -> EntropyBounds:
    """Return every deterministic bound of ``h(Σ_i w_i N(c_i, beta² I))`` by name.

    Args:
        centres: Component means c, shape (n, d).
        beta: Standard deviation of every component, > 0.
        weights: Probabilities of the components, shape (n,); None for equal ones.
        pairwise: Whether to compute the three bounds that take a sum over all pairs of components; without them only
            the noise, its sum with the entropy of the weights, and the Gaussian bound are finite.

    Returns:
        See :class:`EntropyBounds`; nats.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, empty, or a weight that is not positive.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.

    Source: [KT17] Kolchinsky & Tracey, equation (10) with the Chernoff-1/2 (Bhattacharyya) and the Kullback-Leibler
    distance; Jensen: [Huber08] Huber et al., "On entropy approximation for Gaussian mixture random vectors", Theorem 2.
    """
    c = _checks.as_float64("centres", centres, shape="n d")
    scale = _checks.positive_beta(beta, m=len(c))
    w = _checks.as_weights("weights", weights, m=len(c))
    d = c.shape[1]
    h_z = 0.5 * d - log_gaussian_constant(d, scale)
    return EntropyBounds(
        noise=h_z,
        bhattacharyya=h_z - float(w @ _log_kernel_sums(c, w, 2 * scale)) if pairwise else -math.inf,
        jensen=-_log_sum_exp(np.log(w) + _self_log_density(c, w, math.sqrt(2) * scale)) if pairwise else -math.inf,
        kullback_leibler=h_z - float(w @ _log_kernel_sums(c, w, scale)) if pairwise else math.inf,
        noise_and_weights=h_z - float(w @ np.log(w)),
        gaussian=_gaussian_entropy(c, w, scale),
    )


def _self_log_density(c: Array, w: Array, bandwidth: float) -> Array:
    return np.asarray(log_density(c, c, beta=bandwidth, weights=w), dtype=np.float64)


def _log_kernel_sums(c: Array, w: Array, bandwidth: float) -> Array:
    """Return ``ln Σ_j w_j exp(-|c_i-c_j|²/(2 bandwidth²))``, shape (n,)."""
    return _self_log_density(c, w, bandwidth) - log_gaussian_constant(c.shape[1], bandwidth)


def _log_sum_exp(values: Array) -> float:
    top = float(values.max())
    return top + math.log(float(np.exp(values - top).sum()))


def _gaussian_entropy(c: Array, w: Array, beta: float) -> float:
    d = c.shape[1]
    deviations = c - w @ c
    covariance = (deviations * w[:, None]).T @ deviations + beta**2 * np.eye(d)
    return 0.5 * (d * math.log(2 * math.pi * math.e) + float(np.linalg.slogdet(covariance)[1]))
