"""What each comparator says of a layer, with the network it speaks of and the most it could say."""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from infoflow._errors import IllPosedError, InfoflowWarning
from infoflow._result import Status
from infoflow._types import IntArray
from infoflow.clustering import SAXE_GRID, SZT_GRID, binned_entropies, per_neuron_grid
from infoflow.comparators import (
    COMPARATORS,
    Comparison,
    hashing_information,
    kernel_density_information,
    ksg_information,
    listed,
    mixed_neighbours_information,
    nearest_neighbour_information,
    pairwise_information,
    quantised_information,
    renyi_entropy,
    renyi_information,
)
from infoflow.comparators.counting import discrete_entropy
from infoflow.estimators import sliced_information
from infoflow.experiments.compared.layer import SAMPLES, Layer

OF_X, OF_Y = "I(X;T)", "I(Y;T)"
NOISY, ALONE, NOISELESS, QUANTISED = "noisy", "noise here alone", "noiseless", "quantised"
"""Networks: that of the run; its twin with noise at this layer alone; its twin without noise; with rounding instead."""

_PER_NEURON = 30
_SLICES = 8
_DENSITIES_GIVEN = 128
"""Inputs given which a kernel density is fitted."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One number of one comparator.

    Attributes:
        series: What the numbers of all epochs have in common, such as ``"KSG 1"``.
        beside: The quantity whose certified interval stands beside it.
        network: The network that it speaks of.
        inputs: Inputs that X is uniform on.
        ceiling: Largest value that the quantity can have, nats.
        comparison: The number.
    """

    series: str
    beside: str
    network: str
    inputs: int
    ceiling: float
    comparison: Comparison


@dataclass(frozen=True, kw_only=True)
class Runner:
    """How a comparator is run.

    Attributes:
        answers: Maps a layer and the wanted quantities to the answers; more may come than were wanted.
        about: The quantities that it stands beside.
        limit: Inputs it is given at most, where its cost grows with their square or more; None for all.
    """

    answers: Callable[[Layer, Sequence[str]], list[Answer]]
    about: tuple[str, ...] = (OF_X, OF_Y)
    limit: int | None = None


def answers(name: str, layer: Layer, wanted: Sequence[str], limit: int | None = None) -> list[Answer]:
    """Return the answers of the comparator called ``name``; a question that it cannot answer has NaN and the reason.

    Args:
        name: A name of ``RUNNERS``.
        layer: The activations.
        wanted: ``"I(X;T)"``, ``"I(Y;T)"`` or both.
        limit: Inputs for a comparator that has a limit; None for its own.
    """
    runner = RUNNERS[name]
    part = layer
    if runner.limit is not None:
        part = layer.part(limit or runner.limit, max(limit or 0, runner.limit))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InfoflowWarning)  # the rows say it
            found = runner.answers(part, wanted)
    except IllPosedError as error:
        found = [_unanswered(name, part, quantity, str(error)) for quantity in runner.about]
    return [answer for answer in found if answer.beside in wanted]


def _unanswered(name: str, part: Layer, quantity: str, message: str) -> Answer:
    n, d = part.t.shape
    row = listed(name, quantity, math.nan, n=n, d=d, status=Status.VACUOUS, message=message)
    return _answer(part, COMPARATORS[name].title, row)


def _answer(part: Layer, series: str, row: Comparison, *, network: str = NOISY, beside: str = "") -> Answer:
    about = beside or row.quantity
    ceiling = math.log(len(part.inputs)) if about == OF_X else discrete_entropy(part.labels)
    return Answer(
        series=series,
        beside=about,
        network=network,
        inputs=len(part.inputs),
        ceiling=ceiling,
        comparison=row,
    )


