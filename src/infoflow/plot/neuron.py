"""The path of a neuron's weight and bias over the exact surface of its information."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from infoflow import _checks
from infoflow._errors import RunFolderError
from infoflow._types import Array, IntArray
from infoflow.plot import style
from infoflow.runs import Run
from infoflow.truths.surface import NeuronSurface, neuron_surface

_GRID = 81
_MARGIN = 0.12
_LEVELS = 14
_LABELLED = 6


def neuron_trajectory(
    run: Run, *, layer: str | None = None, surface: NeuronSurface | None = None, inputs: Any | None = None
) -> Figure:
    """Return the path of one neuron on the (w, b) plane, above the exact I(X;T) that a neuron has there.

    The surface is evaluated by quadrature (:func:`infoflow.truths.neuron_surface`), not estimated. It belongs to a
    neuron that sees the inputs themselves; for a deeper layer give none, and only the path is drawn.

    Args:
        run: A run with a layer of one unit that has one input.
        layer: That layer; the first such layer by default.
        surface: The surface; by default of the run's activation, noise and inputs, around the path.
        inputs: Values of X, shape (m,); by default those the run stored as the array ``inputs``.

    Raises:
        RunFolderError: No layer of one unit with one input, or the inputs are neither stored nor given.
        ValueError: ``layer`` is no such layer.

    Source: [G19] Section 4, "single neuron".
    """
    paths = neuron_paths(run)
    chosen = next(iter(paths)) if layer is None else _checks.one_of("layer", layer, tuple(paths))
    epochs, path = paths[chosen]
    if surface is None and chosen == _first_layer(run):
        surface = _surface_around(run, path, inputs)
    figure = style.new_figure(7.0, 5.4)
    axes = figure.subplots()
    if surface is not None:
        _draw_surface(figure, axes, surface)
    _draw_path(figure, axes, epochs, path)
    axes.set_xlabel("weight $w$")
    axes.set_ylabel("bias $b$")
    axes.set_title(style.run_title(run, chosen), fontsize=10)
    return figure


def neuron_paths(run: Run) -> dict[str, tuple[IntArray, Array]]:
    """Return epochs, shape (k,), and weight and bias, shape (k, 2), of every layer of one unit with one input.

    They are the measures ``w`` and ``b`` of the run where it has them, else read from its checkpoints.

    Raises:
        RunFolderError: The run has no such layer.
    """
    paths = _measured_paths(run) or _checkpoint_paths(run)
    if not paths:
        raise RunFolderError(f"run must hold a layer of one unit with one input, got none in {run.path}")
    return paths


def _measured_paths(run: Run) -> dict[str, tuple[IntArray, Array]]:
    measures = run.measures
    paths: dict[str, tuple[IntArray, Array]] = {}
    for layer, rows in measures[measures["measure"].isin(["w", "b"])].groupby("layer", sort=False):
        table = rows.pivot_table(index="epoch", columns="measure", values="value").dropna()
        if {"w", "b"} <= set(table.columns) and len(table):
            paths[str(layer)] = table.index.to_numpy(np.int64), table[["w", "b"]].to_numpy(np.float64)
    return paths


def _checkpoint_paths(run: Run) -> dict[str, tuple[IntArray, Array]]:
    epochs = run.checkpoint_epochs()
    states = [run.checkpoint(epoch) for epoch in epochs]
    neurons = single_neurons(states[0]) if states else {}
    return {
        layer: (np.asarray(epochs), np.array([[float(state[key].item()) for key in keys] for state in states]))
        for layer, keys in neurons.items()
    }


def single_neurons(state: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the layers of one unit with one input in a checkpoint, with the names of weight and bias."""
    found: dict[str, tuple[str, str]] = {}
    for key in sorted(state):
        stem = key.removesuffix(".weight")
        bias = f"{stem}.bias"
        layer = stem.removeprefix("model.").split(".")[0]
        if stem != key and state[key].size == 1 and bias in state and state[bias].size == 1 and layer[:1] == "T":
            found.setdefault(layer, (key, bias))
    return found


def _first_layer(run: Run) -> str:
    """Return the layer that sees the inputs themselves."""
    planned = [event.data["layers"] for event in run.events if event.kind == "plan"]
    return str(planned[-1][0]) if planned and planned[-1] else "T1"


def _surface_around(run: Run, path: Array, inputs: Any | None) -> NeuronSurface:
    config = run.manifest["config"]
    values = run.arrays.load("inputs").ravel() if inputs is None else inputs
    low, high = path.min(axis=0), path.max(axis=0)
    room = np.maximum(_MARGIN * (high - low), 0.2)
    w, b = (np.linspace(start, stop, _GRID) for start, stop in zip(low - room, high + room, strict=True))
    return neuron_surface(config["activation"], w=w, b=b, beta=config["beta"], inputs=values)


def _draw_surface(figure: Figure, axes: Axes, surface: NeuronSurface) -> None:
    grid = surface.w, surface.b, surface.information
    filled = axes.contourf(*grid, levels=_LEVELS, cmap="Greys", alpha=0.75)
    lines = axes.contour(*grid, levels=filled.levels, colors="0.25", linewidths=0.4)
    levels = np.asarray(filled.levels, dtype=np.float64)
    axes.clabel(lines, levels[:: max(1, len(levels) // _LABELLED)].tolist(), fontsize=7, fmt="%.2f")
    bar = figure.colorbar(filled, ax=axes, pad=0.02)
    bar.set_label("exact $I(X;T)$  [nats]")


def _draw_path(figure: Figure, axes: Axes, epochs: IntArray, path: Array) -> None:
    shade = Normalize(0.0, max(float(style.epoch_shade(epochs[-1])), 1e-9))
    axes.plot(path[:, 0], path[:, 1], color="white", linewidth=3.0, zorder=2)
    axes.plot(path[:, 0], path[:, 1], color="black", linewidth=1.0, zorder=3)
    axes.scatter(
        path[:, 0], path[:, 1], c=style.epoch_shade(epochs), cmap=style.epoch_colours(), norm=shade, s=26,
        edgecolors="black", linewidths=0.5, zorder=4,
    )  # fmt: skip
    for name, point, marker in (("start", path[0], "s"), ("end", path[-1], "*")):
        axes.scatter(*point, marker=marker, s=120, facecolors="white", edgecolors="black", zorder=5, label=name)
    axes.legend(fontsize=8, loc="best", framealpha=0.9)
    style.add_epoch_bar(figure, axes, shade, int(epochs[-1]))
