"""The information plane: I(Y;T) against I(X;T), a path per layer."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from infoflow.plot import stored, style
from infoflow.runs import Run

_KEYS = ["epoch", "layer"]
_TAKEN = [*_KEYS, "lower", "estimate", "upper", "status", "ceiling", "d"]


def information_plane(run: Run, *, mode: str = "certified") -> Figure:
    """Return the information plane of a run: a path per layer, points coloured by epoch, crosses as wide as intervals.

    Args:
        run: A run, finished or not.
        mode: ``"certified"`` or ``"asymptotic"``; nats.

    Raises:
        ValueError: The run lacks estimates of I(X;T) or of I(Y;T), or has no epoch and layer with both.
    """
    points = _joined(run, mode)
    figure = style.new_figure(7.2, 5.6)
    axes = figure.subplots()
    shade = Normalize(0.0, max(float(style.epoch_shade(points["epoch"].max())), 1e-9))
    handles: list[Any] = []
    marked: list[str] = []
    for index, (layer, rows) in enumerate(points.groupby("layer", sort=False)):
        handles.append(_draw_path(axes, str(layer), rows, index, shade))
        for suffix in ("_x", "_y"):
            statuses = rows[f"status{suffix}"].tolist()
            marked += style.draw_statuses(axes, rows["estimate_x"], rows["estimate_y"], statuses, "0.2")
    _draw_limits(axes, points)
    figure.legend(handles=[*handles, *style.status_handles(marked)], fontsize=8, loc="outside lower center", ncols=5)
    style.add_epoch_bar(figure, axes, shade, int(points["epoch"].max()))
    confidence = float(run.table["confidence"].iloc[0])
    axes.set_title(style.run_title(run, f"{mode} intervals, {confidence:.0%} over all layers"), fontsize=10)
    return figure


def _joined(run: Run, mode: str) -> pd.DataFrame:
    both = [stored.estimates(run, quantity, mode)[_TAKEN] for quantity in ("I(X;T)", "I(Y;T)")]
    points = both[0].merge(both[1], on=_KEYS, suffixes=("_x", "_y"))
    if points.empty:
        raise ValueError(f"run must hold I(X;T) and I(Y;T) of one layer at one epoch, got no such pair in {run.path}")
    return points


def _draw_path(axes: Axes, layer: str, rows: pd.DataFrame, index: int, shade: Normalize) -> Any:
    look = style.layer_style(index)
    x, y = rows["estimate_x"].to_numpy(), rows["estimate_y"].to_numpy()
    line: dict[str, Any] = {"color": look["color"], "linestyle": look["linestyle"]}
    axes.plot(x, y, linewidth=1.0, alpha=0.75, zorder=2, **line)
    axes.hlines(y, rows["lower_x"], rows["upper_x"], color=look["color"], linewidth=0.6, alpha=0.45, zorder=1)
    axes.vlines(x, rows["lower_y"], rows["upper_y"], color=look["color"], linewidth=0.6, alpha=0.45, zorder=1)
    axes.scatter(
        x,
        y,
        c=style.epoch_shade(rows["epoch"]),
        cmap=style.epoch_colours(),
        norm=shade,
        marker=look["marker"],
        s=30,
        edgecolors=look["color"],
        linewidths=0.7,
        zorder=3,
    )
    label = f"{layer} (d = {rows['d_x'].iloc[0]})"
    (handle,) = axes.plot([], [], label=label, marker=look["marker"], markerfacecolor="white", markersize=6, **line)
    return handle


def _draw_limits(axes: Axes, points: pd.DataFrame) -> None:
    top, right = float(points["ceiling_y"].max()), float(points["ceiling_x"].max())
    axes.axhline(top, **style.REFERENCE)
    axes.axvline(right, **style.REFERENCE)
    axes.set_xlabel("$I(X;T_\\ell)$  [nats]")
    axes.set_ylabel("$I(Y;T_\\ell)$  [nats]")
    axes.text(
        0.02, top, f"H(Y) = {top:.3f}", transform=axes.get_yaxis_transform(), va="bottom", fontsize=8, color="0.3"
    )
    axes.text(
        right, 0.5, f"ln m = {right:.3f}", transform=axes.get_xaxis_transform(), rotation=90, ha="right", va="center",
        fontsize=8, color="0.3",
    )  # fmt: skip
    axes.set_ylim(bottom=min(0.0, float(points["lower_y"].min())) - 0.02 * top, top=1.06 * top)
    style.add_grid(axes)
