"""A grid of small panels: a row per layer, a column per epoch."""

from collections.abc import Sequence
from typing import Any

from infoflow.plot import style


def layer_epoch_grid(layers: Sequence[str], epochs: Sequence[int], *, name: str, values: str) -> tuple[Any, Any]:
    """Return a figure and its axes, shape (layers, epochs), with layers at the right and epochs on top.

    Args:
        layers: Rows.
        epochs: Columns.
        name: What the vertical axes count.
        values: What the horizontal axes are.
    """
    figure = style.new_figure(1.0 + 1.75 * len(epochs), 1.2 + 1.25 * len(layers))
    axes = figure.subplots(len(layers), len(epochs), squeeze=False, sharex="row", sharey="row")
    for column, epoch in enumerate(epochs):
        axes[0, column].set_title(style.epoch_name(epoch), fontsize=9)
        axes[-1, column].set_xlabel(values, fontsize=8)
    for row, layer in enumerate(layers):
        beside: dict[str, Any] = {"xycoords": "axes fraction", "xytext": (4, 0), "textcoords": "offset points"}
        axes[row, -1].annotate(layer, (1.0, 0.5), rotation=-90, ha="left", va="center", weight="bold", **beside)
        for panel in axes[row]:
            panel.tick_params(labelsize=7)
            panel.grid(alpha=0.25, linewidth=0.5)
    figure.supylabel(name, fontsize=9)
    return figure, axes
