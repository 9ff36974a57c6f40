"""A study on the command line: a folder whose subfolders are runs that differ in their seed."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from infoflow.cli.cases import holds_cases, table_of

_UNREADABLE = "unreadable"


def study_folders(path: Path) -> list[Path]:
    """Return the run folders inside ``path``; none where it is a run itself, or no folder.

    They are ``seed0``, ``seed1``, …, in this order, directly or in folders named after a setting, ``beta=0.01``.
    """
    from infoflow.runs.schema import MANIFEST_NAME

    if (path / MANIFEST_NAME).exists() or not path.is_dir():
        return []
    members: list[Path] = []
    for child in sorted(path.iterdir(), key=_order):
        if (child / MANIFEST_NAME).is_file():
            members.append(child)
        elif "=" in child.name:
            members += study_folders(child)
    return members


def run_folders(paths: Sequence[Path]) -> list[Path]:
    """Return the run folders that ``paths`` name: those of studies in their order, and every other path itself."""
    return [folder for path in paths for folder in study_folders(path) or [path]]


def print_study(path: Path, members: list[Path], mode: str, quantity: str) -> None:
    """Print a line per run of a study."""
    console = Console()
    print(study_headline(path, members))
    table = study_table(console, members, mode, quantity)
    print(table) if isinstance(table, Text) else console.print(table)


def study_table(console: Console, members: list[Path], mode: str, quantity: str) -> Table | Text:
    """Return the table of a study, ruled where it fits a terminal, else as plain text."""
    from infoflow.report.study import study_rich, study_text
    from infoflow.runs import load_run

    if holds_cases(members):
        return Text(table_of([load_run(member) for member in members if run_state(member) != _UNREADABLE]))
    if console.is_terminal:
        ruled = study_rich(members, quantity=quantity, mode=mode)
        if Measurement.get(console, console.options, ruled).maximum <= console.width:
            return ruled
    return Text(study_text(members, quantity=quantity, mode=mode))


def study_headline(path: Path, members: list[Path]) -> str:
    """Return a line about a study: its folder and its runs by state."""
    states = [run_state(member) for member in members]
    counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
    return f"{path}: {len(members)} runs: {counts}"


def run_state(member: Path) -> str:
    """Return the state of a run, or that it cannot be read."""
    from infoflow._errors import RunFolderError
    from infoflow.runs import load_run

    try:
        return load_run(member).state
    except RunFolderError:
        return _UNREADABLE


def _order(folder: Path) -> tuple[str, int, str]:
    digits = folder.name[len(folder.name.rstrip("0123456789")) :]
    return folder.name.removesuffix(digits), int(digits or 0), folder.name
