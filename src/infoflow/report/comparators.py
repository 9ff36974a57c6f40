"""What comparators say of a stored run, as tables: a line per comparator, a column per epoch, a table per layer."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from infoflow.report.table import decimals

POSITIONS = {"below": "<", "inside": "=", "above": ">", "": " "}
"""How a number stands to the certified interval beside it."""

_MARKS = "abcdefghijklmnopqrstuvwxyz"
_IMPOSSIBLE = "!"
_LABEL_WIDTH, _CELL_WIDTH = 38, 11


class Line(NamedTuple):
    """One line of a table.

    Attributes:
        label: The comparator, with the quantity, network and inputs where they are not those of the interval.
        cells: A number with its marks for every epoch; empty where there is none.
        kind: ``"interval"``, ``"same"`` (the quantity of the interval itself) or ``"other"``.
    """

    label: str
    cells: list[str]
    kind: str


class LayerTable(NamedTuple):
    """The lines of one layer and quantity."""

    title: str
    epochs: list[int]
    lines: list[Line]


def comparators_text(table: pd.DataFrame) -> str:
    """Return the tables as plain aligned text, for a pipe or a file.

    Args:
        table: What :func:`infoflow.experiments.compare_stored` returned.
    """
    marks = status_marks(table)
    blocks: list[str] = []
    for layer in layer_tables(table, marks):
        rows = [
            [layer.title, *(f"{epoch:>7}" for epoch in layer.epochs)],
            *([line.label, *line.cells] for line in layer.lines),
        ]
        widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
        first, *others = widths
        blocks.append(
            "\n".join(
                "  ".join([row[0].ljust(first), *(c.ljust(w) for c, w in zip(row[1:], others, strict=True))]).rstrip()
                for row in rows
            )
        )
    return "\n\n".join([*blocks, "\n".join(notes(table, marks))])


def comparators_rich(table: pd.DataFrame, *, width: int) -> Iterator[Table | Text]:
    """Yield the tables for a terminal of ``width`` columns, then what the marks mean; many epochs make several tables.

    Args:
        table: What :func:`infoflow.experiments.compare_stored` returned.
        width: Columns of the terminal.
    """
    marks = status_marks(table)
    most = max(1, (width - _LABEL_WIDTH) // _CELL_WIDTH)
    for layer in layer_tables(table, marks):
        for start in range(0, len(layer.epochs), most):
            yield _rich(layer, slice(start, start + most))
    yield Text("\n".join(notes(table, marks)))


def layer_tables(table: pd.DataFrame, marks: dict[str, str]) -> Iterator[LayerTable]:
    """Yield one table per quantity and layer, in the order of the rows.

    Args:
        table: What :func:`infoflow.experiments.compare_stored` returned.
        marks: A letter for every status.
    """
    for (beside, name), rows in table.groupby(["beside", "layer"], sort=False):
        epochs = sorted({int(epoch) for epoch in rows["epoch"]})
        at_epoch = rows.drop_duplicates("epoch").set_index("epoch")
        ends = [
            Line(f"certified {beside}, {end}", [_end(at_epoch.at[epoch, end]) for epoch in epochs], "interval")
            for end in ("lower", "upper")
        ]
        lines = [_line(found, epochs, marks) for _, found in rows.groupby("series", sort=False)]
        lines.sort(key=lambda line: line.kind == "other")  # stable: the others follow
        yield LayerTable(f"{name} (d = {rows['d'].iloc[0]})", epochs, [*ends, *lines])


def status_marks(table: pd.DataFrame) -> dict[str, str]:
    """Return a letter for every status of the table other than ok, for which there is none."""
    seen = [str(status) for status in dict.fromkeys(table["status"]) if status != "ok"]
    return {"ok": ""} | {status: _MARKS[index % len(_MARKS)] for index, status in enumerate(seen)}


def notes(table: pd.DataFrame, marks: dict[str, str]) -> list[str]:
    """Return what the marks mean, a line each."""
    lines = ["nats; = inside the certified interval, < below it, > above it"]
    if table["impossible"].any():
        lines.append(f"{_IMPOSSIBLE} impossible: no quantity of this kind is negative or above its ceiling")
    statuses = [f"{mark} {status}" for status, mark in marks.items() if mark]
    if statuses:
        lines.append("status: " + ", ".join(statuses))
    lines.append("after a colon, the quantity that it is instead; after a comma, the other network or fewer inputs")
    return lines


def _line(rows: pd.DataFrame, epochs: Sequence[int], marks: dict[str, str]) -> Line:
    first = rows.iloc[0]
    by_epoch = {int(row["epoch"]): row for _, row in rows.iterrows()}
    cells = [_cell(by_epoch[epoch], marks) if epoch in by_epoch else "" for epoch in epochs]
    return Line(str(first["label"]), cells, "same" if first["same"] else "other")


def _cell(row: Any, marks: dict[str, str]) -> str:
    bad = _IMPOSSIBLE if row["impossible"] else ""
    return f"{_end(row['nats']):>7}{POSITIONS[row['position']]}{bad}{marks[str(row['status'])]}"


def _end(value: Any) -> str:
    number = float(value)
    return f"{decimals(number):>7}" if math.isfinite(number) else f"{number:>7}"


def _rich(layer: LayerTable, part: slice) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column(layer.title, no_wrap=True)
    for epoch in layer.epochs[part]:
        table.add_column(f"{epoch:>7}", no_wrap=True)
    styles = {"interval": "bold", "same": "", "other": "dim"}
    for index, line in enumerate(layer.lines):
        last = index + 1 == len(layer.lines) or layer.lines[index + 1].kind != line.kind
        cells = [Text(cell) for cell in (line.label, *line.cells[part])]
        table.add_row(*cells, style=styles[line.kind], end_section=last)
    return table
