"""Information of Reed-Muller codes against the noise, a panel per code."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow.plot import style
from infoflow.plot.repeated import draw_band, draw_legend, draw_repeated, repeated
from infoflow.truths import ReedMuller

_CURVE_POINTS = 60
_BLACK = 2  # the style of the exact curve


def code_figure(table: pd.DataFrame, title: str) -> Figure:
    """Return the figure of the cases of a run on codes; see :func:`infoflow.plot.validation_figure`."""
    log_lengths = sorted(table["log_length"].unique())
    figure = style.new_figure(max(6.4, 1.0 + 3.3 * len(log_lengths)), 4.6)
    handles: dict[str, Any] = {}
    for panel, m in zip(figure.subplots(1, len(log_lengths), squeeze=False).flat, log_lengths, strict=True):
        handles |= _draw(panel, table[table["log_length"] == m], int(m))
        panel.set_title(f"RM({m:g},{m:g}): $I(X;T) \\leq$ {2.0**m * math.log(2):.2f} nats", fontsize=9)
        panel.set_xlabel("noise s.d. $\\beta$")
    figure.supylabel("$I(X;T)$  [nats]", fontsize=10)
    figure.suptitle(title, fontsize=10)
    draw_legend(figure, handles)
    return figure


def _draw(axes: Axes, rows: pd.DataFrame, m: int) -> dict[str, Any]:
    betas = np.geomspace(float(rows["beta"].min()), float(rows["beta"].max()), _CURVE_POINTS)
    exact = [ReedMuller(m, m, float(beta)).information for beta in betas]
    name = "exact, $2^m I_{BIAWGN}(\\beta)$"
    (line,) = axes.plot(betas, exact, color="0.15", linewidth=1.4, label=name, zorder=5)
    handles: dict[str, Any] = {name: line}
    for index, n in enumerate(sorted(rows["n"].dropna().unique()) if "n" in rows else []):
        sampled = rows[rows["n"] == n]
        look = index if index < _BLACK else index + 1
        draw_band(axes, sampled, "beta", look)
        label = f"plug-in, $n$ = {n:g} (band: certified)"
        for handle in draw_repeated(axes, repeated(sampled, "beta", "plug_in"), look, label=label):
            handles[label] = handle
        if math.log(n) < 2.0**m * math.log(2):
            _rule(axes, n)
    whole = rows[rows["n"].isna()] if "n" in rows else rows
    if len(whole):
        label = "certified, all words enumerated"
        lower, upper = repeated(whole, "beta", "lower"), repeated(whole, "beta", "upper")
        middle = repeated(whole, "beta", "estimate").mean
        ends = [middle - lower.least, upper.most - middle]
        handles[label] = axes.errorbar(
            lower.x, middle, ends, fmt="none", ecolor="#D55E00", elinewidth=2.0, capsize=4, zorder=6
        )
    axes.set_xscale("log")
    axes.set_ylim(-0.03 * max(exact), 1.12 * 2.0**m * math.log(2))
    style.add_grid(axes)
    return handles


def _rule(axes: Axes, n: float) -> None:
    """Rule ln n, the most that n samples can show."""
    axes.axhline(math.log(n), **style.REFERENCE)
    axes.annotate(
        f"ln {n:g}", (1.0, math.log(n)), xycoords=("axes fraction", "data"), xytext=(-2, 2),
        textcoords="offset points", ha="right", fontsize=7, color="0.3",
    )  # fmt: skip
