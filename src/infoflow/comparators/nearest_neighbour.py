"""The Kozachenko–Leonenko entropy: a density from the distance to the k-th nearest sample."""

import math
from typing import Any

import numpy as np
from scipy.spatial import KDTree
from scipy.special import digamma, gammaln

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._result import Status
from infoflow._types import Array, ArrayLike
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.differences import informations
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import reported

_NAME = "nearest_neighbour"


def nearest_neighbour_entropy(samples: ArrayLike, *, k: int = 3) -> Comparison:
    """Return ``ĥ = ψ(n) - ψ(k) + ln V_d + (d/n) Σ_i ln ε_i``, ε_i the Euclidean distance to the k-th neighbour of t_i.

    V_d is the volume of the unit ball. Bias O((k/n)^(2/d)) for a smooth density, of either sign.

    Args:
        samples: Independent draws of T, shape (n, d).
        k: Neighbour, 1..n-1.

    Returns:
        h(T) in nats; ``-inf``, with status ``VACUOUS``, where a distance is zero: such samples have no density.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, or ``k < 1``.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``k`` neighbours do not exist.

    Source: Kozachenko & Leonenko 1987; Kraskov, Stögbauer & Grassberger, PRE 2004, equation (20).
    """
    return reported(_entropy(_checks.as_float64("samples", samples, shape="n d"), _checks.as_count("k", k)))


def nearest_neighbour_information(
    samples: ArrayLike,
    labels: Any | None = None,
    *,
    beta: float,
    m: int | None = None,
    k: int = 3,
    given: ArrayLike | None = None,
) -> tuple[Comparison, ...]:
    """Return ``I(X;T) = ĥ(T) - h(Z)``, and ``I(Y;T) = ĥ(T) - Σ_y π_y ĥ(T|y)`` where labels are given.

    Args:
        samples: Noisy T = S + Z with S a function of the input, shape (n, d), every input equally often.
        labels: Class of each sample, shape (n,), or None.
        beta: Noise standard deviation, > 0.
        m: Number of inputs, for the ceiling ln m; None for n.
        k: Neighbour.
        given: Draws of T given each of j inputs, shape (j, r, d), for a layer whose S is random given X: in the place
            of h(Z) stands the mean of ĥ(T|x) over these inputs.

    Returns:
        I(X;T), then I(Y;T), in nats; a value outside its possible range stays as it is and its status says so.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, or a number is out of range.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``, or a class, or the draws given an input, of k samples or fewer.

    Source: as :func:`nearest_neighbour_entropy`.
    """
    t = _checks.as_float64("samples", samples, shape="n d")
    count = _checks.as_count("k", k)
    return informations(lambda part: _entropy(part, count), t, labels, beta=beta, m=m, given=given)


def _entropy(t: Array, k: int) -> Comparison:
    n, d = t.shape
    if n <= k:
        raise IllPosedError(f"k must be less than the number of samples {n}, got {k}")
    distances = np.asarray(KDTree(t).query(t, k=k + 1)[0])[:, k]  # the first neighbour is the point itself
    form, n_zero = f"k={k}", int(np.count_nonzero(distances == 0))
    if n_zero:
        message = f"{n_zero} of {n} samples coincide with {k} others: no density, h = -inf; is there noise in T?"
        return listed(_NAME, "h(T)", -math.inf, n=n, d=d, form=form, status=Status.VACUOUS, message=message)
    log_ball = 0.5 * d * math.log(math.pi) - float(gammaln(0.5 * d + 1))
    nats = float(digamma(n) - digamma(k)) + log_ball + d * float(np.mean(np.log(distances)))
    return listed(_NAME, "h(T)", nats, n=n, d=d, form=form)
