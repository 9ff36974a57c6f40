"""Runs that check estimators against known answers, on the command line: a table of cases, not of layers by epochs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infoflow.runs import Run


def holds_cases(folders: Sequence[Path]) -> bool:
    """Return whether these are run folders of which the first that can be read measures cases rather than layers."""
    from infoflow._errors import RunFolderError
    from infoflow.runs import load_run
    from infoflow.runs.cases import planned_cases

    for folder in folders:
        try:
            return bool(planned_cases(load_run(folder)))
        except RunFolderError:
            continue
    return False


def table_of(runs: "Sequence[Run]") -> str:
    """Return the table of the cases that have been measured, seeds taken together."""
    from infoflow.report.cases import cases_text

    measured = [run for run in runs if len(run.measures)]
    return cases_text(measured) if measured else "no case has been measured yet"


def refuse_page(folders: Sequence[Path]) -> None:
    """Raise ``ValueError`` for runs whose cases no page of layers over epochs can show."""
    for folder in folders:
        if holds_cases([folder]):
            raise ValueError(
                "a page shows layers over epochs, got a check of estimators, which has neither: "
                f"infoflow show {folder} --figure FILE draws it"
            )


def progress_phrase(run: "Run") -> str:
    """Return how many of its cases a run has measured; empty for a run of a network."""
    from infoflow.runs.cases import measured_cases, planned_cases

    planned = planned_cases(run)
    return f"{len(measured_cases(run))} of {len(planned)} cases measured" if planned else ""


def case_lines(run: "Run") -> list[str]:
    """Return a line for every measured case, in the order in which they were measured."""
    lines: list[str] = []
    for label, rows in run.measures.groupby("layer", sort=False):
        values = ", ".join(f"{name} {value:.4g}" for name, value in rows[["measure", "value"]].values)
        lines.append(f"{label}: {values}")
    return lines
