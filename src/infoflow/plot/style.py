"""What all figures share: colours, markers and dashes, the epoch axis, the marks of statuses.

Colours are Okabe and Ito's (distinct for colour-blind readers), ordered so that neighbours differ in lightness too;
marker and dash vary with the colour, so that every figure can be read in grey.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullLocator

from infoflow._result import Status
from infoflow.runs import Run

COLOURS = ("#0072B2", "#E69F00", "#000000", "#56B4E9", "#D55E00", "#009E73", "#CC79A7")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", "-.", (0, (5, 1, 1, 1, 1, 1)), ":", (0, (8, 2)), (0, (3, 1, 1, 1)))
CLASS_COLOURS = ("#0072B2", "#D55E00", "#000000", "#E69F00", "#56B4E9", "#009E73", "#CC79A7")
CLASS_MARKERS = ("o", "^", "s", "x", "D", "v", "+", "*", "P", "1")
REFERENCE: dict[str, Any] = {"color": "0.4", "linewidth": 0.9, "linestyle": (0, (1, 1))}
"""How known values (ln m, H(Y), a truth) are ruled."""

AXIS_NAMES = {"I(X;T)": "$I(X;T_\\ell)$", "I(Y;T)": "$I(Y;T_\\ell)$"}
CEILING_NAMES = {"I(X;T)": "ln m", "I(Y;T)": "H(Y)"}

_STATUS_MARKERS = {
    Status.NEAR_CEILING: "o",
    Status.LOWER_BOUND_ONLY: "^",
    Status.UPPER_BOUND_ONLY: "v",
    Status.VACUOUS: "s",
    Status.CROSSING: "*",
    Status.OUTSIDE_BRACKET: "D",
}
_UNKNOWN_STATUS_MARKER = "h"
_MARK_GAP, _FEW_POINTS = 0.07, 20
_LOSS_UNITS = {"cross_entropy": "  [nats]", "cross-entropy": "  [nats]"}


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches; it belongs to no window and to no global state."""
    return Figure(figsize=(width, height), layout="constrained")


def layer_style(index: int) -> dict[str, Any]:
    """Return colour, marker and dash of the layer (or method) at ``index``."""
    return {
        "color": COLOURS[index % len(COLOURS)],
        "marker": MARKERS[index % len(MARKERS)],
        "linestyle": DASHES[index % len(DASHES)],
    }


def line_marks(index: int, n: int) -> dict[str, Any]:
    """Return size and spacing of the markers on a line of n points.

    Earlier layers have larger markers, and a long line has them evenly spaced on paper, at other places than its
    neighbour's, so that lines that coincide all stay visible.
    """
    size = max(4.0, 7.5 - 1.5 * index)
    return {"markersize": size, "markevery": ((index % 4) * _MARK_GAP / 4, _MARK_GAP) if n > _FEW_POINTS else 1}


def class_style(index: int) -> dict[str, Any]:
    """Return colour and marker of the class at ``index``; the pairs repeat after 70 classes only."""
    return {"color": CLASS_COLOURS[index % len(CLASS_COLOURS)], "marker": CLASS_MARKERS[index % len(CLASS_MARKERS)]}


def epoch_colours() -> Colormap:
    """Return the colours of epochs: from dark to light, the same to colour-blind readers and in grey."""
    return mpl.colormaps["cividis"]


def epoch_shade(epochs: Any) -> Any:
    """Return ``ln(1 + epoch)``, by which epochs are coloured."""
    return np.log1p(np.asarray(epochs, dtype=np.float64))


def add_epoch_bar(figure: Figure, axes: Axes, shade: Normalize, last: int) -> None:
    """Put the bar that tells colours of epochs beside ``axes``."""
    bar = figure.colorbar(ScalarMappable(shade, epoch_colours()), ax=axes, pad=0.02)
    ticks = [0, *(10**power for power in range(len(str(max(last, 1)))))]
    bar.set_ticks([float(epoch_shade(tick)) for tick in ticks], labels=[str(tick) for tick in ticks])
    bar.set_label("epoch")


def draw_statuses(axes: Any, x: Any, y: Any, statuses: Sequence[str], colour: str) -> list[str]:
    """Put a large hollow mark, one shape per status, around every point whose status is not ok; return those seen."""
    names = np.asarray([str(status) for status in statuses])
    seen = [name for name in dict.fromkeys(names.tolist()) if name != Status.OK]
    for name in seen:
        odd = names == name
        marker = _status_marker(name)
        axes.scatter(
            np.asarray(x)[odd], np.asarray(y)[odd], s=75, marker=marker, facecolors="none", edgecolors=colour, zorder=4
        )
    return seen


def status_handles(statuses: Iterable[str]) -> list[Line2D]:
    """Return the entries of a legend for the statuses that were marked."""
    ring: dict[str, Any] = {"linestyle": "none", "markersize": 9, "markerfacecolor": "none", "color": "0.3"}
    names = dict.fromkeys(str(status) for status in statuses)
    return [Line2D([], [], marker=_status_marker(name), label=f"status: {name}", **ring) for name in names]


def set_epoch_axis(axes: Axes, last: int) -> None:
    """Make the x axis logarithmic from epoch 1 on, with epoch 0, the untrained network, half a decade to its left."""
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.4)
    axes.set_xticks([0, *(10**power for power in range(len(str(max(last, 1)))))])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: epoch_name(value, short=True)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(-0.2, last * 1.15 if last > 1 else 1.3)
    axes.set_xlabel("epoch")


def epoch_name(epoch: float, *, short: bool = False) -> str:
    """Return how an epoch is called: 0 is the initial network."""
    if epoch == 0:
        return "init." if short else "initial"
    return f"{epoch:g}" if short else f"epoch {epoch:g}"


def draw_ceiling(axes: Axes, ceiling: float, quantity: str) -> None:
    """Rule the largest possible value of a quantity and name it; nothing where it is infinite."""
    if not np.isfinite(ceiling):
        return
    axes.axhline(ceiling, **REFERENCE)
    axes.annotate(
        f"{CEILING_NAMES.get(quantity, 'ceiling')} = {ceiling:.3f}",
        (1.0, ceiling),
        xycoords=("axes fraction", "data"),
        xytext=(-3, 5),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=8,
        color="0.3",
    )
    axes.set_ylim(-0.02 * ceiling, 1.1 * ceiling)


def add_grid(axes: Axes) -> None:
    """Rule a faint grid."""
    axes.grid(alpha=0.25, linewidth=0.6)


def loss_axis_name(run: Run) -> str:
    """Return the name of a loss axis, with its unit where the loss has one."""
    return "loss" + _LOSS_UNITS.get(str(run.manifest["config"].get("loss", "cross_entropy")), "")


def run_title(run: Run, *further: str, seed: bool = True) -> str:
    """Return what was run: experiment, seed, noise, and whatever else is given."""
    config = run.manifest["config"]
    parts = [str(run.manifest["experiment"]).replace("$", r"\$")]
    if seed:
        parts.append(f"seed {run.manifest['seed']}")
    if "beta" in config:
        parts.append(f"$\\beta$ = {config['beta']:g}")
    return ", ".join([*parts, *further])


def _status_marker(name: str) -> str:
    return _STATUS_MARKERS[Status(name)] if name in _STATUS_MARKERS else _UNKNOWN_STATUS_MARKER
