"""Deciding: pure functions from requirements and measured intervals to outcomes.

A finding holds if its whole interval meets the requirement, differs if no point of it does, and is undecided in
between. A claim differs if any finding differs, holds if all hold, and is undecided otherwise.
"""

import math
from collections.abc import Iterable, Sequence

from infoflow.claims.claim import Criterion, Measured, Outcome
from infoflow.claims.verdict import Finding


def judged(criterion: Criterion, measured: Measured) -> Outcome:
    """Return what an interval says of a requirement.

    Raises:
        ValueError: The interval's ends are in the wrong order.
    """
    if measured.lower > measured.upper:
        raise ValueError(f"{measured.key} must have lower <= upper, got {measured.lower:g} > {measured.upper:g}")
    if criterion.reported_only:
        return Outcome.REPORTED
    if math.isnan(measured.lower) or math.isnan(measured.upper):
        return Outcome.UNDECIDED
    if criterion.least <= measured.lower and measured.upper <= criterion.most:
        return Outcome.HOLDS
    if measured.upper < criterion.least or measured.lower > criterion.most:
        return Outcome.DIFFERS
    return Outcome.UNDECIDED


def findings(criteria: Sequence[Criterion], values: Iterable[Measured]) -> list[Finding]:
    """Return all measured values beside their requirements, in the order of the criteria.

    Raises:
        ValueError: A value belongs to no criterion.
    """
    by_key: dict[str, list[Measured]] = {criterion.key: [] for criterion in criteria}
    for value in values:
        if value.key not in by_key:
            raise ValueError(f"a measured value must belong to one of {', '.join(by_key)}, got {value.key!r}")
        by_key[value.key].append(value)
    return [_finding(criterion, value) for criterion in criteria for value in by_key[criterion.key]]


def decided(criteria: Sequence[Criterion], found: Sequence[Finding]) -> Outcome:
    """Return the outcome of a claim; a requirement that nothing was measured for leaves it undecided."""
    outcomes = [finding.outcome for finding in found]
    if Outcome.DIFFERS in outcomes:
        return Outcome.DIFFERS
    seen = {finding.key for finding in found}
    missing = any(not criterion.reported_only and criterion.key not in seen for criterion in criteria)
    if missing or Outcome.UNDECIDED in outcomes or Outcome.HOLDS not in outcomes:
        return Outcome.UNDECIDED
    return Outcome.HOLDS


def with_stand_in(outcome: Outcome, stand_in: str) -> Outcome:
    """Return the outcome of a claim that was tried on something else: undecided, whatever the findings say."""
    return Outcome.UNDECIDED if stand_in else outcome


def rule(criteria: Sequence[Criterion]) -> list[list[str]]:
    """Return the requirements as text: key, sentence, range."""
    return [[criterion.key, criterion.text, criterion.requirement] for criterion in criteria]


def _finding(criterion: Criterion, measured: Measured) -> Finding:
    return Finding(
        key=criterion.key,
        text=criterion.text,
        requirement=criterion.requirement,
        least=criterion.least,
        most=criterion.most,
        unit=criterion.unit,
        label=measured.label,
        estimate=measured.estimate,
        lower=measured.lower,
        upper=measured.upper,
        interval=measured.interval,
        outcome=judged(criterion, measured),
    )
