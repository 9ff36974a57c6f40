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
from infoflow.mixtures import differentiable, engines, fast
from infoflow.mixtures.choice import choose
from infoflow.mixtures.direct import log_density_direct, log_density_direct_batched
from infoflow.mixtures.engines import EngineReport
from infoflow.mixtures.reference import log_density_reference

ENGINES = engines.ENGINES


@dataclass(frozen=True, kw_only=True)
class GroupedLogDensity:
    """Log-densities, in nats, of each input's queries in the mixtures that an information needs.

    Attributes:
        own: ``log p̂_i(t_ij)``, shape (m, q).
        pooled: ``log Σ_i w_i p̂_i(t_ij)``, shape (m, q).
        own_class: ``log p̂_{y(i)}(t_ij)`` with ``p̂_y`` the weighted mean of ``p̂_i`` over class y, shape (m, q);
            None without labels.
        engine: The engine that did the pooled part.
        report: What it did.
    """

    own: Array
    pooled: Array
    own_class: Array | None
    engine: str
    report: EngineReport | None = None


def log_density(
    queries: ArrayLike,
    centres: ArrayLike,
    *,
    beta: float,
    weights: ArrayLike | None = None,
    tol: float = 1e-12,
    engine: str = "auto",
    threads: int | None = None,
    report: bool = False,
) -> Any:
    """Return the log-density of a Gaussian mixture, ``log Σ_k w_k N(y; c_k, beta² I)``.

    Tensors that require gradients, and tensors on a GPU, stay in torch: the result is then differentiable with
    respect to queries, centres and weights, in memory that does not grow with q x n.

    Args:
        queries: Points y, shape (q, d).
        centres: Component means c, shape (n, d).
        beta: Standard deviation of every component, > 0.
        weights: Non-negative component weights, shape (n,), normalised to sum one; None for equal weights.
        tol: Largest relative error of the density that an engine may make by leaving terms out.
        engine: ``"auto"`` or one of ``ENGINES``.
        threads: CPU threads of the compiled engines; None for torch's number. It does not change the numbers.
        report: Return ``(values, EngineReport)`` instead of the values.

    Returns:
        Log-densities in nats, shape (q,), float64, of the kind (numpy or torch, device) that ``queries`` was.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, an array is empty, ``tol <= 0`` or the engine is unknown.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.
        ImportError: The engine asked for is not installed.
    """
    y = _checks.as_float64("queries", queries, shape="q d")
    c = _checks.as_float64("centres", centres, shape="n d")
    if y.shape[1] != c.shape[1]:
        raise ValueError(f"queries and centres must have the same d, got {y.shape[1]} and {c.shape[1]}")
    scale = _checks.positive_beta(beta)
    log_weights = _log_weights(weights, len(c))
    tolerance = _tolerance(tol)
    engines.require(engine)
    if differentiable.stays_in_torch(queries, centres, weights):
        values = differentiable.log_density_torch(queries, centres, weights, scale)
        done = EngineReport(engine="direct", reason="tensors that need gradients or live on a GPU stay in torch")
    else:
        values, done = _evaluate(y, c, log_weights, scale, tolerance, engine, threads)
        values = torch.from_numpy(values) if isinstance(queries, torch.Tensor) else values
    return (values, done) if report else values


def grouped_log_density(
    queries: Array,
    centres: Array,
    *,
    beta: float,
    weights: Array,
    labels: IntArray | None = None,
    tol: float = 1e-12,
    engine: str = "auto",
    threads: int | None = None,
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
        threads: As in :func:`log_density`.

    Returns:
        See :class:`GroupedLogDensity`; nats. Memory beyond the result is independent of m·n·q.

    Raises:
        ValueError: The engine is unknown.
        ImportError: The engine asked for is not installed.
    """
    engines.require(engine)
    m, q, d = queries.shape
    n = centres.shape[1]
    if engine == "auto":
        engine, reason = choose(queries.reshape(-1, d), centres.reshape(-1, d), beta, tol)
    else:
        reason = "asked for"
    if engine in ("pruned", "nufft"):
        return _grouped_by_classes(queries, centres, beta, weights, labels, tol, threads, engine, reason)
    own = log_density_direct_batched(torch.from_numpy(queries), torch.from_numpy(centres), beta).numpy()
    flat = centres.reshape(m * n, d)
    log_w = np.repeat(np.log(weights / n), n)
    pooled, done = _evaluate(queries.reshape(m * q, d), flat, log_w, beta, tol, engine, threads)
    own_class = None
    if labels is not None:
        own_class = np.empty((m, q))
        for y in range(int(labels.max()) + 1):
            members = labels == y
            class_log_w = np.repeat(np.log(weights[members] / (weights[members].sum() * n)), n)
            points, means = queries[members].reshape(-1, d), centres[members].reshape(-1, d)
            values, _ = _evaluate(points, means, class_log_w, beta, tol, engine, threads)
            own_class[members] = values.reshape(-1, q)
    return GroupedLogDensity(own=own, pooled=pooled.reshape(m, q), own_class=own_class, engine=done.engine, report=done)


def _grouped_by_classes(
    queries: Array,
    centres: Array,
    beta: float,
    weights: Array,
    labels: IntArray | None,
    tol: float,
    threads: int | None,
    engine: str,
    reason: str,
) -> GroupedLogDensity:
    """Own mixtures first: ``w_i p̂_i`` is the lower bound that lets the trees leave most of the rest out."""
    from infoflow.mixtures import batched

    m, q, d = queries.shape
    n = centres.shape[1]
    fast.compile_once()
    own = batched.own_log_density(queries, centres, beta, threads=threads)
    own_part, everything, done = fast.log_sums(
        engine,
        reason,
        queries.reshape(m * q, d),
        centres.reshape(m * n, d),
        np.repeat(np.log(weights / n), n),
        beta,
        tol=tol,
        query_classes=None if labels is None else np.repeat(labels, q),
        centre_classes=None if labels is None else np.repeat(labels, n),
        log_floor=(own + np.log(weights)[:, None]).reshape(-1),
        threads=threads,
    )
    own_class = None
    if labels is not None and own_part is not None:
        log_class_weights = np.log(np.bincount(labels, weights))
        own_class = own_part.reshape(m, q) - log_class_weights[labels][:, None]
    return GroupedLogDensity(
        own=own, pooled=everything.reshape(m, q), own_class=own_class, engine=done.engine, report=done
    )


def _tolerance(tol: Any) -> float:
    value = _checks.as_number("tol", tol)
    if not 0 < value < 1:
        raise ValueError(f"tol must lie strictly between 0 and 1, got {value:g}")
    return value


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


def _evaluate(
    y: Array, c: Array, log_w: Array, beta: float, tol: float, engine: str, threads: int | None
) -> tuple[Array, EngineReport]:
    reason = "asked for"
    if engine == "auto":
        engine, reason = choose(y, c, beta, tol)
    if engine == "reference":
        return log_density_reference(y, c, log_w, beta), EngineReport(engine=engine, reason=reason)
    if engine in ("pruned", "nufft"):
        _, values, done = fast.log_sums(engine, reason, y, c, log_w, beta, tol=tol, threads=threads)
        return values, done
    values = log_density_direct(torch.from_numpy(y), torch.from_numpy(c), torch.from_numpy(log_w), beta)
    return np.asarray(values), EngineReport(engine="direct", reason=reason)
