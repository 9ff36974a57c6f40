"""The intervals of a run as bands made of block characters, for a terminal."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.text import Text

from infoflow._types import Array, IntArray
from infoflow.runs import Run

_BLOCKS = " ▁▂▃▄▅▆▇█"
_RAMP = " .:-=+*#@"
_ROWS = 2
_COLOURS = ("#4C9ED9", "#E69F00", "#9A9A9A", "#56B4E9", "#D55E00", "#00A37A", "#CC79A7")
_CEILINGS = {"I(X;T)": "ln m", "I(Y;T)": "H(Y)"}
_RIGHT = 18
_LEAST_WIDTH = 8


class _Layer(NamedTuple):
    name: str
    lower: Array
    estimate: Array
    upper: Array
    note: str


def bands_text(
    run: Run,
    *,
    quantity: str = "I(X;T)",
    mode: str = "certified",
    width: int = 80,
    shaded: bool = True,
    ascii_only: bool = False,
) -> Text:
    """Return a band per layer over the estimated epochs, from 0 to the ceiling, and the last interval in numbers.

    Bright up to the lower end of the interval, dark from there to its upper end. Columns are estimated epochs, in
    order; where there are more epochs than columns, every few are left out.

    Args:
        run: A run with or without estimates.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``; nats.
        mode: ``"certified"`` or ``"asymptotic"``.
        width: Columns of the terminal.
        shaded: Show both ends in two shades; otherwise, for a terminal with few colours, the estimate alone.
        ascii_only: Draw the estimates with letters of ASCII, a row per layer.

    Returns:
        Styled text; empty where the run holds no such estimate.
    """
    table = run.table
    table = table[(table["quantity"] == quantity) & (table["mode"] == mode)]
    text = Text(no_wrap=True, overflow="crop")
    if table.empty:
        return text
    name_width = max(
        len("epoch"), *(len(f"{layer} d={d}") for layer, d in zip(table["layer"], table["d"], strict=True))
    )
    columns = max(_LEAST_WIDTH, width - name_width - _RIGHT)
    epochs = np.array(sorted(table["epoch"].unique()))
    index = _columns(len(epochs), columns)
    ceiling = float(table["ceiling"].max())
    top = ceiling if np.isfinite(ceiling) else float(table["upper"].max())
    name = f"{_CEILINGS.get(quantity, 'the ceiling')} = " if np.isfinite(ceiling) else ""
    text.append(f"{quantity}, {mode}; full height is {name}{top:.3f} nats\n")
    for position, layer in enumerate(_layers(table, epochs)):
        _append_layer(text, layer, index, top, position, name_width, shaded, ascii_only)
    text.append(f"{'epoch':<{name_width}} {_ruler(epochs, index)}", style="dim")
    return text


def _columns(n_epochs: int, columns: int) -> IntArray:
    """Return which epoch every column shows: each one as often as fits, or evenly spread ones, the last at the end."""
    if n_epochs <= columns:
        return np.repeat(np.arange(n_epochs), columns // n_epochs)
    return np.round(np.linspace(0, n_epochs - 1, columns)).astype(np.int64)


def _layers(table: pd.DataFrame, epochs: IntArray) -> list[_Layer]:
    layers: list[_Layer] = []
    for name, rows in table.groupby("layer", sort=False):
        last = rows.iloc[-1]
        values = rows.set_index("epoch").reindex(epochs)
        status = "" if last["status"] == "ok" else " !"
        lower, estimate, upper = (values[end].to_numpy(np.float64) for end in ("lower", "estimate", "upper"))
        note = f"{last['lower']:.3f}-{last['upper']:.3f}{status}"
        layers.append(_Layer(f"{name} d={last['d']}", lower, estimate, upper, note))
    return layers


def _append_layer(
    text: Text,
    layer: _Layer,
    index: IntArray,
    top: float,
    position: int,
    name_width: int,
    shaded: bool,
    ascii_only: bool,
) -> None:
    colour = _COLOURS[position % len(_COLOURS)]
    if ascii_only:
        filled = _eighths(layer.estimate, top, 1)[index]
        ramp = "".join(_RAMP[max(1, level)] if level >= 0 else " " for level in filled)
        text.append(f"{layer.name:<{name_width}} {ramp}  {layer.note}\n")
        return
    ends = (layer.lower, layer.estimate, layer.upper) if shaded else (layer.estimate,) * 3
    heights = [_eighths(values, top, _ROWS)[index] for values in ends]
    for row in reversed(range(_ROWS)):
        text.append(f"{'' if row else layer.name:<{name_width}} ")
        columns = zip(*(height - 8 * row for height in heights), strict=True)
        cells = [_cell(lower, estimate, upper, colour) for lower, estimate, upper in columns]
        for style, run_of_cells in itertools.groupby(cells, key=lambda cell: cell[1]):
            text.append("".join(character for character, _ in run_of_cells), style)
        text.append("\n" if row else f"  {layer.note}\n")


def _eighths(values: Array, top: float, rows: int) -> IntArray:
    """Return heights in eighths of a character, -1 where there is no value."""
    known = np.isfinite(values)
    parts = np.clip(np.where(known, values, 0.0) / top, 0.0, 1.0) if top > 0 else np.zeros(len(values))
    return np.where(known, np.round(parts * 8 * rows).astype(np.int64), -1)


def _cell(lower: int, estimate: int, upper: int, colour: str) -> tuple[str, str]:
    """Return a character and its style; heights are eighths above the bottom of this row."""
    low, middle, high = (min(8, max(0, value)) for value in (lower, estimate, upper))
    if high == 0:
        return " ", ""
    if low == 0:
        return _BLOCKS[high if middle == 0 or high == 8 else middle], _dark(
            colour
        ) if middle == 0 or high == 8 else colour
    if high == 8:
        return _BLOCKS[low], colour if low == 8 else f"{colour} on {_dark(colour)}"
    return _BLOCKS[middle], colour


def _dark(colour: str) -> str:
    red, green, blue = (int(colour[k : k + 2], 16) // 2 for k in (1, 3, 5))
    return f"#{red:02x}{green:02x}{blue:02x}"


def _ruler(epochs: IntArray, index: IntArray) -> str:
    """Return a line that names some epochs below their first columns, the first and the last always."""
    line = [" "] * len(index)
    wanted = [len(epochs) - 1, 0, *(int(np.abs(epochs - 10**k).argmin()) for k in range(len(str(epochs[-1]))))]
    for k in dict.fromkeys(wanted):
        name = "init" if epochs[k] == 0 else str(epochs[k])
        places = np.flatnonzero(index == k)
        if not len(places):
            continue
        start = len(line) - len(name) if k == len(epochs) - 1 else int(places[0])
        room = slice(max(0, start - 1), start + len(name) + 1)
        if start >= 0 and start + len(name) <= len(line) and not "".join(line[room]).strip():
            line[start : start + len(name)] = name
    return "".join(line).rstrip()
