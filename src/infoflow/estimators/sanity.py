"""An alarm beside every entropy: deterministic bounds that an estimate must not leave.

The bounds hold for the plug-in ``ĥ``, the entropy of the empirical mixture; an estimate of it outside them by more
than chance allows means that the estimate, or the engine below it, is wrong.
"""

import math

import numpy as np

from infoflow._result import Bracket, Status
from infoflow._types import Array
from infoflow.mixtures.brackets import entropy_brackets
from infoflow.mixtures.reference import log_gaussian_constant

_PAIRWISE_LIMIT = 4096
_STANDARD_ERRORS = 6.0
_ROUNDING = 1e-9


def plug_in_bracket(centres: Array, beta: float, weights: Array | None = None) -> Bracket:
    """Return a bracket of the entropy of one mixture; sums over pairs only up to 4096 components, O(n d²) beyond.

    Args:
        centres: Components, shape (n, d).
        beta: Noise standard deviation.
        weights: Probabilities of the components, shape (n,).
    """
    return entropy_brackets(centres, beta=beta, weights=weights, pairwise=len(centres) <= _PAIRWISE_LIMIT)


def conditional_bracket(centres: Array, beta: float, weights: Array) -> Bracket:
    """Return a bracket of ``Σ w_i h(p̂_i)`` from the noise, ln n and the Gaussian of each input's covariance.

    Args:
        centres: Components of each input, shape (m, n, d).
        beta: Noise standard deviation.
        weights: Probabilities of the inputs, shape (m,).
    """
    _, n, d = centres.shape
    h_z = 0.5 * d - log_gaussian_constant(d, beta)
    deviations = centres - centres.mean(axis=1, keepdims=True)
    covariance = np.einsum("ikd,ike->ide", deviations, deviations) / n + beta**2 * np.eye(d)
    gaussian = 0.5 * (d * math.log(2.0 * math.pi * math.e) + np.linalg.slogdet(covariance)[1])
    return Bracket(h_z, float(weights @ np.minimum(gaussian, h_z + math.log(n))))


def bracket_status(value: float, stderr: float, bracket: Bracket) -> tuple[Status, str]:
    """Return the alarm for an estimate of ``ĥ`` outside its bracket by more than six standard errors.

    Args:
        value: Estimate, nats.
        stderr: Its standard error, nats.
        bracket: Its bounds, nats.
    """
    slack = _STANDARD_ERRORS * stderr + _ROUNDING
    if bracket.lower - slack <= value <= bracket.upper + slack:
        return Status.OK, ""
    return Status.OUTSIDE_BRACKET, (
        f"the estimate {value:.4f} lies outside the bounds [{bracket.lower:.4f}, {bracket.upper:.4f}] "
        "that hold for every mixture: do not use it, and report the arguments"
    )
