"""The oracle: log-densities of Gaussian mixtures by direct differences in float64, nothing clever.

Notation: queries y (q, d), centres c (n, d), weights w (n,) summing to one, beta the standard deviation;
``log p(y) = log Σ_k w_k φ_beta(y - c_k)`` with ``φ_beta`` the density of N(0, beta² I). All in nats.
"""

import math

import numpy as np

from infoflow._types import Array


def log_gaussian_constant(d: int, beta: float) -> float:
    """Return ``log φ_beta(0) = -(d/2) log(2π beta²)``, in nats."""
    return -0.5 * d * math.log(2.0 * math.pi) - d * math.log(beta)


def log_density_reference(queries: Array, centres: Array, log_weights: Array, beta: float) -> Array:
    """Return ``log p(y)`` of shape (q,) in nats, one query at a time (memory n·d)."""
    constant = log_gaussian_constant(centres.shape[1], beta)
    result = np.empty(len(queries))
    for i, y in enumerate(queries):
        exponents = log_weights - 0.5 * np.sum(((y - centres) / beta) ** 2, axis=1)
        largest = exponents.max()
        result[i] = constant + largest + math.log(np.sum(np.exp(exponents - largest)))
    return result
