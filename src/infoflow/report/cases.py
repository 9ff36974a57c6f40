"""The table of a run that checks estimators against known answers: a line per case, repetitions taken together."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from infoflow.report.table import decimals
from infoflow.runs import Run
from infoflow.runs.cases import REPEATED, case_frame, setting_names

_OF_INTERVALS = ("quantity", "lower", "estimate", "upper", "status")
_LEAST_SHOWN = 1e-3
_MISSING = "-"


def cases_text(runs: Sequence[Run]) -> str:
    """Return the cases of a run, or of runs that differ in their seed, as aligned text; nats.

    Columns: the settings of the case; repetitions (replicates and seeds), where there are any; the mean of every
    measure; lower and upper, which enclose the certified intervals of all repetitions; how many of them hold the exact
    value. Standard errors are left out; :func:`infoflow.runs.cases.case_frame` has them.

    Raises:
        ValueError: No case has been measured.
    """
    summary = case_summary(runs)
    settings = ["repetitions", *setting_names(runs)]
    head = [name.replace("_", " ") for name in summary.columns]
    lines = [head, *([_cell(row[name], name in settings) for name in summary.columns] for _, row in summary.iterrows())]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def case_summary(runs: Sequence[Run]) -> pd.DataFrame:
    """Return a row per case, repetitions taken together; columns as in :func:`cases_text`."""
    table = case_frame(list(runs))
    settings = [name for name in setting_names(list(runs)) if name in table and name not in REPEATED]
    unshown = {*settings, *REPEATED, *_OF_INTERVALS}
    measures = [name for name in table.columns if name not in unshown and not name.endswith("_stderr")]
    grouped = table.groupby(settings, sort=False, dropna=False)
    summary: Any = grouped[measures].mean()
    count = grouped.size()
    if count.max() > 1:
        summary.insert(0, "repetitions", count)
    if table["lower"].notna().any():
        summary["lower"], summary["upper"] = grouped["lower"].min(), grouped["upper"].max()
        if "exact" in table:
            inside = table.assign(inside=table["exact"].between(table["lower"], table["upper"]))
            n_intervals = grouped["lower"].count()
            covered = inside.groupby(settings, sort=False, dropna=False)["inside"].sum()
            summary["covered"] = [f"{a} of {b}" if b else "" for a, b in zip(covered, n_intervals, strict=True)]
    return summary.reset_index()


def _cell(value: Any, setting: bool) -> str:
    if isinstance(value, str):
        return value or _MISSING
    if pd.isna(value):
        return _MISSING
    if setting:
        return f"{value:.0f}" if float(value).is_integer() else f"{value:g}"
    return f"{value:.1e}" if 0 < abs(value) < _LEAST_SHOWN else decimals(value)
