"""From an entropy estimator to informations: ``I(X;T) = h(T) - h(T|X)`` and ``I(Y;T) = h(T) - Σ_y π_y h(T|y)``.

Where S is a function of X, ``h(T|X) = h(Z)``; deeper in a noisy network it is larger, and estimated from draws of T
given each of some inputs.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._types import Array, ArrayLike
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.counting import discrete_entropy
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import range_standing, reported
from infoflow.mixtures.reference import log_gaussian_constant


def noise_entropy(d: int, beta: float) -> float:
    """Return ``h(Z) = (d/2) ln(2πe beta²)``, in nats."""
    return 0.5 * d - log_gaussian_constant(d, beta)


def informations(
    entropy: Callable[[Array], Comparison],
    t: Array,
    labels: Any | None,
    *,
    beta: float,
    m: int | None,
    given: ArrayLike | None = None,
) -> tuple[Comparison, ...]:
    """Return I(X;T), and I(Y;T) where labels are given, from an estimator of the entropy of samples.

    Args:
        entropy: Maps samples (n, d) to h(T).
        t: Noisy samples, shape (n, d), the inputs equally often.
        labels: Class of each sample, shape (n,), or None.
        beta: Noise standard deviation; ``h(T|X) = h(Z)`` unless draws are given.
        m: Number of inputs, for the ceiling ln m; None for n.
        given: Draws of T given each of j inputs, shape (j, r, d); None where S is a function of X.

    Raises:
        ValueError: Shapes do not match, or m is not between 1 and n.
        NonFiniteError: NaN or infinity in the draws.
        IllPosedError: ``beta <= 0``, or a class, or the draws given an input, too small for the estimator.
    """
    n, d = t.shape
    n_inputs = n if m is None else _checks.as_count("m", m)
    if n_inputs > n:
        raise ValueError(f"m must be at most the number of samples {n}, got {n_inputs}")
    scale = _checks.positive_beta(beta, m=n_inputs)
    classes = None if labels is None else _checks.as_labels("labels", labels, m=n)
    h_t_given_x, form = (noise_entropy(d, scale), "") if given is None else _conditional(entropy, given, d)
    h_t = entropy(t)
    of_x = replace(h_t, form=f"{h_t.form}{form}")
    rows = [_information(of_x, "I(X;T)", h_t.nats - h_t_given_x, math.log(n_inputs))]
    if classes is not None:
        parts: list[tuple[float, Comparison]] = []
        for y in range(int(classes.max()) + 1):
            own = t[classes == y]
            try:
                parts.append((len(own) / n, entropy(own)))
            except IllPosedError as error:
                raise IllPosedError(f"class {y} (in sorted order) has too few samples: {error}") from None
        h_t_given_y = math.fsum(share * part.nats for share, part in parts)
        rows.append(_information(h_t, "I(Y;T)", h_t.nats - h_t_given_y, discrete_entropy(classes)))
    return tuple(reported(row) for row in rows)


def _conditional(entropy: Callable[[Array], Comparison], given: ArrayLike, d: int) -> tuple[float, str]:
    """Return h(T|X), averaged over the inputs whose draws are given, and what to say of it."""
    draws = _checks.as_float64("given", given, shape="j r d")
    if draws.shape[2] != d:
        raise ValueError(f"given must have the dimension of the samples, {d}, got {draws.shape[2]}")
    j, r, _ = draws.shape
    values = np.array([entropy(of_input).nats for of_input in draws])
    form = f", h(T|X) of {j} inputs by {r} draws each"
    if j > 1 and np.isfinite(values).all():
        form += f", s.e. {values.std(ddof=1) / math.sqrt(j):.2g}"
    return float(values.mean()), form


def _information(h_t: Comparison, quantity: str, nats: float, ceiling: float) -> Comparison:
    status, message = range_standing(nats, ceiling)
    row = listed(h_t.estimator, quantity, nats, n=h_t.n, d=h_t.d, form=h_t.form, status=status, message=message)
    return replace(row, message="; ".join(part for part in (message, h_t.message) if part))
