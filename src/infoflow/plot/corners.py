"""Entropy estimates of the corner mixtures against the number of samples, a panel per dimension and noise."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from infoflow.plot import style
from infoflow.plot.repeated import draw_band, draw_legend, draw_repeated, repeated

_METHODS = {
    "plug_in": "plug-in",
    "nearest_neighbour": "Kozachenko-Leonenko",
    "kernel_density": "kernel density, cross-validated",
}
_EXACT = "exact"
_BAND = "certified interval"


def corner_figure(table: pd.DataFrame, title: str) -> Figure:
    """Return the figure of the cases of a run on corner mixtures; see :func:`infoflow.plot.validation_figure`."""
    dimensions, betas = (sorted(table[name].unique()) for name in ("d", "beta"))
    figure = style.new_figure(
        max(6.4, 0.8 + 3.1 * len(dimensions)), 1.4 + (3.2 if len(betas) == 1 else 2.3 * len(betas))
    )
    panels = figure.subplots(len(betas), len(dimensions), squeeze=False, sharex=True)
    handles: dict[str, Any] = {}
    for row, beta in enumerate(betas):
        for column, d in enumerate(dimensions):
            panel, rows = panels[row, column], table[(table["d"] == d) & (table["beta"] == beta)]
            handles |= _draw(panel, rows)
            panel.set_title(f"$d$ = {d:g}, $\\beta$ = {beta:g}", fontsize=9)
    for panel in panels[-1]:
        panel.set_xlabel("samples $n$")
    figure.supylabel("$h(T)$  [nats]", fontsize=10)
    figure.suptitle(title, fontsize=10)
    draw_legend(figure, handles)
    return figure


def _draw(axes: Axes, rows: pd.DataFrame) -> dict[str, Any]:
    exact = float(rows["exact"].iloc[0])
    line = axes.axhline(exact, color="0.15", linewidth=1.1, linestyle=(0, (1, 1)), zorder=5)
    handles: dict[str, Any] = {_EXACT: line}
    axes.annotate(
        f"{exact:.3f}", (0.0, exact), xycoords=("axes fraction", "data"), xytext=(3, 2), textcoords="offset points",
        fontsize=7, color="0.15", va="bottom",
    )  # fmt: skip
    draw_band(axes, rows, "n", 0)
    if "lower" in rows and rows["lower"].notna().any():
        handles[_BAND] = Patch(color=style.layer_style(0)["color"], alpha=0.18)
    values: list[float] = [exact]
    for index, (name, label) in enumerate(_METHODS.items()):
        found = repeated(rows, "n", name)
        values += [*found.least, *found.most]
        for handle in draw_repeated(axes, found, index, label=label):
            handles[label] = handle
    axes.set_xscale("log")
    below = max(exact - min(values), 0.5)
    top = max(max(values), exact + 0.6 * below)  # an interval of few samples reaches far higher: its band is cut
    room = 0.06 * (top - min(values))
    axes.set_ylim(exact - below - room, top + room)
    axes.tick_params(labelsize=8)
    style.add_grid(axes)
    return handles
