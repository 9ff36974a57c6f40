"""Which upper bound, decoders and draws a layer gets, chosen from draws that judge nothing afterwards.

A choice may look at the held-out fresh draws, and at the first centres of every input where what follows uses only
the other centres and fresh draws. So it costs no confidence (docs/theory/interval.md, "Choices").
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from infoflow._random import derived_seed
from infoflow._types import Array
from infoflow.estimators.concentration import binary_entropy, self_bounding_expectation_lower
from infoflow.estimators.decoders import Decoder, as_decoders, defend, own_gaussians
from infoflow.estimators.gaussians import LARGEST_FULL, GaussianLogDensities, InputGaussians, within_precision
from infoflow.estimators.points import block_points, fresh_points
from infoflow.estimators.question import Mixtures, input_question
from infoflow.estimators.upper_end import Reference
from infoflow.mixtures.dispatch import grouped_log_density, log_density

PAIR_BUDGET = 1e9
"""Kernel evaluations from which a layer is worth more than a pooled pass over all centres; one or two CPU-seconds."""

_MANY_INPUTS = 512
_MANY_CENTRES = 128  # from here on blocks of them are large enough for the reference bound to be the narrower one
_FEWEST_SPLIT = 8
_FEWEST_POOLED = 8
_MOST_FITTED = 128
_PILOT_POINTS = 12
_LABEL_PAIRS = 2.5e8
_LABEL_POINTS = 8192
_LABEL_CENTRES = (8, 32)
_NEAR_CEILING = 0.05  # nats of H - I below which a pooled pass over few centres is all that is needed
_NARROW = 0.01
_DEFENCE = 1e-3
_TYPICAL_LOG_TERM = 7.0


@dataclass(frozen=True)
class Strategy:
    """What to evaluate.

    Attributes:
        pooled: Mixtures of the pooled upper bound; of all centres, or of some of those that no choice looked at.
        q: Points per input of the pooled bound.
        own: Mixtures of the reference bound of I(X;T), and
        reference: its density; None where the pooled bound serves.
        mixture_decoders: Whether ``pooled`` is worth trying as a decoder.
        gaussian_decoders: Fitted decoders; None to fit them to all centres.
        pilot: Log-ratios by quantity at points of the fitted draws, each (m, h), by which the summands of the lower
            end are predicted; empty without any.
    """

    pooled: Mixtures
    q: int
    own: Mixtures
    reference: Reference | None = None
    mixture_decoders: bool = True
    gaussian_decoders: tuple[Decoder, ...] | None = None
    pilot: Mapping[str, Array] = field(default_factory=dict[str, Array])


def choose_strategy(full: Mixtures, held: Array | None, q: int, seed: int) -> Strategy:
    """Return the strategy for mixtures of all centres; the pooled bound with all of them where that is cheap.

    Args:
        full: Mixtures of all centres.
        held: Fresh draws that nothing else is evaluated on, shape (m, h, d), perhaps h = 0; None for an exact layer.
        q: Points per input, even.
        seed: Seed of the noise.
    """
    m, n, _ = full.centres.shape
    everything = Strategy(full, q, full)
    pairs = float(m) * n * m * q
    if held is None or pools_everything(m, n, q) or not within_precision(full.centres, full.beta):
        return everything
    visited = _visited_fraction(full, held, seed) if held.shape[1] else 1.0
    if pairs * visited <= PAIR_BUDGET and (n < _MANY_CENTRES or m < _MANY_INPUTS):
        return everything
    return _with_fitted_densities(full, held, q, visited, seed)


def pools_everything(m: int, n: int, q: int) -> bool:
    """Say whether m inputs with n centres and q points each are few enough for the pooled bound with all of them."""
    return float(m) * n * m * q <= PAIR_BUDGET or n < _FEWEST_SPLIT


def _with_fitted_densities(full: Mixtures, held: Array, q: int, visited: float, seed: int) -> Strategy:
    """Return the strategy that rests on densities fitted to the first centres of every input."""
    n = full.centres.shape[1]
    n_fit = max(2, 2 * n // 7)
    if len(full.centres) >= _MANY_INPUTS:
        n_fit = min(n_fit, _MOST_FITTED)
    fit, own = _part(full, slice(0, n_fit)), _part(full, slice(n_fit, n))
    points = fresh_points(held, full.beta, derived_seed(seed, "pilot of the fits"))[0] if held.shape[1] else None
    first = next(own_gaussians(fit))
    at_points = None if points is None else first.log_densities(points)
    if at_points is not None:
        few = _enough_near_ceiling(at_points, full.weights)
        if few is not None and few <= own.centres.shape[1]:
            return Strategy(_part(own, slice(0, few)), q, own, gaussian_decoders=tuple(as_decoders([first])))
    fitted = (first, *own_gaussians(fit, fewest=2))
    n_label, q_label = _label_pass(own, q, visited)
    pilot = block_points(fit.centres, min(_PILOT_POINTS, n_fit), full.beta, derived_seed(seed, "pilot of the summands"))
    reference = _pooled_reference(first)
    if points is not None and at_points is not None:
        others = _other_references(fit, fitted[1:], q, visited)
        reference = _closest(reference, at_points.pooled, others, points, full.weights)
    like = next((one for one in fitted if one.name == reference.name), None)
    densities = (like or first).log_densities(pilot)
    pooled = reference.log_density(pilot) if like is None else densities.pooled
    return Strategy(
        pooled=_part(own, slice(0, n_label)),
        q=q_label,
        own=own,
        reference=replace(reference, pilot=densities.own - pooled),
        mixture_decoders=False,
        gaussian_decoders=tuple(as_decoders(fitted)),
        pilot=densities.ratios(),
    )


def _enough_near_ceiling(at_points: GaussianLogDensities, weights: Array) -> int | None:
    """Return how many centres per input make a pooled pass narrow, where I(X;T) is near its ceiling; None elsewhere."""
    ceiling = input_question(weights).ceiling
    ratios = defend(at_points.ratios()["I(X;T)"], _DEFENCE)
    equivocation = max(ceiling - float(np.sum(weights * ratios.mean(axis=1))), 0.0)
    if equivocation > _NEAR_CEILING:
        return None
    few = _FEWEST_POOLED
    while True:
        step = binary_entropy(float(weights.max()) / few)
        if equivocation - self_bounding_expectation_lower(equivocation, step, _TYPICAL_LOG_TERM) <= _NARROW:
            return few
        few *= 2


def _label_pass(own: Mixtures, q: int, visited: float) -> tuple[int, int]:
    """Return centres and points per input of the pooled pass for I(Y;T), whose range is small."""
    m, n, _ = own.centres.shape
    points = min(q, 2 * max(1, math.ceil(_LABEL_POINTS / (2 * m))))
    affordable = int(_LABEL_PAIRS / (float(m) * m * points * visited))
    least, most = _LABEL_CENTRES
    return min(max(affordable, least), most, n), points


def _pooled_reference(fitted: InputGaussians) -> Reference:
    return Reference(fitted.name, lambda points: fitted.log_densities(points).pooled)


def _other_references(fit: Mixtures, fitted: tuple[InputGaussians, ...], q: int, visited: float) -> Iterator[Reference]:
    """Yield further densities to choose from: more Gaussians, and the draws' own mixture where those may be poor."""
    m, n, d = fit.centres.shape
    yield from map(_pooled_reference, fitted)
    if d > LARGEST_FULL or m < _MANY_INPUTS:
        count = min(n, max(1, int(PAIR_BUDGET / (float(m) * m * q * visited))))
        some = np.ascontiguousarray(fit.centres[:, :count]).reshape(m * count, d)
        weights = np.repeat(fit.weights / count, count)

        def mixture(points: Array) -> Array:
            flat = points.reshape(-1, d)
            values = log_density(flat, some, beta=fit.beta, weights=weights, tol=fit.tol, engine=fit.engine)
            return np.asarray(values).reshape(points.shape[:2])

        yield Reference("mixture of held-out centres", mixture)


