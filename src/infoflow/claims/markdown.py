"""Verdicts as a Markdown page."""

from collections.abc import Sequence

from infoflow.claims import rendering
from infoflow.claims.claim import Outcome
from infoflow.claims.verdict import Finding, Verdict

_PREAMBLE = """\
# The claims of the paper, measured

Written by `infoflow claims --markdown`; do not edit. Every item of the checklist has a rule that stands before
anything is measured: ranges for quantities. A claim *holds* if every interval lies in its range, *differs* if one lies
outside, and is *undecided* if an interval contains values of both kinds, or if something was not measured; the reason
is in its notes. Information in nats. Each claim names the command that measures it again.

The rules are part of the program and stood before these numbers, but not all before any number: those of 7 (trained
path), 10, 11, 13, 17 and 18 were written with the run of seed 0 partly seen (seeds 1 and 2 are the test), those of 14
and 15 changed after runs on the small digits, and 4 and 9 got more samples after a first result without a decision.
Intervals of one quantity of one run hold together; nothing is corrected for the number of rows or claims."""


def markdown_page(verdicts: Sequence[Verdict], *, command: str) -> str:
    """Return the page of all verdicts: a table, then a section for each.

    Args:
        verdicts: The verdicts, in order.
        command: The command that wrote the page.
    """
    parts = [
        _PREAMBLE,
        f"Command: `{command}`. In all: {rendering.counted(verdicts)}.",
        _table(
            ("", "claim", "verdict", "decided by", "variant"),
            [
                (
                    f"[{verdict.number}](#{_anchor(verdict)})",
                    verdict.title,
                    f"**{verdict.outcome}**",
                    rendering.gist(verdict),
                    str(verdict.settings["variant"]),
                )
                for verdict in verdicts
            ],
        ),
        *(_section(verdict) for verdict in verdicts),
    ]
    return "\n\n".join(parts) + "\n"


def _section(verdict: Verdict) -> str:
    parts = [
        f"## {verdict.number} {verdict.title}",
        f"**{verdict.outcome}**. Claimed: {verdict.claimed} [{verdict.source}]",
        "Rule:\n\n" + "\n".join(f"* `{key}` {text}: {requirement}" for key, text, requirement in verdict.rule),
    ]
    if verdict.findings:
        header = ("quantity", "", "measured", "interval", "required", "outcome")
        parts.append(_table(header, [_finding_row(finding) for finding in verdict.findings]))
    missing = [f"`{key}` was not measured." for key in rendering.unmeasured(verdict)]
    notes = [*missing, *verdict.notes]
    if notes:
        parts.append("\n".join(f"* {_plain(note)}" for note in notes))
    if verdict.traceback:
        parts.append(f"```\n{verdict.traceback.rstrip()}\n```")
    parts.append(f"{_plain(rendering.conditions(verdict))}. Again: `{verdict.command}`")
    return "\n\n".join(parts)


def _finding_row(finding: Finding) -> tuple[str, ...]:
    value = f"{rendering.interval(finding)} {finding.unit}".rstrip()
    required = "" if finding.outcome is Outcome.REPORTED else finding.requirement
    return f"`{finding.key}`", finding.label, value, finding.interval, required, str(finding.outcome)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines)


def _plain(cell: str) -> str:
    return " ".join(cell.split()).replace("|", "\\|")


def _anchor(verdict: Verdict) -> str:
    words = f"{verdict.number} {verdict.title}".lower()
    kept = "".join(sign for sign in words if sign.isalnum() or sign in " -_")
    return kept.replace(" ", "-")
