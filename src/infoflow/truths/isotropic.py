"""Exact quantities of a channel whose conditionals are Gaussians with one common covariance.

``T | x_i ~ N(μ_i, Σ)``. Whitening with ``Σ = A A'`` leaves I as it is and shifts h by ln |det A|; along directions in
which the whitened means do not differ T is independent noise, so only the affine span of the means has to be
integrated over. Up to two such directions are solved by quadrature, in any ambient dimension.
"""

import math

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.truths.quadrature import (
    REACH,
    TOLERANCE,
    Integrals,
    Rule,
    converge,
    integrate_channel,
    lattice_rule,
    panel_rule,
    tensor_rule,
    windows,
)
from infoflow.truths.truth import Answers

_RANK_TOLERANCE = 1e-13


def gaussian_entropy(covariance: Array) -> float:
    """Return the entropy of a Gaussian, ``½ ln det(2πe Σ)``, in nats; covariance of shape (d, d)."""
    return float(0.5 * (len(covariance) * math.log(2 * math.pi * math.e) + np.linalg.slogdet(covariance)[1]))


def solve_common_covariance(
    means: Array, covariance: Array, weights: Array, labels: IntArray | None, *, tolerance: float = TOLERANCE
) -> Answers:
    """Return the exact quantities of ``T | x_i ~ N(μ_i, Σ)``.

    Args:
        means: μ_i, shape (m, d).
        covariance: Σ, shape (d, d), positive definite.
        weights: Probabilities of the inputs, shape (m,).
        labels: Classes of the inputs, shape (m,), or None.
        tolerance: Agreement of successive quadratures, in nats.

    Returns:
        Quantities in nats.

    Raises:
        ValueError: The whitened means span more than two dimensions.
        InfoflowError: The quadrature does not converge.
    """
    white = np.linalg.solve(np.linalg.cholesky(covariance), (means - means.mean(axis=0)).T).T
    points = reduce_to_span(white)
    h_t_given_x = gaussian_entropy(covariance)
    if points.shape[1] == 0:
        none = None if labels is None else 0.0
        return Answers(
            information=0.0,
            entropy=h_t_given_x,
            conditional_entropy=h_t_given_x,
            label_information=none,
            tolerance=1e-12,
        )

    def evaluate(step: float) -> Integrals:
        return integrate_channel(lambda t: _unit_densities(t, points), _rule(points, step), weights, labels)

    return converge(
        evaluate,
        start=1.0 if points.shape[1] == 1 else 0.4,
        labelled=labels is not None,
        conditional_entropy=h_t_given_x,
        tolerance=tolerance,
    )


def reduce_to_span(points: Array) -> Array:
    """Return centred points, shape (m, d), in an orthonormal basis of their span, shape (m, rank).

    Raises:
        ValueError: The rank exceeds two.
    """
    _, singular, basis = np.linalg.svd(points, full_matrices=False)
    # Directions that separate no two whitened means by more than rounding carry no information.
    rank = int(np.count_nonzero(singular > _RANK_TOLERANCE * max(1.0, float(singular[0]))))
    if rank > 2:
        raise ValueError(f"the means must span at most 2 dimensions for an exact answer, got {rank}")
    return points @ basis[:rank].T


def _rule(points: Array, step: float) -> Rule:
    if points.shape[1] == 1:
        return panel_rule(windows(points[:, 0], REACH), step)
    axes = [lattice_rule(windows(points[:, k], REACH), step) for k in range(2)]
    return tensor_rule(axes[0], axes[1])


def _unit_densities(t: Array, points: Array) -> Array:
    nodes = t.reshape(len(t), -1)
    sq_dist = np.zeros((len(points), len(nodes)))
    for k in range(points.shape[1]):
        sq_dist += np.square(nodes[None, :, k] - points[:, None, k])
    return np.exp(-0.5 * sq_dist) / (2 * math.pi) ** (points.shape[1] / 2)
