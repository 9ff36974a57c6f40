"""Histograms of activations, a row per layer and a column per epoch."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from infoflow import _checks
from infoflow.plot import stored, style
from infoflow.plot.grid import layer_epoch_grid
from infoflow.runs import Run


def activation_histograms(
    run: Run,
    *,
    layers: Sequence[str] | str | None = None,
    epochs: Sequence[int] | None = None,
    n_epochs: int = 5,
    bins: int = 40,
    twin: bool = False,
) -> Figure:
    """Return histograms of the kept activations, all units of a layer together, a row per layer, a column per epoch.

    Bins of a layer are the same at all epochs and span its smallest to largest shown value; heights are the part of
    the activations in a bin.

    Args:
        run: A run that keeps representations.
        layers: Layers to show; all by default.
        epochs: Stored epochs to show; ``n_epochs`` log-spaced ones by default.
        n_epochs: Columns at most, where ``epochs`` is not given.
        bins: Bins of a histogram.
        twin: Show the deterministic twin (noise off everywhere) instead of the noisy network.

    Raises:
        RunFolderError: The run kept no representations, or an array is damaged.
        ValueError: Unknown layer or epoch.
        NonFiniteError: An activation is NaN or infinite.
    """
    _checks.as_count("bins", bins)
    names = stored.chosen_layers(run, layers, twin=twin)
    shown = stored.chosen_epochs(run, names[0], epochs, n_epochs, twin=twin)
    figure, axes = layer_epoch_grid(names, shown, name="part of the activations", values="activation")
    for row, layer in enumerate(names):
        values = [stored.representation(run, layer, epoch, twin=twin).ravel() for epoch in shown]
        for array in values:
            _checks.check_finite(f"activations of {layer}", array)
        edges = np.histogram_bin_edges(np.concatenate(values), bins)
        for panel, array in zip(axes[row], values, strict=True):
            parts = np.histogram(array, edges)[0] / array.size
            panel.stairs(parts, edges, fill=True, color=style.COLOURS[3], alpha=0.6)
            panel.stairs(parts, edges, color=style.COLOURS[0], linewidth=0.8)
    figure.suptitle(style.run_title(run, stored.source_name(twin=twin)), fontsize=10)
    return figure
