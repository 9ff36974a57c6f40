"""The verdict on a claim: what was claimed and required, what was measured, how, and what follows."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from infoflow._errors import LoadError
from infoflow.claims.claim import Outcome

_NUMBERS = ("estimate", "lower", "upper", "least", "most")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One measured value beside its requirement; see :class:`~infoflow.claims.claim.Criterion` and ``Measured``."""

    key: str
    text: str
    requirement: str
    least: float
    most: float
    unit: str
    label: str
    estimate: float
    lower: float
    upper: float
    interval: str
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The verdict on one claim.

    Attributes:
        number: Number of the claim.
        title: Its title.
        outcome: ``holds``, ``differs``, ``undecided`` or ``crashed``.
        claimed: What the paper says.
        source: Where.
        rule: The requirements as they stood before measuring: key, sentence, range.
        findings: What was measured, one entry per value.
        settings: What the check was asked: variant, seeds, data.
        seeds: Seeds used.
        seconds: Wall-clock time.
        command: The command that measures it again.
        notes: Sentences for the reader.
        environment: Date, versions, machine and its load.
        traceback: Of a crash; empty otherwise.
    """

    number: int
    title: str
    outcome: Outcome
    claimed: str
    source: str
    rule: list[list[str]]
    findings: list[Finding]
    settings: dict[str, Any]
    seeds: list[int]
    seconds: float
    command: str
    notes: list[str] = field(default_factory=list[str])
    environment: dict[str, Any] = field(default_factory=dict[str, Any])
    traceback: str = ""


def verdict_as_dict(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as values that strict JSON can hold; infinities and NaN become text."""
    content = asdict(verdict)
    for finding in content["findings"]:
        for name in _NUMBERS:
            if not math.isfinite(finding[name]):
                finding[name] = str(finding[name])
    return content


def verdict_from_dict(content: Any) -> Verdict:
    """Return the verdict that :func:`verdict_as_dict` wrote.

    Raises:
        LoadError: ``content`` is something else.
    """
    try:
        values: dict[str, Any] = dict(content)
        findings = [_finding(entry) for entry in content["findings"]]
        values.update(findings=findings, outcome=Outcome(content["outcome"]))
        return Verdict(**values)
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError(f"a verdict must have all its fields: {error}") from None


def _finding(entry: dict[str, Any]) -> Finding:
    values: dict[str, Any] = dict(entry)
    values.update({name: float(entry[name]) for name in _NUMBERS}, outcome=Outcome(entry["outcome"]))
    return Finding(**values)
