"""The table: epoch by layer by comparator, with the run's certified interval beside every number."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from infoflow import _checks
from infoflow._errors import ConfigError
from infoflow.comparators import COMPARATORS
from infoflow.experiments.compared.answers import ALONE, NOISY, OF_X, OF_Y, RUNNERS, Answer, answers
from infoflow.experiments.compared.layer import Layer, sampled_layers
from infoflow.experiments.config import nearest
from infoflow.experiments.restored import restored_networks, stored_config, stored_epochs
from infoflow.runs import Run

_DEFAULT_EPOCHS = 5
_BOUNDS = ("lower bound", "upper bound")
"""Forms that may pass the ends of a quantity's range, where they only say nothing."""
_ROUNDING = 1e-9
"""Nats by which two sums that are equal on paper, such as ln m and an entropy of m cells, may differ."""


@dataclass(frozen=True, kw_only=True)
class _Certified:
    """The run's interval of one quantity; NaN where it has none."""

    lower: float = math.nan
    upper: float = math.nan


def compare_stored(
    run: Run,
    *,
    epochs: Sequence[int] | None = None,
    layers: Sequence[str] | None = None,
    quantity: str | None = None,
    only: Sequence[str] | None = None,
    inputs: int | None = None,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Return what every comparator says of the layers of a stored run, beside the run's certified intervals.

    The networks are built again from the checkpoints. Estimators of I(X;T) and I(Y;T) are given one set of draws of
    the noisy network's T; the others, the network that they are about (column ``network``). Where S is random given
    X, ``h(T|X)`` of the entropy estimators is estimated too, from further draws.

    Args:
        run: A stored run of an experiment with vectors, with checkpoints.
        epochs: Stored epochs; five of them by default, from the first to the last.
        layers: Noisy layers, in any order; all by default.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``: only what stands beside it; None for both.
        only: Names of ``infoflow.comparators.COMPARATORS``; all by default.
        inputs: Inputs for the estimators whose cost grows with the square of their number or faster (pairwise, kernel
            density, KSG, Rényi, sliced); their own limits by default (4096; KSG 1024; Rényi 512).
        seed: Seed of draws and estimators.
        progress: Called with a sentence after each layer.

    Returns:
        One row per epoch, layer, comparator, quantity and variant; nats:

        * ``epoch``, ``layer``, ``d``; ``quantity``, what is estimated; ``beside``, the run's quantity next to it;
        * ``estimator``, its name in ``COMPARATORS``; ``series``, its variant's name over all epochs; ``label``, the
          same with the quantity, the network and the inputs where these are not the interval's; ``form``, its settings;
        * ``network``: ``"noisy"``, the run's; ``"noise here alone"``, at this layer only; ``"noiseless"``;
          ``"quantised"``, rounded after every layer instead;
        * ``inputs`` that X is uniform on; ``reduced``, whether they are fewer than all; ``n``, samples;
        * ``nats``, never clipped; ``ceiling``, the most that the quantity can be; ``impossible``, whether the value
          lies outside [0, ceiling] and is no bound; ``status`` and ``message``;
        * ``lower`` and ``upper``, certified, of ``beside``; ``position``: ``"below"``, ``"inside"``, ``"above"``, or
          empty without one of both; ``same``, whether the number is of the very quantity of the interval: same
          network, same inputs.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: An unknown quantity, or a count out of range.
        ConfigError: An unknown layer or comparator (nearest names), or a run of another kind.
        RunFolderError: An epoch without checkpoint, or a run without any.
    """
    config = stored_config(run)
    quantities = (OF_X, OF_Y) if quantity is None else (_checks.one_of("quantity", quantity, (OF_X, OF_Y)),)
    known_layers = [f"T{index + 1}" for index in range(len(config.hidden))]
    chosen = _chosen("layers", layers, known_layers)
    names = _chosen("only", only, list(COMPARATORS))
    names = [name for name in names if set(RUNNERS[name].about) & set(quantities)]
    if not names:
        raise ConfigError(f"only must name comparators of {quantities[0]}, got {', '.join(only or ())}")
    limit = None if inputs is None else _checks.as_count("inputs", inputs, minimum=2)
    _checks.as_count("seed", seed, minimum=0)
    wanted = spread_epochs(stored_epochs(run), _DEFAULT_EPOCHS) if epochs is None else epochs
    certified = _certified(run)
    rows: list[dict[str, Any]] = []
    for restored in restored_networks(run, wanted):
        for layer in sampled_layers(restored, chosen, seed):
            for name in names:
                for answer in answers(name, layer, quantities, limit):
                    beside = certified.get((restored.epoch, layer.name, answer.beside), _Certified())
                    rows.append(_row(restored.epoch, layer, answer, beside))
            if progress is not None:
                progress(f"epoch {restored.epoch}, {layer.name}")
    return pd.DataFrame(rows)


def spread_epochs(epochs: Sequence[int], count: int) -> list[int]:
    """Return at most ``count`` of the ascending ``epochs``, evenly spaced in ln(1 + epoch), both ends included."""
    if len(epochs) <= count:
        return list(epochs)
    first, last = math.log1p(epochs[0]), math.log1p(epochs[-1])
    targets = [first + (last - first) * k / (count - 1) for k in range(count)]
    return sorted({min(epochs, key=lambda epoch: abs(math.log1p(epoch) - target)) for target in targets})


def _chosen(argument: str, names: Sequence[str] | None, known: list[str]) -> list[str]:
    if names is None:
        return known
    if isinstance(names, str):
        raise TypeError(f"{argument} must be a sequence of names, got the string {names!r}")
    for name in names:
        if name not in known:
            raise ConfigError(f"{argument} must be among those that exist, got {name!r}{nearest(name, known)}")
    if not names:
        raise ConfigError(f"{argument} must hold at least one name, got none")
    return [name for name in known if name in names]


def _certified(run: Run) -> dict[tuple[int, str, str], _Certified]:
    table = run.table
    table = table[table["mode"] == "certified"]
    keys = zip(table["epoch"], table["layer"], table["quantity"], strict=True)
    ends = zip(table["lower"], table["upper"], strict=True)
    return {key: _Certified(lower=low, upper=high) for key, (low, high) in zip(keys, ends, strict=True)}


def _row(epoch: int, layer: Layer, answer: Answer, certified: _Certified) -> dict[str, Any]:
    row = answer.comparison
    same = row.quantity == answer.beside and answer.network == NOISY and answer.inputs == layer.m
    return {
        "epoch": epoch,
        "layer": layer.name,
        "quantity": row.quantity,
        "beside": answer.beside,
        "estimator": row.estimator,
        "series": answer.series,
        "label": _label(answer, layer),
        "form": row.form,
        "network": answer.network,
        "nats": row.nats,
        "ceiling": answer.ceiling,
        "inputs": answer.inputs,
        "reduced": answer.inputs < layer.m,
        "n": row.n,
        "d": row.d,
        "status": str(row.status),
        "message": row.message,
        "lower": certified.lower,
        "upper": certified.upper,
        "position": _position(row.nats, certified),
        "same": same,
        "impossible": _impossible(answer),
    }


def _label(answer: Answer, layer: Layer) -> str:
    """Return the series, with whatever tells its quantity from that of the interval beside it."""
    row, parts = answer.comparison, [answer.series]
    if row.quantity != answer.beside:
        parts[0] += f": {row.quantity}"
    if answer.network == ALONE:
        parts.append(answer.network)
    if answer.inputs < layer.m:
        parts.append(f"{answer.inputs} inputs")
    return ", ".join(parts)


def _impossible(answer: Answer) -> bool:
    row = answer.comparison
    if math.isnan(row.nats) or row.form in _BOUNDS:
        return False
    return not -_ROUNDING <= row.nats <= answer.ceiling + _ROUNDING


def _position(nats: float, certified: _Certified) -> str:
    if math.isnan(nats) or math.isnan(certified.lower):
        return ""
    if nats < certified.lower - _ROUNDING:
        return "below"
    return "above" if nats > certified.upper + _ROUNDING else "inside"
