"""The table of a study: one row per run, the last interval of every layer beside the losses."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from infoflow._errors import RunFolderError
from infoflow.report.table import decimals
from infoflow.runs import Run, load_run

_LOSSES = ("train_loss", "test_loss", "test_accuracy")
_FIRST = ("run", "state", "epoch", "train loss", "test loss", "test acc.")


def study_text(folders: Sequence[Path], *, quantity: str = "I(X;T)", mode: str = "certified") -> str:
    """Return the table of a study as plain aligned text.

    Args:
        folders: Run folders, such as ``seed0``, ``seed1``, …
        quantity: Quantity whose last intervals are shown; nats.
        mode: ``"certified"`` or ``"asymptotic"``.
    """
    lines = _lines(folders, quantity, mode)
    widths = [max(len(cells[k]) for cells in lines) for k in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in lines
    )


def study_rich(folders: Sequence[Path], *, quantity: str = "I(X;T)", mode: str = "certified") -> Table:
    """Return the table of a study for a terminal; arguments as in :func:`study_text`."""
    head, *rows = _lines(folders, quantity, mode)
    unfinished = [f"{row[0]} {row[1]}" for row in rows if row[1] != "finished"]
    head, *rows = [[line[0], line[2], *line[4:]] for line in (head, *rows)]  # 80 columns hold five layers
    notes = [f"last {mode} interval of {quantity}, nats", *unfinished]
    caption = "; ".join(notes)
    table = Table(box=box.SIMPLE_HEAD, padding=0, caption=caption, caption_justify="left")
    for title in head:
        table.add_column(Text(title.replace(" ", "\n", 1)), justify="right", no_wrap=True, vertical="bottom")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _lines(folders: Sequence[Path], quantity: str, mode: str) -> list[list[str]]:
    """Return the head and a row per run, all of one length; a run that cannot be read says so in its row."""
    depth = len(Path(os.path.commonpath(folders)).parts) if len(folders) > 1 else -1
    found = [("/".join(folder.parts[depth:]), *_row(folder, quantity, mode)) for folder in folders]
    layers = list(dict.fromkeys(layer for _, _, ends in found for layer in ends))
    head = [*_FIRST, *layers]
    return [head, *([name, *first, *(ends.get(layer, "") for layer in layers)] for name, first, ends in found)]


def _row(folder: Path, quantity: str, mode: str) -> tuple[list[str], dict[str, str]]:
    try:
        run = load_run(folder)
        return _summary(run, quantity, mode)
    except RunFolderError:
        return ["unreadable", *[""] * (1 + len(_LOSSES))], {}


def _summary(run: Run, quantity: str, mode: str) -> tuple[list[str], dict[str, str]]:
    history, table = run.history, run.table
    table = table[(table["quantity"] == quantity) & (table["mode"] == mode)]
    epoch = max([-1, *history["epoch"], *table["epoch"]])
    if epoch < 0:
        return [run.state, *[""] * (1 + len(_LOSSES))], {}
    last = table[table["epoch"] == table["epoch"].max()]
    losses = [decimals(history[column].iloc[-1]) if len(history) else "" for column in _LOSSES]
    return [run.state, str(epoch), *losses], {str(row["layer"]): _ends(row) for _, row in last.iterrows()}


def _ends(row: Any) -> str:
    mark = "" if row["status"] == "ok" else "!"
    return f"{row['lower']:.2f}-{row['upper']:.2f}{mark}"
