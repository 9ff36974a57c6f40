"""``infoflow show``: the table and the figure of a stored run, drawn again without computing anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from infoflow._errors import RunFolderError

if TYPE_CHECKING:
    from infoflow.runs import Run

_MODES = ("certified", "asymptotic")
_QUANTITIES = ("I(X;T)", "I(Y;T)")
_FORMATS = (".png", ".pdf", ".svg")


def show(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder, of a finished or a running run.")],
    mode: Annotated[str, typer.Option(help="Intervals to show: certified or asymptotic.")] = "certified",
    figure: Annotated[Path | None, typer.Option(help="Draw the figure into this .png, .pdf or .svg file.")] = None,
    quantity: Annotated[str, typer.Option(help="Quantity of the figure: 'I(X;T)' or 'I(Y;T)'.")] = "I(X;T)",
) -> None:
    """Show the table of a run: epoch by layer, lower end, estimate and upper end, losses and accuracies."""
    _one_of("--mode", mode, _MODES)
    _one_of("--quantity", quantity, _QUANTITIES)
    if figure is not None:
        _one_of("--figure", figure.suffix.lower(), _FORMATS)
    from infoflow.runs import load_run

    stored = load_run(run)
    print_run(stored, mode=mode)
    if figure is not None:
        _draw(stored, figure, mode, quantity)


def print_run(run: "Run", *, mode: str = "certified") -> None:
    """Print what was run, its state and its table: for a terminal with rules and colours, else as plain text."""
    from infoflow.report.table import table_rich, table_text

    print(_headline(run))
    if run.state == "failed":
        print(run.events[-1].data.get("traceback", "").rstrip())
    if run.table.empty:
        print("no estimate has been stored yet")
        return
    console = Console()
    if console.is_terminal:
        console.print(table_rich(run, mode=mode))
    else:
        print(table_text(run, mode=mode))


def _headline(run: "Run") -> str:
    events = run.events
    n_warnings = sum(event.kind == "warning" for event in events)
    parts = [f"{run.manifest['experiment']}, seed {run.manifest['seed']}", run.state]
    planned = [len(event.data["estimated"]) for event in events if event.kind == "plan"]
    if planned and run.state != "finished":
        parts.append(f"{run.table['epoch'].nunique()} of {planned[-1]} epochs estimated")
    if run.state == "failed":
        parts.append(" ".join(events[-1].message.split()))
    if n_warnings:
        parts.append(f"{n_warnings} warnings (in the events of the run)")
    return f"{run.path}: {'; '.join(parts)}"


def _draw(run: "Run", path: Path, mode: str, quantity: str) -> None:
    from infoflow.report.figure import information_figure

    try:
        information_figure(run, quantity=quantity, mode=mode).savefig(path, dpi=150)
    except OSError as error:
        raise RunFolderError(f"--figure must be a file that can be written, got {path}: {error.strerror}") from None
    print(f"\nfigure: {path}")


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
