"""The noisy network's information beside the binned entropy of its deterministic twin."""

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow._types import Array
from infoflow.plot import stored, style
from infoflow.plot.information import draw_bands
from infoflow.runs import Run

_BINNED = re.compile(r"twin_H_bin\[([0-9.eE+-]+)\]")
_COLUMNS = 3
_MANY_PANELS, _MANY_COLUMNS = 6, 4


def noisy_beside_binned(run: Run, *, quantity: str = "I(X;T)", mode: str = "certified") -> Figure:
    """Return the information of the noisy layers beside H(Bin(T)) of the deterministic twin, a panel per bin width.

    The first panel has the intervals of the noisy network; the others what earlier work measured instead, the
    discrete entropy of the noiseless network's activations in bins of one width. All panels share their axes; the
    dotted line is the ceiling ln m of both.

    Args:
        run: A run whose ``measures`` hold ``twin_H_bin[W]`` (nats) for at least one width W.
        quantity: Quantity of the first panel.
        mode: ``"certified"`` or ``"asymptotic"``.

    Raises:
        ValueError: The run holds no binned entropies of its twin, or no such estimates.

    Source: [G19] Section 5: the binned entropy tracks clustering, and with it the noisy network's information.
    """
    binned = binned_entropies(run)
    table = stored.estimates(run, quantity, mode)
    widths = sorted(binned["width"].unique())
    panels = 1 + len(widths)
    columns = min(_MANY_COLUMNS if panels > _MANY_PANELS else _COLUMNS, panels)
    rows = -(-panels // columns)
    figure = style.new_figure(1.0 + 3.4 * columns, 0.4 + 2.9 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for spare in grid.flat[panels:]:
        spare.remove()
    axes: list[Axes] = list(grid.flat[:panels])
    handles = draw_bands(axes[0], table)
    figure.legend(handles=handles, fontsize=8, loc="outside lower center", ncols=min(len(handles), 7))
    axes[0].set_title(f"noisy network: {style.AXIS_NAMES.get(quantity, quantity)}, {mode}", fontsize=9)
    layers = {layer: index for index, layer in enumerate(dict.fromkeys(table["layer"]))}
    for panel, width in zip(axes[1:], widths, strict=True):
        _draw_width(panel, binned[binned["width"] == width], layers)
        panel.set_title(f"deterministic twin: $H(\\mathrm{{Bin}}(T_\\ell))$, width {width:g}", fontsize=9)
    _finish(axes, columns, int(max(table["epoch"].max(), binned["epoch"].max())))
    figure.suptitle(style.run_title(run), fontsize=10)
    return figure


def binned_entropies(run: Run) -> pd.DataFrame:
    """Return the binned entropies of the twin that a run stored: columns epoch, layer, width, value (nats).

    Raises:
        ValueError: There are none.
    """
    measures = run.measures
    width = measures["measure"].astype("str").str.extract(f"^{_BINNED.pattern}$")[0]
    found = measures.assign(width=width.astype("float64"))
    found = found[found["width"].notna() & found["value"].notna()]
    if found.empty:
        raise ValueError(f"run must hold binned entropies of its twin (twin_H_bin[W]), got none in {run.path}")
    return found[["epoch", "layer", "width", "value"]]


def _draw_width(axes: Axes, rows: pd.DataFrame, layers: dict[str, int]) -> None:
    for layer, values in rows.groupby("layer", sort=False):
        index = layers.setdefault(str(layer), len(layers))
        y: Array = np.asarray(values["value"], dtype=np.float64)
        axes.plot(
            values["epoch"], y, label=str(layer), linewidth=1.3, **style.line_marks(index, len(y)),
            **style.layer_style(index),
        )  # fmt: skip
    style.add_grid(axes)


def _finish(axes: list[Axes], columns: int, last: int) -> None:
    _, top = axes[0].get_ylim()
    ceilings = [line for line in axes[0].lines if len(np.unique(np.asarray(line.get_ydata()))) == 1]
    for position, panel in enumerate(axes):
        if position and ceilings:
            panel.axhline(float(np.asarray(ceilings[-1].get_ydata())[0]), **style.REFERENCE)
        if position % columns == 0:
            panel.set_ylabel("information or entropy  [nats]")
        style.set_epoch_axis(panel, last)
        if position + columns < len(axes):
            panel.set_xlabel("")
        else:
            panel.tick_params(labelbottom=True)  # there may be no panel below
    axes[0].set_ylim(top=top)
