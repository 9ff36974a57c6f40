"""What a claim is: a statement of the paper, the rule that decides it, and the function that measures it.

The rule is data and stands before anything is measured: every criterion is a range for one quantity. A check function
only measures; :mod:`infoflow.claims.decision` compares.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from infoflow.claims.context import Context


class Outcome(StrEnum):
    """What became of a claim, or of one finding of it."""

    HOLDS = "holds"
    """Every value inside the interval meets the requirement."""
    DIFFERS = "differs"
    """No value inside the interval meets it."""
    UNDECIDED = "undecided"
    """The interval contains values that meet it and values that do not, or nothing was measured."""
    CRASHED = "crashed"
    """The check raised; the verdict holds the traceback."""
    REPORTED = "reported"
    """A quantity without a requirement, stated beside the others."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """A requirement: a quantity lies between ``least`` and ``most``, inclusive.

    Attributes:
        key: Short name, unique within the claim.
        text: What the quantity is and what is said of it, as a sentence.
        least: Smallest value that meets the requirement; minus infinity without one.
        most: Largest value that meets it; infinity without one.
        unit: Unit of the quantity; empty for a number without one.
    """

    key: str
    text: str
    least: float = -math.inf
    most: float = math.inf
    unit: str = "nats"

    @property
    def reported_only(self) -> bool:
        """Whether nothing is required."""
        return self.least == -math.inf and self.most == math.inf

    @property
    def requirement(self) -> str:
        """The range in signs."""
        if self.reported_only:
            return "reported only"
        if self.most == math.inf:
            return f">= {self.least:.10g}"
        if self.least == -math.inf:
            return f"<= {self.most:.10g}"
        if self.least == self.most:
            return f"= {self.least:.10g}"
        return f"in [{self.least:.10g}, {self.most:.10g}]"


def printed(key: str, text: str, value: float, decimals: int, unit: str = "nats") -> Criterion:
    """Return the criterion that a quantity equals a printed value to half a unit of its last decimal."""
    half = 0.5 * 10.0**-decimals * (1.0 + 1e-9)
    return Criterion(key=key, text=f"{text}: printed {value:g}", least=value - half, most=value + half, unit=unit)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measured value with its interval.

    Attributes:
        key: The criterion it belongs to.
        estimate: The value.
        lower: Lower end of its interval.
        upper: Upper end.
        interval: What kind of interval it is, such as ``"certified 95 %"`` or ``"exact"``.
        label: What tells it apart from others of the same criterion, such as ``"seed 1"``.
    """

    key: str
    estimate: float
    lower: float
    upper: float
    interval: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a check function returns.

    Attributes:
        values: The measured values; a criterion may have several, and one without any is undecided.
        seeds: Seeds that were used.
        notes: Sentences for the reader: settings, reasons, what was left out.
        stand_in: What was measured in the place of what the claim is about; the claim is then undecided, whatever the
            findings say.
    """

    values: list[Measured]
    seeds: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list[str])
    stand_in: str = ""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One item of the paper's checklist.

    Attributes:
        number: Its number in the checklist.
        title: A few words.
        claimed: What the paper says.
        criteria: What must be found for the claim to hold; all of them, on every seed.
        check: Measures; it may use up to the time of its variant and must not decide.
        source: Where the paper says it.
        needs_data: Whether ``--data`` matters.
        per_seed: Whether ``--seeds`` matters.
    """

    number: int
    title: str
    claimed: str
    criteria: tuple[Criterion, ...]
    check: Callable[[Context], Measurement]
    source: str
    needs_data: bool = False
    per_seed: bool = False