def _pairwise(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    rows = pairwise_information(part.twin, part.labels, beta=part.beta)
    network = NOISY if part.exact else ALONE
    return [_answer(part, f"pairwise {row.form.removesuffix(' bound')}", row, network=network) for row in rows]


def _nearest_neighbour(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    rows = nearest_neighbour_information(part.t, _classes(part), beta=part.beta, m=len(part.inputs), given=part.given)
    return [_answer(part, "Kozachenko-Leonenko", row) for row in rows]


def _kernel_density(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    most = _DENSITIES_GIVEN if OF_X in wanted else 1
    given = None if part.given is None else part.given[:most]
    classes, m = _classes(part), len(part.inputs)
    rows = kernel_density_information(part.t, classes, beta=part.beta, m=m, seed=part.seed, given=given)
    return [_answer(part, "kernel density", row) for row in rows]


def _ksg(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    x = part.inputs[part.index]
    return [_answer(part, f"KSG {variant}", ksg_information(x, part.t, variant=variant)) for variant in (1, 2)]


def _mixed_neighbours(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    return [_answer(part, "Ross", mixed_neighbours_information(part.t, _classes(part)))]


def _hashing(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    x = hashing_information(part.inputs[part.index], part.t, seed=part.seed)
    y = hashing_information(_classes(part), part.t, quantity=OF_Y, seed=part.seed)
    return [_answer(part, "hashing", row) for row in (x, y)]


def _renyi(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    seed, most = part.seed, len(part.inputs)
    found: list[Answer] = []
    if OF_X in wanted:
        entropy = renyi_entropy(part.twin, max_points=most, seed=seed)
        of_x = renyi_information(part.inputs, part.twin, max_points=most, seed=seed)
        for series, row in (("Rényi entropy", entropy), ("Rényi with X", of_x)):
            found.append(_answer(part, series, row, network=NOISELESS, beside=OF_X))
    if OF_Y in wanted:
        of_y = renyi_information(part.labels, part.twin, max_points=most, seed=seed)
        found.append(_answer(part, "Rényi with Y", of_y, network=NOISELESS, beside=OF_Y))
    return found


def _quantised(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    return [
        _answer(
            part, f"quantised network, {bits} bits", replace(row, form=f"bits={bits}, every layer"), network=QUANTISED
        )
        for bits, levels in part.quantised.items()
        for row in quantised_information(levels, part.labels)
    ]


def _binned(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    grids = {
        "30 bins on [-1, 1]": SZT_GRID,
        "bins of .07": SAXE_GRID,
        f"{_PER_NEURON} bins per neuron": per_neuron_grid(part.twin, _PER_NEURON),
    }
    n, d = part.twin.shape
    found: list[Answer] = []
    for series, entropy in zip(grids, binned_entropies(part.twin, list(grids.values()), part.labels), strict=True):
        status, message = Status.OK, ""
        if entropy.pinned:
            status, message = Status.NEAR_CEILING, "every input has a cell of its own, whatever the weights"
        of_y = entropy.I_y_bin if entropy.I_y_bin is not None else math.nan
        for quantity, value, beside in (("H(Bin(T))", entropy.H_bin, OF_X), ("I(Y;Bin(T))", of_y, OF_Y)):
            row = listed("binned", quantity, value, n=n, d=d, form=entropy.grid, status=status, message=message)
            found.append(_answer(part, series, row, network=NOISELESS, beside=beside))
    return found


def _sliced(part: Layer, wanted: Sequence[str]) -> list[Answer]:
    ks = range(1, min(2, part.twin.shape[1]) + 1)
    return [_sliced_answer(part, k, quantity) for quantity in wanted for k in ks]


def _sliced_answer(part: Layer, k: int, quantity: str) -> Answer:
    interval = sliced_information(
        part.centres,
        None if part.exact else part.fresh,
        beta=part.beta,
        k=k,
        n_slices=_SLICES,
        labels=None if quantity == OF_X else part.labels,
        mode="asymptotic",
        exact=part.exact,
        seed=part.seed,
    ).interval
    form = f"k={k}, {_SLICES} projections, {interval.confidence:.0%} in [{interval.lower:.3f}, {interval.upper:.3f}]"
    m, n, d = part.centres.shape
    row = listed(
        "sliced", interval.quantity, interval.estimate, n=m * n, d=d, form=form,
        status=interval.status, message=interval.message,
    )  # fmt: skip
    return _answer(part, f"sliced k={k}", row, beside=quantity)


def _classes(part: Layer) -> IntArray:
    """Return the class of every draw of T."""
    return part.labels[part.index]


RUNNERS: dict[str, Runner] = {
    "pairwise": Runner(answers=_pairwise, limit=SAMPLES),
    "nearest_neighbour": Runner(answers=_nearest_neighbour),
    "kernel_density": Runner(answers=_kernel_density, limit=SAMPLES),
    "ksg": Runner(answers=_ksg, about=(OF_X,), limit=1024),
    "mixed_neighbours": Runner(answers=_mixed_neighbours, about=(OF_Y,)),
    "hashing": Runner(answers=_hashing),
    "renyi": Runner(answers=_renyi, limit=512),
    "quantised": Runner(answers=_quantised),
    "binned": Runner(answers=_binned),
    "sliced": Runner(answers=_sliced, limit=SAMPLES),
}
"""How each of ``COMPARATORS`` is run."""
