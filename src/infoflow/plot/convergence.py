"""Estimates against the number of samples, beside the truth."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow import _checks
from infoflow._result import Estimate, Interval
from infoflow._types import Array
from infoflow.plot import style

Result = Estimate | Interval


def convergence_figure(
    results: Mapping[str, Sequence[Result]] | Sequence[Result], *, truth: float | None = None, title: str = ""
) -> Figure:
    """Return estimates against n (log scale), a line per method, with the truth where it is known.

    An :class:`infoflow.Interval` has its band, an :class:`infoflow.Estimate` whiskers of one standard error; a result
    with a status other than ok has a hollow mark.

    Args:
        results: Results at several n by method, or of one method alone; all of one quantity.
        truth: The exact value, nats.
        title: What was estimated.

    Raises:
        TypeError: A result is neither an ``Estimate`` nor an ``Interval``.
        ValueError: No results, or of several quantities.
    """
    methods = results if isinstance(results, Mapping) else {"": results}
    quantity = _quantity(methods)
    figure = style.new_figure(6.4, 4.4)
    axes = figure.subplots()
    handles: list[Any] = []
    marked: list[str] = []
    for index, (name, found) in enumerate(methods.items()):
        ordered = sorted(found, key=lambda result: result.n)
        handles += _draw_method(axes, name or quantity, ordered, index)
        n, values = np.array([result.n for result in ordered]), _values(ordered)[1]
        statuses = [str(result.status) for result in ordered]
        marked += style.draw_statuses(axes, n, values, statuses, style.layer_style(index)["color"])
    if truth is not None:
        exact = _checks.as_number("truth", truth)
        handles.append(
            axes.axhline(exact, color="0.15", linewidth=1.1, linestyle=(0, (1, 1)), label=f"exact {exact:.4f}")
        )
    axes.set_xscale("log")
    axes.set_xlabel("samples $n$")
    axes.set_ylabel(f"{quantity}  [nats]")
    axes.set_title(title.replace("$", r"\$"), fontsize=10)
    axes.legend(handles=[*handles, *style.status_handles(marked)], fontsize=8, framealpha=0.85)
    style.add_grid(axes)
    return figure


def _quantity(methods: Mapping[str, Sequence[Result]]) -> str:
    for found in methods.values():
        for result in found:
            if not isinstance(result, Estimate | Interval):
                raise TypeError(f"results must be Estimate or Interval objects, got {type(result).__name__}")
    if not methods or not all(methods.values()):
        raise ValueError("results must hold at least one result of every method, got none")
    quantities = sorted({result.quantity for found in methods.values() for result in found})
    if len(quantities) > 1:
        raise ValueError(f"results must be of one quantity, got {', '.join(quantities)}")
    return quantities[0]


def _values(found: Sequence[Result]) -> tuple[Array, Array, Array]:
    """Return lower ends, values and upper ends, nats."""
    rows = [
        (one.lower, one.estimate, one.upper)
        if isinstance(one, Interval)
        else (one.nats - one.stderr, one.nats, one.nats + one.stderr)
        for one in found
    ]
    lower, value, upper = np.array(rows, dtype=np.float64).T
    return lower, value, upper


def _draw_method(axes: Axes, name: str, found: Sequence[Result], index: int) -> list[Any]:
    look = style.layer_style(index)
    n = np.array([result.n for result in found])
    lower, value, upper = _values(found)
    if all(isinstance(result, Interval) for result in found):
        axes.fill_between(n, lower, upper, color=look["color"], alpha=0.2, linewidth=0)
    else:
        axes.vlines(n, lower, upper, color=look["color"], linewidth=1.0)
    return axes.plot(n, value, label=name, markersize=5.0, linewidth=1.3, **look)