def _closest(
    first: Reference, at_points: Array, others: Iterator[Reference], points: Array, weights: Array
) -> Reference:
    """Return the density with the highest mean log-density of the held-out points, of ``first`` and the others."""
    best, highest = first, _mean(at_points, weights)
    for other in others:
        reached = _mean(other.log_density(points), weights)
        if reached > highest:
            best, highest = other, reached
    return best


def _mean(values: Array, weights: Array) -> float:
    return float(np.sum(weights * values.mean(axis=1)))


def _part(mixtures: Mixtures, rows: slice) -> Mixtures:
    return replace(mixtures, centres=np.ascontiguousarray(mixtures.centres[:, rows]))


def _visited_fraction(full: Mixtures, held: Array, seed: int) -> float:
    """Return the fraction of pairs that the engine evaluates, from one noisy held-out draw of each input."""
    points, _ = fresh_points(np.ascontiguousarray(held[:, :1]), full.beta, derived_seed(seed, "pilot"))
    grouped = grouped_log_density(
        points, held, beta=full.beta, weights=full.weights, labels=None, tol=full.tol, engine=full.engine
    )
    if grouped.report is None or grouped.engine == "nufft":
        return 1e-9 if grouped.engine == "nufft" else 1.0
    return max(grouped.report.visited, 1e-9)
