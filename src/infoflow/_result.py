"""What an estimator returns: never a bare float, always a value with its error and a status.

All quantities are in nats; ``.bits`` is the only conversion.
"""

import math
import warnings
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from infoflow import _checks
from infoflow._errors import InfoflowWarning
from infoflow._types import Mode

_NATS_PER_BIT = math.log(2.0)


class Status(StrEnum):
    """How far a result can be trusted; the sentence is ``.message`` of the result."""

    OK = "ok"
    """Nothing to report."""
    NEAR_CEILING = "near ceiling"
    """The estimate is close to the largest value it can take with this many samples: a larger truth would not show."""
    LOWER_BOUND_ONLY = "lower bound only"
    """The upper end is the trivial one (ln m or H(Y)); the lower end is informative."""
    UPPER_BOUND_ONLY = "upper bound only"
    """The lower end is 0; the upper end is informative."""
    VACUOUS = "vacuous"
    """Both ends are the trivial ones."""
    CROSSING = "crossing"
    """An asymptotic interval contradicts the data-processing inequality with another layer's."""
    OUTSIDE_BRACKET = "outside bracket"
    """A deterministic bound that must hold is violated: the estimate is wrong."""


class Bits(NamedTuple):
    """The ends and the estimate of an interval in bits."""

    lower: float
    estimate: float
    upper: float


class Bracket(NamedTuple):
    """A deterministic lower and upper bound, in nats."""

    lower: float
    upper: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A point estimate of an entropy or an information.

    Attributes:
        nats: The value, in nats.
        stderr: Standard error of its Monte-Carlo part, in nats; 0 for an exact value. For Gauss–Hermite nodes the
            root mean square distance from unbiased replicates.
        n: Samples (mixture components) per input, or in all where there is one sample only.
        d: Dimension of the representation.
        quantity: What is estimated, such as ``"h(T)"`` or ``"I(X;T)"``.
        status: See :class:`Status`.
        message: The status as a sentence.
        bracket: Deterministic bounds that the value must lie between, where they were computed; nats.
        dof: Degrees of freedom of ``stderr``: few, where it comes from few replicates.
        sampling: How the integral was sampled, where there was one.
        evaluations: Densities that it took.
    """

    nats: float
    stderr: float
    n: int
    d: int
    quantity: str
    status: Status = Status.OK
    message: str = ""
    bracket: Bracket | None = None
    dof: float = math.inf
    sampling: str = ""
    evaluations: int = 0

    @property
    def bits(self) -> float:
        """The value in bits."""
        return self.nats / _NATS_PER_BIT

    def margin(self, confidence: float = 0.95) -> float:
        """Return the half-width of the two-sided confidence interval of the Monte-Carlo part, by Student's t; nats.

        Args:
            confidence: Probability with which ``nats ± margin`` holds the integral that was sampled.

        Raises:
            TypeError: ``confidence`` is not a number.
            ValueError: It does not lie strictly between 0 and 1.
        """
        from scipy.stats import t

        level = _checks.probability("confidence", confidence)
        if self.stderr in (0.0, math.inf):
            return self.stderr
        return float(t.ppf(0.5 + 0.5 * level, self.dof)) * self.stderr


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the width of an interval is made of, in nats: it says what to buy more of.

    ``raw_upper - raw_lower = bias_gap + centre_fluctuation + monte_carlo_upper + monte_carlo_lower``.

    Attributes:
        bias_gap: Difference of the two Monte-Carlo means; falls with more centres per input (n).
        centre_fluctuation: How far the centres' own randomness may have moved the upper end; falls with m·n.
        monte_carlo_upper: Monte-Carlo term of the upper end; falls with more evaluation points.
        monte_carlo_lower: Monte-Carlo term of the lower end; falls with more fresh draws.
    """

    bias_gap: float
    centre_fluctuation: float
    monte_carlo_upper: float
    monte_carlo_lower: float


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A confidence interval for an information or an entropy, in nats.

    Attributes:
        lower: Lower end, after intersection with what is known beforehand (0 and the ceiling) and any tightening.
        upper: Upper end, likewise.
        estimate: Point estimate.
        confidence: Probability with which the interval covers the truth, at least.
        mode: ``"certified"`` (finite-sample, distribution-free) or ``"asymptotic"`` (normal quantiles).
        quantity: ``"I(X;T)"``, ``"I(Y;T)"``, ``"h(T)"`` or ``"h(T|X)"``.
        ceiling: Largest possible value: ln m, H(X), H(Y), or infinity for an entropy.
        raw_lower: Lower end before clamping to [0, ceiling] and before any tightening.
        raw_upper: Upper end before clamping and tightening.
        estimator: Name of the point estimate.
        parts: Where the width comes from.
        m: Inputs.
        n: Centres per input.
        r: Fresh draws per input used for the lower end.
        d: Dimension.
        decoder: The decoder that gave the lower end, with its parameters.
        upper_bound: Which bound gave the upper end: ``"exact"``, ``"pooled"`` or ``"reference"``.
        engine: The engine that evaluated the log-densities.
        status: See :class:`Status`.
        message: The status as a sentence.
        bracket: Deterministic bounds of the plug-in entropy, for h(T) and h(T|X); nats.
    """

    lower: float
    upper: float
    estimate: float
    confidence: float
    mode: Mode
    quantity: str
    ceiling: float
    raw_lower: float
    raw_upper: float
    estimator: str
    parts: Parts
    m: int
    n: int
    r: int
    d: int
    decoder: str = ""
    upper_bound: str = ""
    engine: str = ""
    status: Status = Status.OK
    message: str = ""
    bracket: Bracket | None = None

    @property
    def width(self) -> float:
        """``upper - lower``, in nats."""
        return self.upper - self.lower

    @property
    def bits(self) -> Bits:
        """Lower end, estimate and upper end in bits."""
        return Bits(self.lower / _NATS_PER_BIT, self.estimate / _NATS_PER_BIT, self.upper / _NATS_PER_BIT)

    def __contains__(self, value: float) -> bool:
        """Whether ``value`` (nats) lies between the ends, inclusive."""
        return self.lower <= value <= self.upper


def warn_status(quantity: str, status: Status, message: str, *, stacklevel: int = 3) -> None:
    """Issue the one warning that goes with a result that cannot be trusted or says nothing.

    An interval with one trivial end is as true as any other: its status says so, without a warning.
    """
    if status not in (Status.OK, Status.LOWER_BOUND_ONLY, Status.UPPER_BOUND_ONLY):
        warnings.warn(f"{quantity}: {message}", InfoflowWarning, stacklevel=stacklevel)
