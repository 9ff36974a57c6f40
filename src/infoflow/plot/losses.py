"""The panel below an information curve: losses and accuracies over the epochs."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from infoflow.plot import style

LOSS_COLOUR, ACCURACY_COLOUR = "#0072B2", "#D55E00"
_STYLES = (("train", "-"), ("test", "--"))


def draw_losses(axes: Axes, history: pd.DataFrame, name: str) -> None:
    """Draw train and test loss on ``axes`` and both accuracies on its right-hand twin, where they are known.

    Args:
        axes: Where.
        history: As ``Run.history``.
        name: Name of the loss axis.
    """
    x = history["epoch"].to_numpy()
    lines: list[Any] = []
    for column, dash in _STYLES:
        lines += axes.plot(
            x, history[f"{column}_loss"], color=LOSS_COLOUR, linestyle=dash, linewidth=1.5, label=f"{column} loss"
        )
    axes.set_ylabel(name, color=LOSS_COLOUR)
    axes.set_ylim(bottom=0.0)
    if history[["train_accuracy", "test_accuracy"]].notna().to_numpy().any():
        lines += _draw_accuracies(axes, x, history)
    axes.legend(handles=lines, fontsize=8, loc="center left", framealpha=0.85)
    style.add_grid(axes)


def _draw_accuracies(axes: Axes, x: Any, history: pd.DataFrame) -> list[Any]:
    right = axes.twinx()
    lines: list[Any] = []
    for column, dash in _STYLES:
        values = history[f"{column}_accuracy"]
        lines += right.plot(
            x, values, color=ACCURACY_COLOUR, linestyle=dash, linewidth=0.9, label=f"{column} accuracy", alpha=0.9
        )
    right.set_ylabel("accuracy", color=ACCURACY_COLOUR)
    right.set_ylim(top=1.02)
    return lines
