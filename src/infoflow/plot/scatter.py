"""Where a layer sends its inputs: points coloured by class, a panel per epoch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from infoflow import _checks
from infoflow._errors import RunFolderError
from infoflow._types import Array, IntArray
from infoflow.plot import stored, style
from infoflow.runs import Run

_COLUMNS = 3
_MARGIN = 0.06


def representation_scatter(
    run: Run,
    *,
    layer: str | None = None,
    epochs: Sequence[int] | None = None,
    n_epochs: int = 6,
    dimensions: int | None = None,
    twin: bool = False,
) -> Figure:
    """Return a scatter of a layer's kept representations by class, a panel per epoch with the same axes.

    A layer of one unit is spread over its classes; of two or three units it is shown as it is; a wider one is
    projected on the principal axes of all shown epochs together, so that panels compare.

    Args:
        run: A run that keeps representations.
        layer: Layer; the last by default.
        epochs: Stored epochs to show; ``n_epochs`` log-spaced ones by default.
        n_epochs: Panels at most, where ``epochs`` is not given.
        dimensions: 2 or 3 axes; as many as the layer has units, at most 3, by default.
        twin: Show the deterministic twin (noise off everywhere) instead of the noisy network.

    Raises:
        RunFolderError: The run kept no representations, or an array is damaged.
        ValueError: Unknown layer, epoch or number of dimensions.
    """
    layer = stored.stored_layers(run, twin=twin)[-1] if layer is None else layer
    stored.chosen_layers(run, layer, twin=twin)
    shown = stored.chosen_epochs(run, layer, epochs, n_epochs, twin=twin)
    classes = np.unique(stored.kept_labels(run), return_inverse=True)
    raw = [np.asarray(stored.representation(run, layer, epoch, twin=twin), dtype=np.float64) for epoch in shown]
    _check_rows(run, raw, classes[1])
    d = raw[0].shape[1]
    points, names = _coordinates(raw, classes[1], layer, min(3, d) if dimensions is None else _dimension(dimensions, d))
    figure = _panels(points, names, classes[1], [style.epoch_name(epoch) for epoch in shown])
    figure.legend(
        handles=_class_handles(classes[0]), loc="outside lower center", ncols=min(len(classes[0]), 10), fontsize=8
    )
    title = style.run_title(run, f"{layer} (d = {d})", stored.source_name(twin=twin))
    figure.suptitle(title, fontsize=10)
    return figure


def _dimension(value: int, d: int) -> int:
    _checks.as_count("dimensions", value, minimum=2)
    if value > 3 or value > d:
        raise ValueError(f"dimensions must be 2 or 3 and at most the layer's {d}, got {value}")
    return value


def _check_rows(run: Run, raw: list[Array], classes: IntArray) -> None:
    for points in raw:
        if len(points) != len(classes):
            raise RunFolderError(
                f"representations must have a row per kept input ({len(classes)}), got {len(points)} in {run.path}"
            )
        _checks.check_finite("representations", points)


def _coordinates(raw: list[Array], classes: IntArray, layer: str, dimensions: int) -> tuple[list[Array], list[str]]:
    """Return the points of every epoch, shape (n, 2 or 3), and the names of their axes."""
    number = layer[1:] if layer[:1] == "T" and layer[1:].isdigit() else ""
    symbol = f"S_{{{number}" if number else "S_{"
    d = raw[0].shape[1]
    if d == 1:
        jitter = classes + 0.6 * (np.random.default_rng(0).random(len(classes)) - 0.5)  # to tell points apart, no datum
        return [np.column_stack([points[:, 0], jitter]) for points in raw], [f"${symbol}}}$", "class (spread)"]
    if d == dimensions:
        return raw, [f"${symbol},{unit}}}$" if number else f"unit {unit}" for unit in range(1, d + 1)]
    pooled = np.concatenate(raw)
    centre = pooled.mean(axis=0)
    axes = np.linalg.svd(pooled - centre, full_matrices=False)[2][:dimensions]  # (dimensions, d)
    return [(points - centre) @ axes.T for points in raw], [f"principal axis {k}" for k in range(1, dimensions + 1)]


def _panels(points: list[Array], names: list[str], classes: IntArray, titles: list[str]) -> Figure:
    columns = 2 if len(points) == 4 else min(_COLUMNS, len(points))
    rows = -(-len(points) // columns)
    solid = points[0].shape[1] == 3
    figure = style.new_figure(0.6 + (3.1 if solid else 2.9) * columns, 0.9 + (2.6 if solid else 2.9) * rows)
    kind: dict[str, Any] = {"subplot_kw": {"projection": "3d"}} if solid else {"sharex": True, "sharey": True}
    grid = figure.subplots(rows, columns, squeeze=False, **kind)
    ends = np.stack([np.min([p.min(axis=0) for p in points], axis=0), np.max([p.max(axis=0) for p in points], axis=0)])
    room = _MARGIN * np.maximum(ends[1] - ends[0], 1e-9)
    for spare in grid.flat[len(points) :]:
        spare.remove()
    for position, (values, title) in enumerate(zip(points, titles, strict=True)):
        axes: Any = grid.flat[position]
        _draw_classes(axes, values, classes)
        axes.set_title(title, fontsize=9)
        for axis, low, high in zip("xyz", ends[0] - room, ends[1] + room, strict=False):
            getattr(axes, f"set_{axis}lim")(low, high)
        _name_axes(axes, names, solid, left=position % columns == 0, bottom=position + columns >= len(points))
    return figure


def _draw_classes(axes: Any, values: Array, classes: IntArray) -> None:
    for index in range(int(classes.max()) + 1):
        look = style.class_style(index)
        own = values[classes == index]
        open_mark = look["marker"] in "x+1*"
        fill: dict[str, Any] = {"color": look["color"]} if open_mark else {"c": look["color"], "edgecolors": "none"}
        axes.scatter(*own.T, marker=look["marker"], s=11, alpha=0.55, linewidths=0.7 if open_mark else 0.0, **fill)


def _name_axes(axes: Any, names: list[str], solid: bool, *, left: bool, bottom: bool) -> None:
    axes.tick_params(labelsize=7, pad=-1 if solid else 2)
    if solid:
        for axis, name in zip("xyz", names, strict=True):
            getattr(axes, f"set_{axis}label")(name, fontsize=8, labelpad=-4)
            getattr(axes, f"{axis}axis").set_major_locator(_few_ticks())
        axes.set_box_aspect(None, zoom=1.0)
        return
    if bottom:
        axes.tick_params(labelbottom=True)  # there may be no panel below
        axes.set_xlabel(names[0], fontsize=8)
    if left:
        axes.set_ylabel(names[1], fontsize=8)
    style.add_grid(axes)


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(4)


def _class_handles(classes: Any) -> list[Line2D]:
    return [
        Line2D([], [], linestyle="none", markersize=6, label=f"class {value}", **style.class_style(index))
        for index, value in enumerate(classes)
    ]
