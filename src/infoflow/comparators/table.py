"""Every comparator on the same activations, as one list."""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._errors import IllPosedError, InfoflowWarning
from infoflow._random import stream
from infoflow._result import Status
from infoflow._types import Array, ArrayLike, IntArray
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.hashing import hashing_information
from infoflow.comparators.kernel_density import kernel_density_information
from infoflow.comparators.ksg import ksg_information
from infoflow.comparators.mixed_neighbours import mixed_neighbours_information
from infoflow.comparators.nearest_neighbour import nearest_neighbour_information
from infoflow.comparators.pairwise import pairwise_information
from infoflow.comparators.quantised import quantised_information
from infoflow.comparators.registry import COMPARATORS, listed
from infoflow.comparators.renyi import renyi_entropy, renyi_information

_SAMPLES = 4096
_BITS = (8, 4)
_ON_SAMPLES = ("nearest_neighbour", "kernel_density", "ksg", "mixed_neighbours", "hashing")
"""Estimators of the noisy layer's own information, which the pairwise bounds enclose."""


@dataclass(frozen=True)
class _Activations:
    """What the estimators are given: one row per input, and noisy samples of it."""

    s: Array
    t: Array
    labels: IntArray | None
    inputs: Array | None
    beta: float
    n_draws: int
    seed: int

    @property
    def index(self) -> IntArray:
        """The input that each noisy sample belongs to, shape (m n_draws,)."""
        return np.repeat(np.arange(len(self.s)), self.n_draws)

    @property
    def sample_labels(self) -> IntArray | None:
        """The class of each noisy sample."""
        return None if self.labels is None else self.labels[self.index]


def compare(
    s: ArrayLike,
    labels: Any | None = None,
    *,
    beta: float,
    inputs: ArrayLike | None = None,
    names: Sequence[str] | None = None,
    n_draws: int | None = None,
    seed: int = 0,
) -> list[Comparison]:
    """Return what every comparator says of one layer, ``T = S + Z`` with S a function of the input.

    Estimators that need samples of T are given the same ``n_draws`` noisy draws of each input; those that look at
    the noiseless representation are given ``s``. An estimate of I(X;T) or I(Y;T) from samples that lies outside the
    pairwise bounds, which hold for certain, has the status ``OUTSIDE_BRACKET``. No warning is issued.

    Args:
        s: Noiseless representation of each input, shape (m, d).
        labels: Class of each input, shape (m,); None leaves out I(Y;T).
        beta: Noise standard deviation, > 0.
        inputs: The inputs themselves, shape (m, d_x), for estimators that take X as a vector; None where there are
            none to give: ``"ksg"`` then has no answer, the others take X as the input's index.
        names: Names of ``COMPARATORS`` in the order wanted; None for all that this package computes. ``"binned"`` and
            ``"sliced"`` are computed elsewhere (see :func:`listed`).
        n_draws: Noisy draws per input; None for as many as make 4096 samples, at least one.
        seed: Seed of the noise and of the estimators.

    Returns:
        One row per estimator, quantity and form, in nats. An estimator that cannot answer has a row with NaN, status
        ``VACUOUS`` and the reason.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, an unknown name, or one that is computed elsewhere.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.
    """
    rows = _checks.as_float64("s", s, shape="m d")
    m, d = rows.shape
    scale = _checks.positive_beta(beta, m=m)
    x = None if inputs is None else _checks.as_float64("inputs", inputs, shape="m d_x")
    if x is not None and len(x) != m:
        raise ValueError(f"inputs must have as many rows as s, {m}, got {len(x)}")
    classes = None if labels is None else _checks.as_labels("labels", labels, m=m)
    chosen = _names(names)
    count = max(1, math.ceil(_SAMPLES / m)) if n_draws is None else _checks.as_count("n_draws", n_draws)
    noise = stream(seed, "noise of the comparators").standard_normal((m * count, d))
    t = np.repeat(rows, count, axis=0) + scale * noise
    activations = _Activations(rows, t, classes, x, scale, count, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfoflowWarning)  # the rows say it
        bounds = _pairwise(activations)
        return [_bracketed(row, bounds) for name in chosen for row in _answers(name, activations)]


