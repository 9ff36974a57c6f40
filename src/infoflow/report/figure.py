"""The figure of a run: information of every layer over the epochs, with its intervals, above the losses."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from infoflow.runs import Run

# Okabe and Ito's colours (distinct for colour-blind readers), ordered so that neighbours differ in lightness too.
_COLOURS = ("#0072B2", "#E69F00", "#000000", "#56B4E9", "#D55E00", "#009E73", "#CC79A7")
_LOSS_COLOUR, _ACCURACY_COLOUR = "#0072B2", "#D55E00"
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_DASHES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":", (0, (8, 2)), (0, (3, 1, 1, 1)))
_AXIS_NAMES = {"I(X;T)": "$I(X;T_\\ell)$", "I(Y;T)": "$I(Y;T_\\ell)$"}
_CEILINGS = {"I(X;T)": "ln m", "I(Y;T)": "H(Y)"}


def information_figure(run: Run, *, quantity: str = "I(X;T)", mode: str = "certified") -> Figure:
    """Return a figure of the information of all layers over the epochs (log scale), above losses and accuracies.

    Bands are the intervals, lines the estimates; an estimate with a status other than ok has a ring. Epoch 0, the
    untrained network, stands left of the logarithmic axis.

    Args:
        run: A run, finished or not.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``.
        mode: ``"certified"`` or ``"asymptotic"``.

    Raises:
        ValueError: The run holds no such estimate yet.
    """
    table = run.table
    table = table[(table["quantity"] == quantity) & (table["mode"] == mode)]
    if table.empty:
        raise ValueError(f"run must hold {mode} estimates of {quantity} for a figure, got none in {run.path}")
    figure = Figure(figsize=(7.5, 6.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1.0))
    _draw_layers(above, table)
    above.set_ylabel(f"{_AXIS_NAMES.get(quantity, quantity)}  [nats]")
    above.set_title(_title(run, table, mode), fontsize=10)
    _draw_losses(below, run.history)
    _set_epoch_axis(below, int(max(table["epoch"].max(), run.history["epoch"].max())))
    return figure


def _draw_layers(axes: Axes, table: pd.DataFrame) -> None:
    """Draw bands, then lines; earlier layers have larger markers, so that coinciding ones all stay visible."""
    handles: list[Any] = []
    for index, (layer, rows) in enumerate(table.groupby("layer", sort=False)):
        colour, marker = _COLOURS[index % len(_COLOURS)], _MARKERS[index % len(_MARKERS)]
        x, estimate = rows["epoch"].to_numpy(), rows["estimate"].to_numpy()
        axes.fill_between(x, rows["lower"].to_numpy(), rows["upper"].to_numpy(), color=colour, alpha=0.22, linewidth=0)
        style: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": _DASHES[index % len(_DASHES)]}
        handles += axes.plot(
            x,
            estimate,
            label=f"{layer} (d = {rows['d'].iloc[0]})",
            markersize=max(4.0, 7.5 - 1.5 * index),
            linewidth=1.3,
            **style,
        )
        odd = (rows["status"] != "ok").to_numpy()
        axes.scatter(x[odd], estimate[odd], s=70, facecolors="none", edgecolors=colour, linewidths=1.0)
    if (table["status"] != "ok").any():
        ring: dict[str, Any] = {"marker": "o", "markersize": 8, "markerfacecolor": "none", "linestyle": "none"}
        handles.append(Line2D([], [], color="0.3", label="status not ok", **ring))
    ceiling = float(table["ceiling"].max())
    if np.isfinite(ceiling):
        axes.axhline(ceiling, color="0.4", linewidth=0.9, linestyle=(0, (1, 1)))
        name = _CEILINGS.get(str(table["quantity"].iloc[0]), "ceiling")
        axes.annotate(
            f"{name} = {ceiling:.3f}",
            (1.0, ceiling),
            xycoords=("axes fraction", "data"),
            xytext=(-3, 3),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=8,
            color="0.3",
        )
        axes.set_ylim(-0.02 * ceiling, 1.08 * ceiling)
    axes.legend(handles=handles, fontsize=8, loc="lower left", framealpha=0.85, ncols=2)
    axes.grid(alpha=0.25, linewidth=0.6)


def _draw_losses(axes: Axes, history: pd.DataFrame) -> None:
    x = history["epoch"].to_numpy()
    lines: list[Any] = []
    for column, style in (("train", "-"), ("test", "--")):
        losses = history[f"{column}_loss"].to_numpy()
        lines += axes.plot(x, losses, color=_LOSS_COLOUR, linestyle=style, linewidth=1.3, label=f"{column} loss")
    axes.set_ylabel("loss  [nats]", color=_LOSS_COLOUR)
    axes.set_ylim(bottom=0.0)
    right = axes.twinx()
    for column, style in (("train", "-"), ("test", "--")):
        accuracies = history[f"{column}_accuracy"].to_numpy()
        lines += right.plot(
            x, accuracies, color=_ACCURACY_COLOUR, linestyle=style, linewidth=1.0, label=f"{column} accuracy"
        )
    right.set_ylabel("accuracy", color=_ACCURACY_COLOUR)
    right.set_ylim(top=1.02)
    axes.legend(handles=lines, fontsize=8, loc="center left", framealpha=0.85)
    axes.grid(alpha=0.25, linewidth=0.6)


def _set_epoch_axis(axes: Axes, last: int) -> None:
    """Logarithmic from epoch 1 on, with epoch 0 half a decade to its left."""
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.4)
    ticks = [0, *(10**power for power in range(len(str(max(last, 1)))))]
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: "init." if value == 0 else f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(-0.2, last * 1.15 if last > 1 else 1.3)
    axes.set_xlabel("epoch (losses without noise)")


def _title(run: Run, table: pd.DataFrame, mode: str) -> str:
    config = run.manifest["config"]
    confidence = float(table["confidence"].iloc[0])
    parts = [run.manifest["experiment"], f"seed {run.manifest['seed']}"]
    if "beta" in config:
        parts.append(f"$\\beta$ = {config['beta']:g}")
    parts.append(f"{mode} intervals, {confidence:.0%} over all layers")
    return ", ".join(parts)
