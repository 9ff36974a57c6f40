"""Mutual information of a discrete and a continuous variable from counts of neighbours (Ross)."""

from typing import Any

import numpy as np
from scipy.spatial import KDTree
from scipy.special import digamma

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.counting import discrete_entropy
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import range_standing, reported

_NAME = "mixed_neighbours"


def mixed_neighbours_information(t: ArrayLike, labels: Any, *, k: int = 3) -> Comparison:
    """Return ``Î = ψ(n) + ψ(k) - (1/n) Σ_i (ψ(n_y(i)) + ψ(m_i))``.

    ``n_y`` is the size of sample i's class; ``m_i`` the number of samples, i included, strictly nearer than i's k-th
    neighbour within its class. Distances are largest coordinates.

    Args:
        t: Continuous samples, shape (n, d).
        labels: Class of each, shape (n,).
        k: Neighbour within the class.

    Returns:
        I(Y;T) in nats; status ``VACUOUS`` where a distance is zero.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, or ``k < 1``.
        NonFiniteError: NaN or infinity.
        IllPosedError: A class has k samples or fewer.

    Source: Ross, "Mutual Information between Discrete and Continuous Data Sets", PLoS ONE 2014, (5).
    """
    samples = _checks.as_float64("t", t, shape="n d")
    n, d = samples.shape
    classes = _checks.as_labels("labels", labels, m=n)
    sizes = np.bincount(classes)
    if sizes.min() <= _checks.as_count("k", k):
        raise IllPosedError(f"every class must have more than k = {k} samples, got one of {sizes.min()}")
    radius = _class_radius(samples, classes, k)
    nearer = KDTree(samples).query_ball_point(samples, np.nextafter(radius, 0.0), p=np.inf, return_length=True)
    within = np.asarray(nearer)
    nats = float(digamma(n) + digamma(k) - np.mean(digamma(sizes[classes]) + digamma(within)))
    status, message = range_standing(nats, discrete_entropy(classes))
    n_zero = int(np.count_nonzero(radius == 0))
    if n_zero:
        status = Status.VACUOUS
        message = f"{n_zero} of {n} samples coincide with {k} others of their class: T has no density given Y"
    return reported(listed(_NAME, "I(Y;T)", nats, n=n, d=d, form=f"k={k}", status=status, message=message))


def _class_radius(samples: Array, classes: IntArray, k: int) -> Array:
    """Return each sample's distance to its k-th nearest neighbour within its class, shape (n,)."""
    radius = np.empty(len(samples))
    for y in range(int(classes.max()) + 1):
        own = samples[classes == y]
        radius[classes == y] = np.asarray(KDTree(own).query(own, k=k + 1, p=np.inf)[0])[:, k]
    return radius
