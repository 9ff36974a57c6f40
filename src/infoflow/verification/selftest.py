"""``infoflow verify``: the estimators against every truth of the catalogue, on the user's machine."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from infoflow import _checks
from infoflow._errors import InfoflowWarning
from infoflow._random import derived_seed
from infoflow.truths import catalogue
from infoflow.verification.coverage import Check, check_truth

_ASYMPTOTIC_RATE = 0.93
"""The least coverage of a nominal 95 % asymptotic interval that counts as right (normal approximation at small n)."""

_FALSE_ALARM = 1e-4


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """The outcome of :func:`verify`.

    Attributes:
        checks: One per truth, quantity, mode and replicate.
        certified_covered: Certified intervals that cover, of ``certified_count``.
        certified_count: Certified intervals.
        asymptotic_covered: Asymptotic intervals that cover, of ``asymptotic_count``.
        asymptotic_count: Asymptotic intervals.
        asymptotic_least: How many must cover for the self-test to pass.
    """

    checks: tuple[Check, ...]
    certified_covered: int
    certified_count: int
    asymptotic_covered: int
    asymptotic_count: int
    asymptotic_least: int

    @property
    def passed(self) -> bool:
        """Whether every certified interval covers, and enough asymptotic ones do."""
        return self.certified_covered == self.certified_count and self.asymptotic_covered >= self.asymptotic_least


def verify(
    *, replicates: int = 3, samples: int = 4000, seed: int = 0, progress: Callable[[str], None] | None = None
) -> SelfTest:
    """Check the intervals of I(X;T) and I(Y;T) against every truth of the catalogue.

    Certified intervals must all cover: they are conservative, and a replicate that misses would be a finding. Of the
    95 % asymptotic ones at least 93 % should, less what chance allows with probability 1e-4.

    Args:
        replicates: Independent intervals per truth.
        samples: Centres of all inputs together, and as many fresh draws.
        seed: Seed of all draws.
        progress: Called with the truth's name when it is done.

    Returns:
        The checks and whether they pass.

    Raises:
        TypeError: ``replicates`` or ``samples`` is not an integer.
        ValueError: It is below one.
    """
    _checks.as_count("replicates", replicates)
    _checks.as_count("samples", samples)
    checks: list[Check] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfoflowWarning)  # the statuses are in the table
        for position, truth in enumerate(catalogue()):
            n = max(16, math.ceil(samples / truth.m))
            for replicate in range(replicates):
                checks += check_truth(truth, n, n, seed=derived_seed(seed, "verify", position, replicate) % 2**31)
            if progress is not None:
                progress(truth.name)
    certified = [check.covered for check in checks if check.interval.mode == "certified"]
    asymptotic = [check.covered for check in checks if check.interval.mode == "asymptotic"]
    return SelfTest(
        checks=tuple(checks),
        certified_covered=sum(certified),
        certified_count=len(certified),
        asymptotic_covered=sum(asymptotic),
        asymptotic_count=len(asymptotic),
        asymptotic_least=_least_count(len(asymptotic), _ASYMPTOTIC_RATE, _FALSE_ALARM),
    )


def _least_count(count: int, rate: float, false_alarm: float) -> int:
    """Return the largest k with ``P(Binomial(count, rate) < k) <= false_alarm``."""
    probability, below = (1.0 - rate) ** count, 0.0
    for k in range(count + 1):
        if below + probability > false_alarm:
            return k
        below += probability
        probability *= (count - k) / (k + 1) * rate / (1.0 - rate)
    return count
