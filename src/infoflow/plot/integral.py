"""Error of the Monte-Carlo integral against the number of draws, beside its bounds, a panel per dimension and noise."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow._types import Array
from infoflow.plot import style
from infoflow.plot.repeated import draw_legend, draw_repeated, repeated

_FORMS = {"rmse": "published form", "own_rmse": "infoflow's form (ratio)"}
_BOUNDS = {"published_bound": "published bound", "poincare_bound": "bound $\\sqrt{d/(n\\,n_{mc})}$"}
_SMALLEST = 1e-5
"""Where hardly two centres overlap infoflow's form has no error but rounding: that is not drawn."""


def integral_figure(table: pd.DataFrame, title: str) -> Figure:
    """Return the figure of the cases of a run on the integral; see :func:`infoflow.plot.validation_figure`."""
    panels = list(table.groupby(["beta", "d"], sort=True))
    columns = table["d"].nunique()
    n_rows = -(-len(panels) // columns)
    figure = style.new_figure(max(6.4, 1.0 + 3.1 * columns), 1.6 + 3.0 * n_rows)
    axes = figure.subplots(n_rows, columns, squeeze=False, sharex=True, sharey=True)
    handles: dict[str, Any] = {}
    for panel, ((beta, d), rows) in zip(axes.flat, panels, strict=True):
        handles |= _draw(panel, rows)
        panel.set_title(f"$d$ = {d:g}, $n$ = {rows['n'].iloc[0]:g}, $\\beta$ = {beta:g}", fontsize=9)
    for panel in axes[-1]:
        panel.set_xlabel("draws per centre $n_{mc}$")
    figure.supylabel("root-mean-square error  [nats]", fontsize=10)
    figure.suptitle(title, fontsize=10)
    draw_legend(figure, handles)
    return figure


def _draw(axes: Axes, rows: pd.DataFrame) -> dict[str, Any]:
    handles: dict[str, Any] = {}
    notes: list[str] = []
    for index, (name, label) in enumerate(_FORMS.items()):
        found = repeated(rows[rows[name] > _SMALLEST], "n_mc", name)
        if not len(found.x):
            notes.append(f"{label}: rounding only")
            continue
        (handles[label],) = draw_repeated(axes, found, index, label=label)
        stderr = repeated(rows[rows[name] > _SMALLEST], "n_mc", f"{name}_stderr").mean
        axes.errorbar(
            found.x, found.mean, 2.0 * stderr, fmt="none", ecolor=style.layer_style(index)["color"], capsize=2
        )
        if len(found.x) > 1:
            notes.append(f"{label}: slope {log_slope(found.x, found.mean):.3f}")
    for (name, label), dash in zip(_BOUNDS.items(), ("--", ":"), strict=True):
        bound = repeated(rows, "n_mc", name)
        (handles[label],) = axes.plot(bound.x, bound.mean, color="0.3", linewidth=1.1, linestyle=dash)
    axes.set_xscale("log", base=4)
    axes.set_yscale("log")
    axes.annotate(
        "\n".join(notes), (0.03, 0.03), xycoords="axes fraction", fontsize=7, va="bottom",
        bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "alpha": 0.8, "linewidth": 0},
    )  # fmt: skip
    axes.xaxis.set_major_formatter("{x:g}")
    style.add_grid(axes)
    return handles


def log_slope(x: Array, y: Array) -> float:
    """Return the slope of the least-squares line of ln y against ln x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
