"""One way in to every engine: ``log_density`` and its grouped form.

Engines share one contract (``tests/contract/test_engines.py``): the same numbers to ``tol``, whatever the order of
centres and queries, and nothing allocated of size queries x centres.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from infoflow import _checks
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.mixtures.direct import log_density_direct, log_density_direct_batched
from infoflow.mixtures.reference import log_density_reference

ENGINES = ("auto", "reference", "direct")


@dataclass(frozen=True, kw_only=True)
class GroupedLogDensity:
    """Log-densities, in nats, of each input's queries in the mixtures that an information needs.

    Attributes:
        own: ``log p̂_i(t_ij)``, shape (m, q).
        pooled: ``log Σ_i w_i p̂_i(t_ij)``, shape (m, q).
        own_class: ``log p̂_{y(i)}(t_ij)`` with ``p̂_y`` the weighted mean of ``p̂_i`` over class y, shape (m, q);
            None without labels.
        engine: The engine that did the pooled part.
    """

    own: Array
    pooled: Array
    own_class: Array | None
    engine: str


def log_density(
    queries: ArrayLike,
    centres: ArrayLike,
    *,
    beta: float,
    weights: ArrayLike | None = None,
    tol: float = 1e-12,
    engine: str = "auto",
) -> Any:
    """Return the log-density of a Gaussian mixture, ``log Σ_k w_k N(y; c_k, beta² I)``.

    Args:
        queries: Points y, shape (q, d).
        centres: Component means c, shape (n, d).
        beta: Standard deviation of every component, > 0.
        weights: Non-negative component weights, shape (n,), normalised to sum one; None for equal weights.
        tol: Largest relative error of the density that an engine may make by leaving terms out.
        engine: ``"auto"`` or one of ``ENGINES``.

    Returns:
        Log-densities in nats, shape (q,), of the kind (numpy or torch) that ``queries`` was.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, an array is empty, ``tol <= 0`` or the engine is unknown.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.
    """
    y = _checks.as_float64("queries", queries, shape="q d")
    c = _checks.as_float64("centres", centres, shape="n d")
    if y.shape[1] != c.shape[1]:
        raise ValueError(f"queries and centres must have the same d, got {y.shape[1]} and {c.shape[1]}")
    scale = _checks.positive_beta(beta)
    _checks.one_of("engine", engine, ENGINES)
    log_weights = _log_weights(weights, len(c))
    values, _ = _evaluate(y, c, log_weights, scale, tol, engine)
    return torch.from_numpy(values) if isinstance(queries, torch.Tensor) else values


def grouped_log_density(
    queries: Array,
    centres: Array,
    *,
    beta: float,
    weights: Array,
    labels: IntArray | None = None,
    tol: float = 1e-12,
    engine: str = "auto",
) -> GroupedLogDensity:
    """Return own-input, pooled and own-class log-densities of each input's queries; arguments already checked.

    Args:
        queries: Points t_ij that belong to input i, shape (m, q, d).
        centres: Centres c_ik of input i, shape (m, n, d).
        beta: Standard deviation of every component.
        weights: Probabilities w_i of the inputs, shape (m,).
        labels: Classes 0..n_classes-1 of the inputs, shape (m,).
        tol: As in :func:`log_density`.
        engine: As in :func:`log_density`.

    Returns:
        See :class:`GroupedLogDensity`; nats. Memory beyond the result is independent of m·n·q.
    """
    m, q, d = queries.shape
    n = centres.shape[1]
    log_w = np.repeat(np.log(weights / n), n)
    flat = centres.reshape(m * n, d)
    pooled, used = _evaluate(queries.reshape(m * q, d), flat, log_w, beta, tol, engine)
    own = log_density_direct_batched(torch.from_numpy(queries), torch.from_numpy(centres), beta).numpy()
    own_class = None
    if labels is not None:
        own_class = np.empty((m, q))
        for y in range(int(labels.max()) + 1):
            members = labels == y
            class_weights = weights[members] / weights[members].sum()
            values, _ = _evaluate(
                queries[members].reshape(-1, d),
                centres[members].reshape(-1, d),
                np.repeat(np.log(class_weights / n), n),
                beta,
                tol,
                engine,
            )
            own_class[members] = values.reshape(-1, q)
    return GroupedLogDensity(own=own, pooled=pooled.reshape(m, q), own_class=own_class, engine=used)


def _log_weights(weights: ArrayLike | None, n: int) -> Array:
    if weights is None:
        return np.full(n, -np.log(n))
    values = _checks.as_float64("weights", weights, shape="n")
    if len(values) != n:
        raise ValueError(f"weights must have shape ({n},), got {values.shape}")
    if values.min() < 0 or values.sum() <= 0:
        raise ValueError(f"weights must be non-negative with a positive sum, got minimum {values.min():g}")
    with np.errstate(divide="ignore"):
        return np.log(values / values.sum())


def _evaluate(y: Array, c: Array, log_w: Array, beta: float, tol: float, engine: str) -> tuple[Array, str]:
    if engine == "reference":
        return log_density_reference(y, c, log_w, beta), "reference"
    values = log_density_direct(torch.from_numpy(y), torch.from_numpy(c), torch.from_numpy(log_w), beta)
    return np.asarray(values), "direct"
