"""How often intervals cover known truths: the experiment behind the word "certified".

For every truth and replicate, centres and fresh draws come from independent seeds, and one evaluation gives the
intervals of both modes for I(X;T) and, where the inputs carry labels, I(Y;T).
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from infoflow import _checks
from infoflow._random import derived_seed
from infoflow._result import Interval
from infoflow._types import Mode
from infoflow.estimators.layers import layered_information
from infoflow.truths.truth import Truth

MODES: tuple[Mode, ...] = ("certified", "asymptotic")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One interval beside the truth it should cover.

    Attributes:
        name: Name of the problem.
        d: Its dimension.
        m: Its inputs.
        truth: Exact value of the quantity, nats.
        tolerance: Accuracy of that value, nats.
        interval: The interval.
        seconds: Wall-clock time of the evaluation that gave it (shared by the intervals of one replicate).
    """

    name: str
    d: int
    m: int
    truth: float
    tolerance: float
    interval: Interval
    seconds: float

    @property
    def covered(self) -> bool:
        """Whether the truth lies in the interval, up to the accuracy with which it is known."""
        return self.interval.lower - self.tolerance <= self.truth <= self.interval.upper + self.tolerance


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Coverage of one truth, quantity and mode over replicates.

    Attributes:
        name: Name of the problem.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``.
        mode: ``"certified"`` or ``"asymptotic"``.
        d: Dimension.
        m: Inputs.
        n: Centres per input.
        r: Fresh draws per input.
        replicates: Number of intervals.
        covered: How many covered the truth.
        truth: Exact value, nats.
        width: Mean width, nats.
        bias_gap: Mean difference of the two Monte-Carlo means, nats.
        seconds: Mean wall-clock time of one replicate's evaluation.
    """

    name: str
    quantity: str
    mode: Mode
    d: int
    m: int
    n: int
    r: int
    replicates: int
    covered: int
    truth: float
    width: float
    bias_gap: float
    seconds: float

    @property
    def rate(self) -> float:
        """Fraction of intervals that covered the truth."""
        return self.covered / self.replicates


def check_truth(truth: Truth, n: int, r: int, *, confidence: float = 0.95, seed: int = 0) -> list[Check]:
    """Return the intervals of both modes for one replicate of one truth.

    Args:
        truth: A problem with a known answer.
        n: Centres per input; 1 is taken where S is deterministic given x.
        r: Fresh draws per input.
        confidence: Of each interval.
        seed: Seed of the replicate.

    Returns:
        One check per quantity and mode.
    """
    _checks.as_count("n", n)
    _checks.as_count("r", r)
    layer = truth.name
    centres = truth.draw(1 if truth.exact else n, derived_seed(seed, "centres") % 2**31)
    fresh = {} if truth.exact else {layer: truth.draw(r, derived_seed(seed, "fresh") % 2**31)}
    start = time.perf_counter()
    rows = layered_information(
        {layer: centres},
        fresh,
        beta=truth.beta,
        labels=truth.labels,
        weights=truth.weights,
        confidence=confidence,
        modes=MODES,
        exact={layer} if truth.exact else (),
        queries_per_input=r,
        seed=derived_seed(seed, "noise") % 2**31,
    )
    seconds = time.perf_counter() - start
    exact_value = {"I(X;T)": truth.information, "I(Y;T)": truth.label_information}
    checks: list[Check] = []
    for row in rows:
        value = exact_value[row.interval.quantity]
        if value is None:
            raise ValueError(f"{truth.name} must carry its label information beside its labels, got None")
        checks.append(
            Check(
                name=truth.name,
                d=truth.d,
                m=truth.m,
                truth=value,
                tolerance=truth.tolerance,
                interval=row.interval,
                seconds=seconds,
            )
        )
    return checks


def coverage(
    problems: Sequence[Truth],
    replicates: int,
    *,
    samples: int = 4000,
    fresh: int | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Iterator[Coverage]:
    """Yield the coverage of each truth as it is done.

    Args:
        problems: Truths to try.
        replicates: Intervals per truth, quantity and mode.
        samples: Centres in all inputs together; at least 16 per input are drawn.
        fresh: Fresh draws per input; as many as centres by default.
        confidence: Of each interval.
        seed: Seed of all replicates.
        progress: Called with the truth's name after each replicate.
    """
    _checks.as_count("replicates", replicates)
    if fresh is not None:
        _checks.as_count("fresh", fresh)
    for position, truth in enumerate(problems):
        n = max(16, math.ceil(samples / truth.m))
        groups: dict[tuple[str, Mode], list[Check]] = {}
        for replicate in range(replicates):
            replicate_seed = derived_seed(seed, "replicate", position, replicate) % 2**31
            for check in check_truth(truth, n, fresh or n, confidence=confidence, seed=replicate_seed):
                groups.setdefault((check.interval.quantity, check.interval.mode), []).append(check)
            if progress is not None:
                progress(truth.name)
        for (quantity, mode), checks in groups.items():
            yield _summary(quantity, mode, checks)


def _summary(quantity: str, mode: Mode, checks: Sequence[Check]) -> Coverage:
    first, count = checks[0], len(checks)
    return Coverage(
        name=first.name,
        quantity=quantity,
        mode=mode,
        d=first.d,
        m=first.m,
        n=first.interval.n,
        r=first.interval.r,
        replicates=count,
        covered=sum(check.covered for check in checks),
        truth=first.truth,
        width=sum(check.interval.width for check in checks) / count,
        bias_gap=sum(check.interval.parts.bias_gap for check in checks) / count,
        seconds=sum(check.seconds for check in checks) / count,
    )
