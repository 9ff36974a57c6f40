"""Repetitions of a measurement on one axis: their mean as a line, their range as whiskers, intervals as a band."""

from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow._types import Array
from infoflow.plot import style

_COLUMN_INCHES = 2.6
"""Room for an entry of the legend."""


class Repeated(NamedTuple):
    """A measured quantity along an axis; shape (k,) each.

    Attributes:
        x: Positions, ascending.
        mean: Mean over the repetitions.
        least: Smallest of them.
        most: Largest of them.
    """

    x: Array
    mean: Array
    least: Array
    most: Array


def repeated(rows: pd.DataFrame, axis: str, name: str) -> Repeated:
    """Return the column ``name`` along the column ``axis``, over repetitions; empty where nothing was measured."""
    if name not in rows:
        rows = rows.assign(**{name: float("nan")})
    grouped = rows.dropna(subset=[axis, name]).groupby(axis)[name]
    parts = (grouped.mean(), grouped.min(), grouped.max())
    return Repeated(parts[0].index.to_numpy("float64"), *(part.to_numpy("float64") for part in parts))


def draw_repeated(axes: Axes, found: Repeated, index: int, *, label: str, **changed: Any) -> list[Any]:
    """Draw mean and range of repetitions in the style of the method at ``index``; return the handles of a legend."""
    if not len(found.x):
        return []
    look: dict[str, Any] = style.layer_style(index) | {"label": label, "markersize": 4.5, "linewidth": 1.3} | changed
    axes.vlines(found.x, found.least, found.most, color=look["color"], linewidth=1.0)
    return axes.plot(found.x, found.mean, **look)


def draw_band(axes: Axes, rows: pd.DataFrame, axis: str, index: int) -> None:
    """Draw the ends that enclose the certified intervals of all repetitions as a band."""
    lower, upper = repeated(rows, axis, "lower"), repeated(rows, axis, "upper")
    if len(lower.x):
        colour = style.layer_style(index)["color"]
        axes.fill_between(lower.x, lower.least, upper.most, color=colour, alpha=0.18, linewidth=0)


def draw_legend(figure: Figure, handles: dict[str, Any]) -> None:
    """Put one legend below all panels, in as many columns as fit."""
    columns = max(1, int(figure.get_figwidth() / _COLUMN_INCHES))
    figure.legend(
        handles=list(handles.values()),
        labels=list(handles),
        loc="outside lower center",
        ncols=min(columns, len(handles)),
        fontsize=8,
        frameon=False,
    )
