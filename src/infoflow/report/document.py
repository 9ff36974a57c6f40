"""The report: one HTML file with everything in it, drawn from run folders."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infoflow._errors import RunFolderError
from infoflow.report.commands import report_command
from infoflow.report.page import page_html, plotly_script
from infoflow.report.selection import run_folders, run_names
from infoflow.report.shown_run import ShownRun
from infoflow.runs import atomic

MAX_BYTES = 15_000_000
MAX_POINTS = 2048
_RESERVE = 600_000  # style, scripts, and the frames' own punctuation
_UNITS_SHARE = 0.2
_BASE64 = 4 / 3


def write_report(paths: Sequence[Path], out: Path) -> Path:
    """Write the report on some runs into one HTML file, which opens from disk without network, and return its path.

    Args:
        paths: Run folders, or folders of run folders.
        out: The file; an older report there is replaced.

    Raises:
        RunFolderError: Not a run folder, written by a later infoflow, damaged, or ``out`` cannot be written.
        ImportError: plotly is not installed.
    """
    text = report_html(paths, out=out)
    try:
        atomic.write_bytes(out, text.encode())
    except OSError as error:
        raise RunFolderError(f"report must be a file that can be written, got {out}: {error.strerror}") from None
    return out


def report_html(paths: Sequence[Path], *, out: Path | None = None) -> str:
    """Return the report as HTML; arguments and errors as in :func:`write_report`."""
    folders = run_folders(paths)
    library = plotly_script()
    runs = [ShownRun(path, name, max_points=MAX_POINTS) for path, name in zip(folders, run_names(folders), strict=True)]
    _fit_size(runs, MAX_BYTES - len(library.encode()) - _RESERVE)
    payload = {
        "live": None,
        "runs": [_with_frames(run) for run in runs],
        "command": report_command(paths, out),
    }
    return page_html(payload, title=page_title([run.name for run in runs]))


def page_title(names: Sequence[str]) -> str:
    """Return the title of a page about some runs."""
    shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    return f"infoflow: {shown}"


def _fit_size(runs: Sequence[ShownRun], room: int) -> None:
    """Show as many points, up to a limit, as the size of the page allows."""
    room -= sum(len(json.dumps(run.snapshot())) for run in runs)
    sizes = [view.n_bytes for run in runs for view in run.views.values()]
    histograms = _BASE64 * sum(size for _, size in sizes)
    units = histograms <= _UNITS_SHARE * room
    per_point = _BASE64 * sum(size for size, _ in sizes)
    if per_point:
        n_points = int((room - (histograms if units else 0)) / per_point)
        for run in runs:
            run.limit(max(16, min(MAX_POINTS, n_points)), units=units)


def _with_frames(run: ShownRun) -> dict[str, Any]:
    snapshot = run.snapshot()
    for layer, view in run.views.items():
        snapshot["views"][layer]["frames"] = {str(epoch): view.frame(epoch) for epoch in view.epochs}
    return snapshot
