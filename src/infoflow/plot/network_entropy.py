"""Entropy estimates of a trained layer against the number of samples, without an exact value, a panel per network."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from infoflow._types import Array
from infoflow.plot import style
from infoflow.plot.repeated import Repeated, draw_band, draw_legend, draw_repeated, repeated

_METHODS = {"plug_in": "plug-in", "nearest_neighbour": "Kozachenko-Leonenko"}
_BAND = "certified interval"
_REFERENCE = "plug-in at the largest $n$"
_TOLERANCE = 0.05
"""Nats around the value at the largest n within which an estimate counts as settled."""


def network_entropy_figure(table: pd.DataFrame, title: str) -> Figure:
    """Return the figure of the cases of a run on a network; see :func:`infoflow.plot.validation_figure`.

    Every seed trains a network of its own with an entropy of its own: a panel each.
    """
    seeds = sorted(table["seed"].unique())
    figure = style.new_figure(max(6.4, 0.8 + 3.6 * len(seeds)), 4.6)
    panels = figure.subplots(1, len(seeds), squeeze=False)
    handles: dict[str, Any] = {}
    for panel, seed in zip(panels.flat, seeds, strict=True):
        rows = table[table["seed"] == seed]
        handles |= _draw(panel, rows)
        one = rows.iloc[0]
        accuracy = f"training accuracy {one['train_accuracy']:.3f}"
        panel.set_title(f"$d$ = {one['d']:g}, $\\beta$ = {one['beta']:g}, seed {seed:g}: {accuracy}", fontsize=9)
        panel.set_xlabel("samples $n$")
    figure.supylabel("$h(T)$  [nats]", fontsize=10)
    figure.suptitle(title, fontsize=10)
    draw_legend(figure, handles)
    return figure


def settled_from(x: Array, values: Array, tolerance: float = _TOLERANCE) -> float:
    """Return the least x from which on every value is within ``tolerance`` of the last one.

    Args:
        x: Positions, ascending, shape (k,), k >= 1.
        values: Values, shape (k,).
        tolerance: Of the unit of ``values``.
    """
    settled = x[-1]
    for position, value in zip(x[::-1], values[::-1], strict=True):
        if abs(value - values[-1]) > tolerance:
            break
        settled = position
    return float(settled)


def _draw(axes: Axes, rows: pd.DataFrame) -> dict[str, Any]:
    handles: dict[str, Any] = {}
    draw_band(axes, rows, "n", 0)
    if "lower" in rows and rows["lower"].notna().any():
        handles[_BAND] = Patch(color=style.layer_style(0)["color"], alpha=0.18)
    found = {name: repeated(rows, "n", name) for name in _METHODS}
    for index, (name, label) in enumerate(_METHODS.items()):
        for handle in draw_repeated(axes, found[name], index, label=label):
            handles[label] = handle
    handles[_REFERENCE] = _rule(axes, found["plug_in"])
    axes.set_xscale("log")
    _set_range(axes, [*found["plug_in"].least], [float(most) for one in found.values() for most in one.most])
    axes.tick_params(labelsize=8)
    style.add_grid(axes)
    return handles


def _rule(axes: Axes, plug_in: Repeated) -> Any:
    """Rule the mean plug-in at the largest n, and say from where on the mean stays with it."""
    last = float(plug_in.mean[-1])
    text = f"{last:.3f}; within {_TOLERANCE:g} nats from $n$ = {settled_from(plug_in.x, plug_in.mean):g}"
    axes.annotate(
        text, (0.0, last), xycoords=("axes fraction", "data"), xytext=(4, 3), textcoords="offset points", fontsize=7,
        color="0.15", va="bottom",
    )  # fmt: skip
    return axes.axhline(last, **style.REFERENCE)


def _set_range(axes: Axes, least: list[float], most: list[float]) -> None:
    """Show all estimates; the interval of few samples reaches farther, and its band is cut."""
    low, high = min(least), max(most)
    room = 0.06 * max(high - low, 1.0)
    axes.set_ylim(low - room, high + room)
