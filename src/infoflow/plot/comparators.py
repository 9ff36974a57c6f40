"""What comparators say of a stored run over its epochs, a panel per layer, with the certified interval as a band."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from infoflow import _checks
from infoflow.plot import style
from infoflow.runs import Run

_COLOURS = {
    "pairwise": "#0072B2",
    "nearest_neighbour": "#D55E00",
    "kernel_density": "#E69F00",
    "ksg": "#CC79A7",
    "mixed_neighbours": "#7A3E9D",
    "hashing": "#009E73",
    "renyi": "#56B4E9",
    "quantised": "#555555",
    "binned": "#8C5A2B",
    "sliced": "#5F8D1E",
}
_BELOW, _ABOVE = -0.16, 1.28
"""Ends of the axis, in ceilings: room for values that are impossible."""
_COLUMNS, _LEGEND_COLUMNS, _LEAST_WIDTH = 3, 4, 7.5
_BAND: dict[str, Any] = {"facecolor": "#FFE680", "edgecolor": "black", "linewidth": 1.1}
_FORBIDDEN: dict[str, Any] = {"facecolor": "none", "edgecolor": "0.82", "hatch": "////", "linewidth": 0.0}


def comparators_figure(table: pd.DataFrame, *, quantity: str | None = None, run: Run | None = None) -> Figure:
    """Return the values of every comparator over the epochs, beside the run's certified intervals.

    A solid line has the very quantity of the interval, for the same network and inputs; a broken line another one, as
    its name says. Where no value can lie, below 0 and above the ceiling, the panels are hatched; a value beyond their
    edge has a triangle there that points to it, and one that is no number is not drawn.

    Args:
        table: What :func:`infoflow.experiments.compare_stored` returned; nats.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``; by default that of the first row.
        run: The run, for the title.

    Raises:
        ValueError: The table is empty, or has nothing beside this quantity.
    """
    if table.empty:
        raise ValueError("table must hold at least one row, got none")
    present = [str(beside) for beside in dict.fromkeys(table["beside"])]
    chosen = present[0] if quantity is None else _checks.one_of("quantity", quantity, present)
    rows = table[table["beside"] == chosen]
    layers = list(dict.fromkeys(rows["layer"]))
    columns = min(_COLUMNS, len(layers))
    n_rows = -(-len(layers) // columns)
    looks = _looks(rows)
    figure = style.new_figure(max(_LEAST_WIDTH, 1.2 + 3.6 * columns), 1.9 + 2.9 * n_rows)
    grid = figure.subplots(n_rows, columns, sharex=True, sharey=True, squeeze=False)
    for spare in grid.flat[len(layers) :]:
        spare.remove()
    for position, (panel, layer) in enumerate(zip(grid.flat, layers, strict=False)):
        _draw_layer(panel, rows[rows["layer"] == layer], looks, chosen)
        if position % columns == 0:
            panel.set_ylabel("information or entropy  [nats]")
        if position + columns < len(layers):
            panel.set_xlabel("")
        panel.tick_params(labelbottom=position + columns >= len(layers))
    _add_legend(figure, rows, looks, chosen, columns)
    title = f"comparators beside {style.AXIS_NAMES[chosen]}"
    figure.suptitle(title if run is None else style.run_title(run, title), fontsize=10)
    return figure


def _looks(rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return colour (by comparator), marker (by variant) and dash (solid for the quantity itself) of every series."""
    looks: dict[str, dict[str, Any]] = {}
    variants: dict[str, int] = {}
    for series, found in rows.groupby("series", sort=False):
        estimator = str(found["estimator"].iloc[0])
        variant = variants.get(estimator, 0)
        variants[estimator] = variant + 1
        same = bool(found["same"].all())
        looks[str(series)] = {
            "color": _COLOURS[estimator],
            "marker": style.MARKERS[(variant + list(_COLOURS).index(estimator)) % len(style.MARKERS)],
            "linestyle": "-" if same else (0, (4, 2)) if variant == 0 else (0, (1.5, 1.5)),
            "linewidth": 1.3 if same else 1.0,
            "markersize": 5.0 if same else 3.8,
            "markerfacecolor": _COLOURS[estimator] if same else "white",
        }
    return looks


def _draw_layer(axes: Axes, rows: pd.DataFrame, looks: dict[str, dict[str, Any]], quantity: str) -> None:
    ceiling = float(rows["ceiling"].max())
    low, high = _BELOW * ceiling, _ABOVE * ceiling
    at_epoch = rows.drop_duplicates("epoch").sort_values("epoch")
    axes.fill_between(at_epoch["epoch"], at_epoch["lower"], at_epoch["upper"], zorder=2.9, **_BAND)
    axes.axhspan(low, 0.0, **_FORBIDDEN)
    axes.axhspan(ceiling, high, **_FORBIDDEN)
    axes.axhline(ceiling, **style.REFERENCE)
    name = f"{style.CEILING_NAMES[quantity]} = {ceiling:.3f}"
    clear = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.0}
    place: dict[str, Any] = {
        "xycoords": ("axes fraction", "data"),
        "xytext": (0, 5),
        "textcoords": "offset points",
    }
    axes.annotate(name, (0.25, ceiling), ha="center", fontsize=8, color="0.3", zorder=5, bbox=clear, **place)
    beyond = {"^": 0, "v": 0}
    for series, found in rows.groupby("series", sort=False):
        found = found.sort_values("epoch")
        x, y = found["epoch"].to_numpy(), found["nats"].to_numpy(dtype=np.float64)
        look = looks[str(series)]
        axes.plot(x, np.where((y >= low) & (y <= high), y, np.nan), zorder=3, **look)
        for marker, chosen in (("^", y > high), ("v", y < low)):
            if chosen.any():
                edge = _edge(marker, beyond[marker], (low, high))
                beyond[marker] += 1
                axes.plot(
                    x[chosen], np.full(int(chosen.sum()), edge), linestyle="none", marker=marker, color=look["color"],
                    markersize=6.0, zorder=4,
                )  # fmt: skip
    style.add_grid(axes)
    style.set_epoch_axis(axes, int(rows["epoch"].max()))
    axes.set_ylim(low, high)
    axes.set_title(f"{rows['layer'].iloc[0]} (d = {rows['d'].iloc[0]})", fontsize=9)


def _edge(marker: str, place: int, ends: tuple[float, float]) -> float:
    """Return the height of the triangles of a series beyond an edge, those of several one under the other."""
    low, high = ends
    inset = 0.045 * (place + 0.6) * (high - low)
    return high - inset if marker == "^" else low + inset


def _add_legend(
    figure: Figure, rows: pd.DataFrame, looks: dict[str, dict[str, Any]], quantity: str, columns: int
) -> None:
    handles: list[Any] = [
        Patch(label=f"certified {quantity}", **_BAND),
        Patch(label="impossible", **_FORBIDDEN),
        Line2D([], [], linestyle="none", marker="^", color="0.4", label="beyond the axis"),
    ]
    labels = rows.groupby("series", sort=False)["label"].last()
    handles += [Line2D([], [], label=labels[series].replace("$", r"\$"), **look) for series, look in looks.items()]
    ncols = min(_LEGEND_COLUMNS, max(3, columns + 1))
    note = f"solid: {quantity} of the same network and inputs; broken: another quantity, network or fewer inputs"
    figure.legend(
        handles=handles, fontsize=7.5, loc="outside lower center", ncols=ncols, title=note, title_fontsize=8,
        handlelength=3.2,
    )  # fmt: skip
