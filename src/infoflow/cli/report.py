"""``infoflow report``: one HTML file about one or several runs."""

from pathlib import Path
from typing import Annotated

import typer

from infoflow.cli.cases import refuse_page
from infoflow.cli.study import run_folders

DEFAULT_NAME = "report.html"


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, or folders of run folders.")],
    out: Annotated[Path | None, typer.Option(help="The HTML file; report.html in the (first) RUN by default.")] = None,
) -> None:
    """Write an interactive report on runs: one HTML file that opens from disk, without network."""
    from infoflow.report.document import write_report

    refuse_page(run_folders(runs))
    target = runs[0] / DEFAULT_NAME if out is None else out
    path = write_report(runs, target)
    print(f"report: {path} ({path.stat().st_size / 1e6:.1f} MB)")