def _names(names: Sequence[str] | None) -> list[str]:
    if names is None:
        return list(_RUNNERS)
    if isinstance(names, str):
        raise TypeError(f"names must be a sequence of names, got the string {names!r}")
    for name in names:
        if name in COMPARATORS and name not in _RUNNERS:
            raise ValueError(f"names must hold estimators computed here, got {name!r}: see {COMPARATORS[name].home}")
        _checks.one_of("names", name, tuple(_RUNNERS))
    return list(names)


def _answers(name: str, activations: _Activations) -> Sequence[Comparison]:
    try:
        return _RUNNERS[name](activations)
    except IllPosedError as error:
        n, d = activations.t.shape
        quantity = COMPARATORS[name].quantities
        return [listed(name, quantity, math.nan, n=n, d=d, status=Status.VACUOUS, message=str(error))]


def _bracketed(row: Comparison, bounds: Sequence[Comparison]) -> Comparison:
    """Return ``row`` with a status if it is an estimate of what ``bounds`` enclose and lies outside them."""
    own = {bound.form: bound.nats for bound in bounds if bound.quantity == row.quantity}
    if row.estimator not in _ON_SAMPLES or row.status is not Status.OK or not own:
        return row
    lower, upper = own["lower bound"], own["upper bound"]
    if lower <= row.nats <= upper:
        return row
    side, distance = ("above", row.nats - upper) if row.nats > upper else ("below", lower - row.nats)
    message = f"{distance:.3g} nats {side} the pairwise bounds [{lower:.4f}, {upper:.4f}], which hold for certain"
    return replace(row, status=Status.OUTSIDE_BRACKET, message="; ".join(filter(None, (message, row.message))))


def _pairwise(a: _Activations) -> Sequence[Comparison]:
    return pairwise_information(a.s, a.labels, beta=a.beta)


def _nearest_neighbour(a: _Activations) -> Sequence[Comparison]:
    return nearest_neighbour_information(a.t, a.sample_labels, beta=a.beta, m=len(a.s))


def _kernel_density(a: _Activations) -> Sequence[Comparison]:
    return kernel_density_information(a.t, a.sample_labels, beta=a.beta, m=len(a.s), seed=a.seed)


def _ksg(a: _Activations) -> Sequence[Comparison]:
    if a.inputs is None:
        raise IllPosedError("inputs must be given for ksg, which needs X as a vector, got None")
    x = a.inputs[a.index]
    return [ksg_information(x, a.t, variant=variant) for variant in (1, 2)]


def _mixed_neighbours(a: _Activations) -> Sequence[Comparison]:
    if a.labels is None:
        raise IllPosedError("labels must be given for mixed_neighbours, which estimates I(Y;T), got None")
    return [mixed_neighbours_information(a.t, a.sample_labels)]


def _hashing(a: _Activations) -> Sequence[Comparison]:
    x = a.index if a.inputs is None else a.inputs[a.index]
    rows = [hashing_information(x, a.t, seed=a.seed)]
    if a.labels is not None:
        rows.append(hashing_information(a.sample_labels, a.t, quantity="I(Y;T)", seed=a.seed))
    return rows


def _renyi(a: _Activations) -> Sequence[Comparison]:
    rows = [renyi_entropy(a.s, seed=a.seed)]
    rows += [renyi_information(x, a.s, seed=a.seed) for x in (a.inputs, a.labels) if x is not None]
    return rows


def _quantised(a: _Activations) -> Sequence[Comparison]:
    return [row for bits in _BITS for row in quantised_information(a.s, a.labels, bits=bits)]


_RUNNERS: dict[str, Callable[[_Activations], Sequence[Comparison]]] = {
    "pairwise": _pairwise,
    "nearest_neighbour": _nearest_neighbour,
    "kernel_density": _kernel_density,
    "ksg": _ksg,
    "mixed_neighbours": _mixed_neighbours,
    "hashing": _hashing,
    "renyi": _renyi,
    "quantised": _quantised,
}
