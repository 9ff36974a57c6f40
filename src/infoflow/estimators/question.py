"""What is asked of a layer, I(X;T) or I(Y;T), and the log-density ratios that answer it.

For I(X;T) the groups are the inputs, for I(Y;T) the classes. With w_i the probability of input i, π_g that of group g,
``p_g = Σ_{i in g} (w_i/π_g) p_i`` and ``p̄ = Σ_i w_i p_i``, both are ``I = Σ_i w_i E_{t~p_i} ln(p_{g(i)}(t)/p̄(t))``.
"""

from dataclasses import dataclass

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.mixtures.dispatch import grouped_log_density


@dataclass(frozen=True)
class Question:
    """One information: its name, the probability of each input's own group, and its ceiling.

    Attributes:
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``.
        log_prior: ``ln π_{g(i)}`` of each input, shape (m,).
        ceiling: Entropy of the groups, ``-Σ_g π_g ln π_g``, in nats.
    """

    quantity: str
    log_prior: Array
    ceiling: float


@dataclass(frozen=True)
class Mixtures:
    """Gaussian mixtures of all inputs: the estimate ``p̂_i`` of every ``p_i``, or a decoder in its place.

    Attributes:
        centres: Component means, shape (m, n, d).
        beta: Their standard deviation.
        weights: Probabilities of the inputs, shape (m,).
        labels: Classes of the inputs 0..n_classes-1, shape (m,), or None.
        tol: Relative tolerance of the densities.
        engine: Engine of the densities.
    """

    centres: Array
    beta: float
    weights: Array
    labels: IntArray | None
    tol: float
    engine: str


def input_question(weights: Array) -> Question:
    """Return the question I(X;T) for inputs of probabilities ``weights`` (m,)."""
    log_prior = np.log(weights)
    return Question("I(X;T)", log_prior, float(-np.sum(weights * log_prior)))


def label_question(weights: Array, labels: IntArray) -> Question:
    """Return the question I(Y;T) for inputs of probabilities ``weights`` (m,) in classes ``labels`` (m,)."""
    class_probability = np.bincount(labels, weights=weights)
    log_class = np.log(class_probability)
    return Question("I(Y;T)", log_class[labels], float(-np.sum(class_probability * log_class)))


def log_ratios(points: Array, mixtures: Mixtures) -> tuple[dict[str, Array], str]:
    """Return ``ln(p̂_{g(i)}(t)/p̂̄(t))`` at each input's points, by quantity, and the engine that was used.

    Args:
        points: Points of each input, shape (m, q, d).
        mixtures: The mixtures; without labels only I(X;T) is answered.

    Returns:
        Ratios of shape (m, q), in nats, never above ``-ln π_{g(i)}``.
    """
    grouped = grouped_log_density(
        points,
        mixtures.centres,
        beta=mixtures.beta,
        weights=mixtures.weights,
        labels=mixtures.labels,
        tol=mixtures.tol,
        engine=mixtures.engine,
    )
    ratios = {"I(X;T)": grouped.own - grouped.pooled}
    if grouped.own_class is not None:
        ratios["I(Y;T)"] = grouped.own_class - grouped.pooled
    return ratios, grouped.engine
