"""A case: one problem at one size, with what is to be measured of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from infoflow._result import Interval
from infoflow.runs.cases import case_label


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was measured of a case.

    Attributes:
        measures: Numbers by name, nats unless their case says otherwise; at least one.
        interval: A certified interval, where there is one.
        notes: Sentences, such as why an estimator was not run.
    """

    measures: dict[str, float]
    interval: Interval | None = None
    notes: list[str] = field(default_factory=list[str])


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        settings: What tells it apart, in the order of its label.
        measure: Measures it; a function of the settings of the run alone, so that a resumed run repeats bit for bit.
    """

    settings: dict[str, int | float]
    measure: Callable[[], Found]

    @property
    def label(self) -> str:
        """Its name in the run."""
        return case_label(self.settings)
