"""Histograms of cosine similarity and distance within and between classes, a row per layer and a column per epoch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._types import Array, IntArray
from infoflow.clustering import Histogram, PairHistograms, cosine_histograms, distance_histograms
from infoflow.plot import stored, style
from infoflow.plot.grid import layer_epoch_grid
from infoflow.runs import Run

MEASURES = ("cosine", "distance")
_WITHIN, _BETWEEN = style.COLOURS[0], style.COLOURS[4]
_NAMES = {"cosine": "cosine similarity", "distance": "distance"}


def pair_histograms(
    run: Run,
    *,
    measure: str = "cosine",
    layers: Sequence[str] | str | None = None,
    epochs: Sequence[int] | None = None,
    n_epochs: int = 4,
    bins: int = 40,
    twin: bool = False,
) -> Figure:
    """Return histograms of a measure over pairs of kept inputs of the same class and of different classes.

    A row per layer, a column per epoch; heights are the part of the pairs in a bin. Same class: filled; different
    classes: dashed. Up to about 1000 narrow representations all pairs are taken, beyond a random sample of them
    (:func:`infoflow.cosine_histograms` and ``distance_histograms`` of :mod:`infoflow.clustering`).

    Args:
        run: A run that keeps representations.
        measure: ``"cosine"`` or ``"distance"`` (Euclidean).
        layers: Layers to show; all by default.
        epochs: Stored epochs to show; ``n_epochs`` log-spaced ones by default.
        n_epochs: Columns at most, where ``epochs`` is not given.
        bins: Bins of a histogram.
        twin: Show the deterministic twin (noise off everywhere) instead of the noisy network.

    Raises:
        RunFolderError: The run kept no representations, or an array is damaged.
        ValueError: Unknown measure, layer or epoch.
        NonFiniteError: An activation is NaN or infinite.

    Source: [G19] Section 5, figures of within- and between-class cosine similarities.
    """
    _checks.one_of("measure", measure, MEASURES)
    _checks.as_count("bins", bins)
    names = stored.chosen_layers(run, layers, twin=twin)
    shown = stored.chosen_epochs(run, names[0], epochs, n_epochs, twin=twin)
    labels = stored.kept_labels(run)
    figure, axes = layer_epoch_grid(names, shown, name="part of the pairs", values=_NAMES[measure])
    for row, layer in enumerate(names):
        values = [np.asarray(stored.representation(run, layer, epoch, twin=twin), np.float64) for epoch in shown]
        ends = _distance_ends(values)
        for panel, points in zip(axes[row], values, strict=True):
            _draw(panel, _histograms(measure, points, labels, bins, ends))
    figure.suptitle(style.run_title(run, stored.source_name(twin=twin)), fontsize=10)
    figure.legend(handles=_handles(), loc="outside lower center", ncols=2, fontsize=8)
    return figure


def _distance_ends(values: list[Array]) -> tuple[float, float]:
    """Return 0 and the diagonal of the box around all points of all epochs: no pair is farther apart."""
    pooled = np.concatenate(values)
    diagonal = float(np.linalg.norm(pooled.max(axis=0) - pooled.min(axis=0)))
    return 0.0, diagonal * (1 + 1e-9) if diagonal > 0 else 1.0


def _histograms(
    measure: str, points: Array, labels: IntArray, bins: int, ends: tuple[float, float]
) -> PairHistograms | None:
    """Return the histograms; None where the measure is undefined for these points."""
    try:
        if measure == "cosine":
            return cosine_histograms(points, labels, bins=bins)
        return distance_histograms(points, labels, bins=bins, distance_range=ends)
    except IllPosedError:  # fewer than two points, or all of them zero
        return None


def _draw(panel: Any, pair: PairHistograms | None) -> None:
    if pair is None:
        panel.text(0.5, 0.5, "undefined", transform=panel.transAxes, ha="center", va="center", fontsize=8)
        return
    if pair.within is not None:
        _stairs(panel, pair.within, _WITHIN, "-", fill=True)
    if pair.between is not None:
        _stairs(panel, pair.between, _BETWEEN, (0, (3, 1.5)), fill=False)


def _stairs(panel: Any, histogram: Histogram, colour: str, dash: Any, *, fill: bool) -> None:
    if fill:
        panel.stairs(histogram.fractions, histogram.edges, fill=True, color=colour, alpha=0.3)
    panel.stairs(histogram.fractions, histogram.edges, color=colour, linestyle=dash, linewidth=1.1)


def _handles() -> list[Patch]:
    return [
        Patch(facecolor=(*_rgb(_WITHIN), 0.3), edgecolor=_WITHIN, label="same class"),
        Patch(facecolor="none", edgecolor=_BETWEEN, linestyle=(0, (3, 1.5)), label="different classes"),
    ]


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
