"""Information of every layer over the epochs, with its intervals, above the losses."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow.plot import stored, style
from infoflow.plot.losses import draw_losses
from infoflow.runs import Run


def information_curves(run: Run, *, quantity: str = "I(X;T)", mode: str = "certified") -> Figure:
    """Return a figure of the information of all layers over the epochs (log scale), above losses and accuracies.

    Bands are the intervals, lines the estimates; an estimate with a status other than ok has a hollow mark. Epoch 0,
    the untrained network, stands left of the logarithmic axis. Losses are those without noise.

    Args:
        run: A run, finished or not.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``; nats.
        mode: ``"certified"`` or ``"asymptotic"``.

    Raises:
        ValueError: The run holds no such estimate yet.
    """
    table = stored.estimates(run, quantity, mode)
    history = run.history
    figure = style.new_figure(7.5, 6.5)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1.0))
    handles = draw_bands(above, table)
    above.legend(handles=handles, fontsize=8, loc="best", framealpha=0.85, ncols=2)
    above.set_ylabel(f"{style.AXIS_NAMES.get(quantity, quantity)}  [nats]")
    confidence = float(table["confidence"].iloc[0])
    above.set_title(style.run_title(run, f"{mode} intervals, {confidence:.0%} over all layers"), fontsize=10)
    if not history.empty:
        draw_losses(below, history, style.loss_axis_name(run))
    style.set_epoch_axis(below, max(int(frame["epoch"].max()) for frame in (table, history) if not frame.empty))
    below.set_xlabel("epoch (losses without noise)")
    return figure


def draw_bands(axes: Axes, table: pd.DataFrame) -> list[Any]:
    """Draw bands, lines, statuses and ceiling of one quantity and mode on ``axes``; return the entries of a legend.

    Args:
        axes: Where; x is the epoch.
        table: Rows of ``Run.table`` of one quantity and mode.
    """
    handles: list[Any] = []
    marked: list[str] = []
    for index, (layer, rows) in enumerate(table.groupby("layer", sort=False)):
        look = style.layer_style(index)
        x, estimate = rows["epoch"].to_numpy(), rows["estimate"].to_numpy()
        lower, upper = rows["lower"].to_numpy(), rows["upper"].to_numpy()
        axes.fill_between(x, lower, upper, color=look["color"], alpha=0.22, linewidth=0)
        label = f"{layer} (d = {rows['d'].iloc[0]})"
        handles += axes.plot(x, estimate, label=label, linewidth=1.3, **style.line_marks(index, len(x)), **look)
        marked += style.draw_statuses(axes, x, estimate, rows["status"].tolist(), look["color"])
    style.draw_ceiling(axes, float(table["ceiling"].max()), str(table["quantity"].iloc[0]))
    style.add_grid(axes)
    return [*handles, *style.status_handles(marked)]
