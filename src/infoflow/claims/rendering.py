"""Numbers and sentences of a verdict, shared by all renderings."""

import math
from collections.abc import Sequence

from infoflow.claims.claim import Outcome
from infoflow.claims.verdict import Finding, Verdict

ORDER = (Outcome.HOLDS, Outcome.DIFFERS, Outcome.UNDECIDED, Outcome.CRASHED)


def number(value: float) -> str:
    """Return a value to six significant digits at most, and at most five decimals unless it is tiny."""
    if not math.isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e7:
        return str(int(value))
    return f"{value:.6g}" if abs(value) < 1e-3 or abs(value) >= 1e4 else f"{value:.5f}".rstrip("0").rstrip(".")


def interval(finding: Finding) -> str:
    """Return ``estimate [lower, upper]``; the estimate alone where the interval is a point to the digits shown."""
    estimate, lower, upper = (number(value) for value in (finding.estimate, finding.lower, finding.upper))
    return estimate if lower == upper == estimate else f"{estimate} [{lower}, {upper}]"


def counted(verdicts: Sequence[Verdict]) -> str:
    """Return how many verdicts there are of each outcome, as a phrase."""
    totals = [(outcome, sum(verdict.outcome is outcome for verdict in verdicts)) for outcome in ORDER]
    return ", ".join(f"{total} {outcome}" for outcome, total in totals if total)


def gist(verdict: Verdict) -> str:
    """Return the finding that the outcome rests on: the first of the decisive kind, and how many are like it."""
    if verdict.outcome is Outcome.CRASHED or not verdict.findings:
        return verdict.notes[0] if verdict.notes else "nothing was measured"
    alike = [finding for finding in verdict.findings if finding.outcome is verdict.outcome]
    if not alike:  # undecided because a requirement was not measured, or only on a stand-in
        missing = unmeasured(verdict)
        return f"not measured: {', '.join(missing)}" if missing else verdict.notes[0]
    total = sum(finding.outcome is not Outcome.REPORTED for finding in verdict.findings)
    return f"{described(alike[0])} ({len(alike)} of {total})"


def described(finding: Finding) -> str:
    """Return a finding as ``key label value unit, requirement``."""
    name = f"{finding.key} {finding.label}".strip()
    return f"{name}: {interval(finding)} {finding.unit}".rstrip() + f", required {finding.requirement}"


def unmeasured(verdict: Verdict) -> list[str]:
    """Return the keys of the requirements that nothing was measured for."""
    seen = {finding.key for finding in verdict.findings}
    return [key for key, _, requirement in verdict.rule if key not in seen and requirement != "reported only"]


def conditions(verdict: Verdict) -> str:
    """Return variant, seeds, time, date, machine and load as a phrase."""
    where = verdict.environment
    seeds = f"seeds {', '.join(str(seed) for seed in verdict.seeds)}" if verdict.seeds else "no randomness"
    machine = f"{where.get('cores', '?')} cores {where.get('machine', '')}, load {where.get('load', '?')}"
    date = f"{where.get('date', '?')} UTC, infoflow {where.get('infoflow', '?')}"
    return f"{verdict.settings['variant']}; {seeds}; {verdict.seconds:.1f} s; {date}; {machine}"
