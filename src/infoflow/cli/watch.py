"""``infoflow show --watch``: a run or study shown again whenever it has grown, until it has ended."""

import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from infoflow.cli.cases import case_lines, holds_cases
from infoflow.cli.show import bands, headline
from infoflow.cli.study import run_state, study_folders, study_headline, study_table
from infoflow.runs import Run, load_run

_POLL_SECONDS = 0.5
_SHOWN_CASES = 20


def watch_path(path: Path, mode: str, quantity: str) -> None:
    """Show a run or study until it has ended, however it ends, or the user interrupts.

    On a terminal the picture is redrawn in place; elsewhere every newly estimated epoch is a line.

    Args:
        path: Run folder, or a folder of run folders.
        mode: ``"certified"`` or ``"asymptotic"``.
        quantity: Quantity of bands or lines.

    Raises:
        RunFolderError: Neither a run folder nor a folder of them.
    """
    console = Console()
    try:
        if study_folders(path):
            _watch_study(console, path, mode, quantity)
        else:
            _watch_run(console, load_run(path), mode, quantity)
    except KeyboardInterrupt:
        console.print("stopped watching; the run is not affected", highlight=False)


def _watch_run(console: Console, run: Run, mode: str, quantity: str) -> None:
    if not console.is_terminal:
        _follow(run, mode, quantity)
        return
    _redraw(console, lambda: _picture(console, run, mode, quantity), lambda: run.state == "running")


def _watch_study(console: Console, path: Path, mode: str, quantity: str) -> None:
    def going_on() -> bool:
        return any(run_state(member) == "running" for member in study_folders(path))

    if console.is_terminal:
        _redraw(console, lambda: Group(*_study_picture(console, path, mode, quantity)), going_on)
        return
    last = ""
    while going_on():
        line = study_headline(path, study_folders(path))
        if line != last:
            print(line, flush=True)
        last = line
        time.sleep(_POLL_SECONDS)
    for part in _study_picture(console, path, mode, quantity):
        print(part)


def _study_picture(console: Console, path: Path, mode: str, quantity: str) -> "tuple[Text, Text | Table]":
    members = study_folders(path)
    return Text(study_headline(path, members)), study_table(console, members, mode, quantity)


def _redraw(console: Console, picture: Callable[[], RenderableType], going_on: Callable[[], bool]) -> None:
    with Live(picture(), console=console, auto_refresh=False) as live:
        while going_on():
            live.update(picture(), refresh=True)
            time.sleep(_POLL_SECONDS)
        live.update(picture(), refresh=True)


def _picture(console: Console, run: Run, mode: str, quantity: str) -> RenderableType:
    from infoflow.report.table import table_rich

    head = Text(headline(run))
    if holds_cases([run.path]):
        return Group(head, *(Text(line) for line in case_lines(run)[-_SHOWN_CASES:]))
    if run.table.empty:
        return Group(head, Text("no estimate has been stored yet"))
    return Group(head, bands(console, run, mode, quantity), table_rich(run, mode=mode, last=True))


def _follow(run: Run, mode: str, quantity: str) -> None:
    n_shown = 0
    while True:
        state = run.state  # before the table: what a run stores before its end is then seen in this round
        cases = holds_cases([run.path])
        lines = case_lines(run) if cases else _epoch_lines(run, mode, quantity, ended=state != "running")
        for line in lines[n_shown:]:
            print(line, flush=True)
        n_shown = len(lines)
        if state != "running":
            print(headline(run), flush=True)
            return
        time.sleep(_POLL_SECONDS)


def _epoch_lines(run: Run, mode: str, quantity: str, *, ended: bool) -> list[str]:
    """Return a line for every estimated epoch, in order; while the run goes on, of those with losses only."""
    table, losses = run.table, run.history.set_index("epoch")["train_loss"]
    table = table[(table["mode"] == mode) & (table["quantity"] == quantity)]
    lines: list[str] = []
    for epoch, rows in table.groupby("epoch", sort=True):
        if epoch not in losses.index and not ended:
            break
        ends = [f"{layer} {lower:.3f}-{upper:.3f}" for layer, lower, upper in rows[["layer", "lower", "upper"]].values]
        loss = f"loss {losses[epoch]:.3g}, " if epoch in losses.index else ""
        lines.append(f"epoch {epoch}: {loss}{quantity} {', '.join(ends)}")
    return lines
