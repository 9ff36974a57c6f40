"""Verdicts for a terminal: a table in rich, or plain text for a pipe; and the details of each."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from infoflow.claims import rendering
from infoflow.claims.claim import Outcome
from infoflow.claims.verdict import Verdict

_HEADER = ("", "claim", "verdict", "measured", "seconds")
_STYLES = {Outcome.HOLDS: "green", Outcome.DIFFERS: "red", Outcome.UNDECIDED: "yellow", Outcome.CRASHED: "bold red"}


def verdicts_rich(verdicts: Sequence[Verdict]) -> Table:
    """Return the table of verdicts for a terminal."""
    table = Table(*_HEADER)
    for verdict in verdicts:
        numeral, title, outcome, gist, seconds = _row(verdict)
        table.add_row(numeral, Text(title), Text(outcome, _STYLES[verdict.outcome]), Text(gist), seconds)
    return table


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """Return the table of verdicts as plain text, a line each."""
    rows = [_HEADER, *(_row(verdict) for verdict in verdicts)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, "", rendering.counted(verdicts)])


def details_text(verdict: Verdict) -> str:
    """Return everything about a verdict as plain text."""
    lines = [
        f"{verdict.number} {verdict.title}: {verdict.outcome}",
        f"  claimed   {verdict.claimed} [{verdict.source}]",
    ]
    lines += [f"  rule      {key}: {text}: {requirement}" for key, text, requirement in verdict.rule]
    for finding in verdict.findings:
        name = f"{finding.key} {finding.label}".strip()
        value = f"{rendering.interval(finding)} {finding.unit}".rstrip()
        required = "" if finding.outcome is Outcome.REPORTED else f", required {finding.requirement}"
        lines.append(f"  {finding.outcome:<9} {name}: {value} ({finding.interval}){required}")
    lines += [f"  missing   {key}" for key in rendering.unmeasured(verdict)]
    lines += [f"  note      {note}" for note in verdict.notes]
    lines += [f"  how       {rendering.conditions(verdict)}", f"  again     {verdict.command}"]
    if verdict.traceback:
        lines += [f"  | {line}" for line in verdict.traceback.rstrip().splitlines()]
    return "\n".join(lines)


def _row(verdict: Verdict) -> tuple[str, str, str, str, str]:
    gist = rendering.gist(verdict)
    return str(verdict.number), verdict.title, str(verdict.outcome), gist, f"{verdict.seconds:.1f}"
