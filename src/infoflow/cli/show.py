"""``infoflow show``: table, bands and figures of a stored run or study, drawn again without computing anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from infoflow.cli.cases import holds_cases, progress_phrase, table_of
from infoflow.cli.figures import FORMATS, KINDS, OF_STUDIES, FigureOptions, check_options, save_figure

if TYPE_CHECKING:
    from rich.text import Text

    from infoflow.runs import Run

_MODES = ("certified", "asymptotic")
_QUANTITIES = ("I(X;T)", "I(Y;T)")
_KIND_HELP = (
    f"Which figure: {', '.join(KINDS)}; information by default, seeds for a study, validation for a check of "
    "estimators."
)


def show(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="A run folder, finished or not, or a folder of runs with other seeds.")
    ],
    mode: Annotated[str | None, typer.Option(help="Intervals: certified (default) or asymptotic.")] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw a figure into this .png, .pdf or .svg file.")] = None,
    kind: Annotated[str | None, typer.Option(help=_KIND_HELP)] = None,
    quantity: Annotated[
        str | None, typer.Option(help="Quantity of figure and bands: 'I(X;T)' (default) or 'I(Y;T)'.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of the figure, or several: T4,T5.")] = None,
    epochs: Annotated[str | None, typer.Option(metavar="E,E,…", help="Epochs of the figure.")] = None,
    twin: Annotated[bool, typer.Option("--twin", help="Draw the deterministic twin.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show again and again until the run ends.")] = False,
) -> None:
    """Show the table of a run: epoch by layer, lower end, estimate and upper end, losses and accuracies.

    A terminal also gets the intervals as bands over the epochs. For a study, a folder of runs that differ in their
    seed, a line per run is shown.
    """
    _check_choices(mode, quantity, figure)
    options = FigureOptions(mode=mode, quantity=quantity, layer=layer, epochs=_parsed_epochs(epochs), twin=twin or None)
    from infoflow.cli.study import study_folders

    members = study_folders(run)
    kind = _checked_kind(kind, figure, options, members or [run], study=bool(members))
    look = mode or "certified", quantity or "I(X;T)"
    if figure is not None and not watch:
        _draw(figure, kind, members or [run], options)
    if watch:
        from infoflow.cli.watch import watch_path

        watch_path(run, *look)
    elif members:
        from infoflow.cli.study import print_study

        print_study(run, members, *look)
    else:
        from infoflow.runs import load_run

        print_run(load_run(run), mode=look[0], quantity=look[1])
    if figure is not None:
        if watch:
            _draw(figure, kind, members or [run], options)
        print(f"\nfigure: {figure}")


def print_run(run: "Run", *, mode: str = "certified", quantity: str = "I(X;T)") -> None:
    """Print what was run, its state and its table; for a terminal with rules, colours and bands, else as plain text."""
    from infoflow.report.table import table_rich, table_text

    print(headline(run))
    if run.state == "failed":
        print(run.events[-1].data.get("traceback", "").rstrip())
    if holds_cases([run.path]):
        print(table_of([run]))
        return
    if run.table.empty:
        print("no estimate has been stored yet" if run.state != "finished" else _no_estimates(run))
        return
    console = Console()
    if not console.is_terminal:
        print(table_text(run, mode=mode))
        return
    console.print(table_rich(run, mode=mode))
    console.print(bands(console, run, mode, quantity))


def _no_estimates(run: "Run") -> str:
    last = run.history.iloc[-1]
    return (
        f"no estimates: nothing in this run has noise, or they were not asked for; {run.measures['measure'].nunique()} "
        f"measures of its layers are stored; test accuracy {last['test_accuracy']:.4f} after epoch {last['epoch']:.0f}"
    )


def bands(console: Console, run: "Run", mode: str, quantity: str) -> "Text":
    """Return the intervals of a run as bands, with the characters and colours that a terminal has."""
    from infoflow.report.bands import bands_text

    return bands_text(
        run,
        quantity=quantity,
        mode=mode,
        width=console.width,
        shaded=console.color_system in ("256", "truecolor") and not console.no_color,
        ascii_only=console.options.ascii_only,
    )


def headline(run: "Run") -> str:
    """Return a line about a run: folder, experiment, seed, state, progress, warnings, and what is half-written."""
    events = run.events
    n_warnings = sum(event.kind == "warning" for event in events)
    state, estimated = run.state, run.table["epoch"]
    parts = [f"{run.manifest['experiment']}, seed {run.manifest['seed']}", state]
    planned = [len(event.data["estimated"]) for event in events if event.kind == "plan"]
    if planned and state != "finished" and progress_phrase(run):
        parts.append(progress_phrase(run))
    elif planned and state != "finished":
        parts.append(f"{estimated.nunique()} of {planned[-1]} epochs estimated")
    if state == "failed":
        parts.append(" ".join(events[-1].message.split()))
    wanted = {epoch for event in events if event.kind == "plan" for epoch in event.data["estimated"]}
    begun = max([-1, *wanted.intersection(run.checkpoint_epochs())])
    if state not in ("running", "finished") and begun > max([-1, *estimated, *run.measures["epoch"]]):
        parts.append(f"the record of epoch {begun} was begun and never finished: not shown")
    if n_warnings:
        parts.append(f"{n_warnings} warnings (in the events of the run)")
    return f"{run.path}: {'; '.join(parts)}"


def _draw(path: Path, kind: str, folders: list[Path], options: FigureOptions) -> None:
    from infoflow.runs import load_run

    save_figure(path, kind, [load_run(folder) for folder in folders], options)


def _check_choices(mode: str | None, quantity: str | None, figure: Path | None) -> None:
    if mode is not None:
        _one_of("--mode", mode, _MODES)
    if quantity is not None:
        _one_of("--quantity", quantity, _QUANTITIES)
    if figure is not None:
        _one_of("--figure", figure.suffix.lower(), FORMATS)


def _checked_kind(
    kind: str | None, figure: Path | None, options: FigureOptions, folders: list[Path], *, study: bool
) -> str:
    """Return the kind of figure, after a complaint about options that would have no effect."""
    if figure is None:
        unused = [name for name in ("layer", "epochs", "twin") if name in options.given()]
        for name in ["kind"] * (kind is not None) + unused:
            raise ValueError(f"--{name} must come with --figure FILE, got no --figure")
        return ""
    cases = holds_cases(folders)
    chosen = kind or ("validation" if cases else "seeds" if study else "information")
    check_options(chosen, options)
    if cases and chosen != "validation":
        raise ValueError(f"--kind must be validation for a check of estimators, which has no epochs, got {chosen}")
    if study and chosen not in OF_STUDIES:
        raise ValueError(f"--kind must be seeds for a folder of several runs, got {chosen}: name one of its runs")
    return chosen


def _parsed_epochs(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValueError(f"--epochs must be whole numbers separated by commas, got {text!r}") from None


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
