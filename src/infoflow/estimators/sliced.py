"""Sliced information: the average of I(X;PT) over random k-dimensional projections, a quantity of its own.

``SI_k(X;T) = E_P I(X;PT)``, P uniform among k-dimensional subspaces. Every I(X;PT) is at most I(X;T), and so is their
average; SI_k itself breaks the data-processing inequality (a later layer may have a larger one), so sliced intervals
are never tightened along the layers.
"""

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._result import Interval, Parts
from infoflow._types import ArrayLike, Mode
from infoflow.estimators.directions import check_directions, random_directions
from infoflow.estimators.interval import interval_status
from infoflow.estimators.projection import Settings, checked_fresh, interval_after, unprojected


@dataclass(frozen=True, kw_only=True)
class SlicedInformation:
    """The result of :func:`sliced_information`; all its intervals hold together with the confidence asked for.

    Attributes:
        interval: SI_k(X;T), over all projections there are; nats.
        mean: The average of I(X;PT) over the projections that were drawn: no uncertainty about other projections.
        slices: I(X;PT) of each of them.
        matrices: These projections, shape (n_slices, k, d).
    """

    interval: Interval
    mean: Interval
    slices: tuple[Interval, ...]
    matrices: np.ndarray[Any, np.dtype[np.float64]]

    @property
    def lower_bound(self) -> float:
        """The best lower bound of I(X;T), or I(Y;T), that the slices give by data processing, in nats."""
        return max(interval.lower for interval in self.slices)


def sliced_information(
    centres: ArrayLike,
    fresh: ArrayLike | None = None,
    *,
    beta: float,
    k: int = 1,
    n_slices: int = 16,
    labels: Any | None = None,
    confidence: float = 0.95,
    mode: Mode = "certified",
    exact: bool = False,
    weights: ArrayLike | None = None,
    queries_per_input: int | None = None,
    estimator: str = "midpoint",
    seed: int = 0,
    tol: float = 1e-9,
    engine: str = "auto",
) -> SlicedInformation:
    """Return the k-sliced information ``SI_k(X;T) = E_P I(X;PT)``, or that of Y where labels are given.

    Half of the error 1 - confidence is shared by the slices' intervals; the other half goes to the projections not
    drawn: by Hoeffding's inequality they move the mean of n_slices values in [0, ceiling] by at most
    ``ceiling sqrt(ln(4/(1-confidence))/(2 n_slices))`` (asymptotic mode: a normal quantile times their standard error).

    Args:
        centres: As in :func:`infoflow.input_information`.
        fresh: As in :func:`infoflow.input_information`.
        beta: Noise standard deviation, > 0.
        k: Dimension of a slice, 1..d.
        n_slices: Projections drawn, at least 2.
        labels: Class of each input, shape (m,), for Y in the place of X.
        confidence: Probability with which all intervals returned hold together.
        mode: As in :func:`infoflow.input_information`.
        exact: As in :func:`infoflow.input_information`.
        weights: As in :func:`infoflow.input_information`.
        queries_per_input: As in :func:`infoflow.input_information`.
        estimator: As in :func:`infoflow.input_information`.
        seed: Seed of the noise and of the projections.
        tol: As in :func:`infoflow.input_information`.
        engine: As in :func:`infoflow.input_information`.

    Returns:
        See :class:`SlicedInformation`.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, ``k`` is outside 1..d, or ``n_slices < 2``.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``, or ``fresh`` repeats ``centres``.

    Source: Goldfeld & Greenewald, NeurIPS 2021 and 2022 (k-sliced mutual information), with T projected and X not.
    """
    settings = Settings(
        beta=beta,
        confidence=confidence,
        mode=mode,
        exact=exact,
        weights=weights,
        queries_per_input=queries_per_input,
        estimator=estimator,
        seed=seed,
        tol=tol,
        engine=engine,
    )
    settings.check()
    count = _checks.as_count("n_slices", n_slices, minimum=2)
    draws = _checks.as_float64("centres", centres, shape="m n d")
    later = checked_fresh(fresh, draws, exact)
    d = draws.shape[2]
    matrices = np.stack([random_directions(d, check_directions(k, d), seed, index) for index in range(count)])
    delta = 1.0 - confidence
    each = replace(settings, confidence=1.0 - 0.5 * delta / count)
    slices = [
        replace(interval_after(matrix, draws, later, labels, replace(each, seed=seed + index)), confidence=confidence)
        for index, matrix in enumerate(matrices)
    ]
    mean = _mean(slices)
    spread = slices[0].ceiling * math.sqrt(math.log(4.0 / delta) / (2.0 * count))
    if mode == "asymptotic":
        standard_error = float(np.std([interval.estimate for interval in slices], ddof=1)) / math.sqrt(count)
        spread = NormalDist().inv_cdf(1.0 - delta / 4.0) * standard_error
    return SlicedInformation(interval=_widened(mean, spread, k), mean=mean, slices=tuple(slices), matrices=matrices)


def _mean(slices: list[Interval]) -> Interval:
    """Return the interval of the average of the slices' informations, which all hold together."""

    def average(name: str) -> float:
        return float(np.mean([getattr(interval, name) for interval in slices]))

    def average_part(name: str) -> float:
        return float(np.mean([getattr(interval.parts, name) for interval in slices]))

    quantity = slices[0].quantity
    lower, upper = average("lower"), average("upper")
    status, message = interval_status(lower, upper, slices[0].ceiling)
    note = f"average over {len(slices)} projections: at most {unprojected(quantity)} by data processing"
    return replace(
        slices[0],
        quantity=f"mean of {quantity}",
        lower=lower,
        upper=upper,
        estimate=average("estimate"),
        raw_lower=average("raw_lower"),
        raw_upper=average("raw_upper"),
        parts=Parts(
            bias_gap=average_part("bias_gap"),
            centre_fluctuation=average_part("centre_fluctuation"),
            monte_carlo_upper=average_part("monte_carlo_upper"),
            monte_carlo_lower=average_part("monte_carlo_lower"),
        ),
        status=status,
        message=f"{note}; {message}" if message else note,
    )


def _widened(mean: Interval, spread: float, k: int) -> Interval:
    variable = mean.quantity.removeprefix("mean of I(")[0]
    lower, upper = max(0.0, mean.lower - spread), min(mean.ceiling, mean.upper + spread)
    status, message = interval_status(lower, upper, mean.ceiling)
    note = f"sliced information, not I({variable};T), which is at least as large"
    return replace(
        mean,
        quantity=f"SI_{k}({variable};T)",
        lower=lower,
        upper=upper,
        raw_lower=mean.raw_lower - spread,
        raw_upper=mean.raw_upper + spread,
        parts=replace(
            mean.parts,
            monte_carlo_upper=mean.parts.monte_carlo_upper + spread,
            monte_carlo_lower=mean.parts.monte_carlo_lower + spread,
        ),
        status=status,
        message=f"{note}; {message}" if message else note,
    )
