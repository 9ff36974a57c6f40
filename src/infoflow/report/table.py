"""The table of a run: one row per epoch and layer, informations in nats, losses beside them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from infoflow.runs import Run

_LOSS_COLUMNS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
_LOSS_TITLES = ("train\nloss", "test\nloss", "train\nacc.", "test\nacc.")
_QUANTITIES = ("I(X;T)", "I(Y;T)")
_ENDS = ("lower", "estimate", "upper")
_MARKS = "abcdefghijklmnopqrstuvwxyz"
_END_TITLES = ("lower", "est.", "upper")


class Row(NamedTuple):
    """One line of the table, as text.

    Attributes:
        epoch: Epoch, on the first row of an epoch only.
        losses: Train and test loss, train and test accuracy, likewise.
        layer: Layer.
        ends: Lower end, estimate and upper end of every shown quantity.
        status: Statuses other than ok.
        first: Whether this is the first row of an epoch.
    """

    epoch: str
    losses: list[str]
    layer: str
    ends: list[str]
    status: str
    first: bool


def table_text(run: Run, *, mode: str = "certified") -> str:
    """Return the table of a run as plain aligned text, for a pipe or a file.

    Args:
        run: A run, finished or not.
        mode: ``"certified"`` or ``"asymptotic"`` intervals.
    """
    rows = [_cells(row) for row in table_rows(run, mode=mode)]
    lines = [[title.replace("\n", " ").strip() for title in _titles(run.table)], *rows]
    widths = [max(len(cells[k]) for cells in lines) for k in range(len(lines[0]))]
    texts = ["  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)) for cells in lines]
    return "\n".join(text.rstrip() for text in texts)


def table_rich(run: Run, *, mode: str = "certified", last: bool = False) -> Table:
    """Return the table of a run for a terminal of 80 columns.

    Args:
        run: A run, finished or not.
        mode: ``"certified"`` or ``"asymptotic"`` intervals.
        last: Only the last epoch.
    """
    rows = list(table_rows(run, mode=mode))
    if last and rows:
        rows = rows[max(index for index, row in enumerate(rows) if row.first) :]
    statuses = list(dict.fromkeys(row.status for row in rows if row.status))
    marks = {status: _MARKS[index % len(_MARKS)] for index, status in enumerate(statuses)} | {"": ""}
    notes = [f"nats; {mode} intervals", *(f"{marks[status]} {status}" for status in statuses)]
    table = Table(box=box.SIMPLE_HEAD, padding=0, caption="\n".join(notes), caption_justify="left")
    for title in [*_titles(run.table)[:-1], ""]:
        table.add_column(title, justify="right", no_wrap=True, style="bold" if title.endswith("est.") else "")
    for row in rows:
        table.add_row(*(Text(cell) for cell in [*_cells(row)[:-1], marks[row.status]]))
    return table


def table_rows(run: Run, *, mode: str = "certified") -> Iterator[Row]:
    """Yield the rows of the table, by epoch and in the order of the layers."""
    table = run.table
    history = run.history.set_index("epoch")
    quantities = shown_quantities(table)
    table = table[table["mode"] == mode]
    for epoch, at_epoch in table.groupby("epoch", sort=True):
        losses = [decimals(history.at[epoch, column]) if epoch in history.index else "" for column in _LOSS_COLUMNS]
        for index, (layer, rows) in enumerate(at_epoch.groupby("layer", sort=False)):
            shown = rows.set_index("quantity")
            yield Row(
                epoch=str(epoch) if index == 0 else "",
                losses=losses if index == 0 else [""] * len(losses),
                layer=str(layer),
                ends=[_number(shown, quantity, end) for quantity in quantities for end in _ENDS],
                status=_statuses(rows),
                first=index == 0,
            )


def shown_quantities(table: pd.DataFrame) -> list[str]:
    """Return the quantities of a table that is shown, in a fixed order."""
    present = set(table["quantity"])
    return [quantity for quantity in _QUANTITIES if quantity in present]


def _titles(table: pd.DataFrame) -> list[str]:
    quantities = shown_quantities(table)
    ends = [quantity + "\nlower" if end == "lower" else f"\n{end}" for quantity in quantities for end in _END_TITLES]
    return ["\nepoch", *_LOSS_TITLES, "\nlayer", *ends, "\nstatus"]


def _cells(row: Row) -> list[str]:
    return [row.epoch, *row.losses, row.layer, *row.ends, row.status]


def _number(rows: pd.DataFrame, quantity: str, column: str) -> str:
    return decimals(rows.at[quantity, column]) if quantity in rows.index else ""


def decimals(value: Any) -> str:
    """Return a number with three decimals, or shortly where it is huge."""
    number = round(float(value), 3) + 0.0  # no minus before a zero
    return f"{number:.3f}" if abs(number) < 1000 else f"{number:.2e}"


def _statuses(rows: pd.DataFrame) -> str:
    notable: list[Any] = [
        f"{quantity}: {status}"
        for quantity, status in zip(rows["quantity"], rows["status"], strict=True)
        if status != "ok"
    ]
    return ", ".join(notable)
