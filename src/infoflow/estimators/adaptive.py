"""Draw until the interval is as narrow as asked for, or the budget ends, and say which.

Rounds k = 1, 2, ... double the centres, the fresh draws, or both, whichever the interval's parts call for. Round k
uses the error share ``2δ/(k(k+1))²`` for each of the ``k(k+1)/2`` pairs of sizes it could have come to, because which
of them it is was decided by data it uses again. They add up to ``δ/(k(k+1))``, and these over k to δ, so the last
interval holds at the confidence asked for wherever it stops.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._random import derived_seed
from infoflow._result import Interval, warn_status
from infoflow._types import Array, ArrayLike, Mode
from infoflow.estimators.information import MODES, Problem
from infoflow.estimators.interval import ESTIMATORS, assemble

Sampler = Callable[[int, int], ArrayLike]
_FIRST_POINTS = 2048
_BYTES_PER_VALUE = 8
COPIES = 4  # centres, fresh draws, points and one temporary of the same size


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a measurement may cost; None for no limit.

    Attributes:
        seconds: Wall-clock time; a round that is predicted to exceed it is not started.
        samples: Draws of S in all, centres and fresh ones of all inputs together.
        memory: Bytes for draws and evaluation points.
    """

    seconds: float | None = 60.0
    samples: int | None = None
    memory: int | None = 2 * 2**30


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round: draws per input, the interval, and the seconds it took."""

    n: int
    r: int
    interval: Interval
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """The result of :func:`measure`.

    Attributes:
        interval: The last round's interval, at the confidence asked for over all rounds.
        reason: Why it stopped: ``"width reached"``, ``"seconds"``, ``"samples"`` or ``"memory"``.
        rounds: What was tried.
        seconds: Wall-clock time in all.
    """

    interval: Interval
    reason: str
    rounds: tuple[Round, ...]
    seconds: float


def measure(
    sampler: Sampler,
    beta: float,
    width: float = 0.1,
    confidence: float = 0.95,
    budget: Budget | float | None = None,
    *,
    labels: Any | None = None,
    mode: Mode = "certified",
    weights: ArrayLike | None = None,
    estimator: str = "midpoint",
    seed: int = 0,
    tol: float = 1e-9,
    engine: str = "auto",
) -> Measurement:
    """Measure I(X;T), or I(Y;T) where labels are given, to a given width within a budget.

    Args:
        sampler: ``sampler(n, seed)`` returns n noiseless draws of S given each input, shape (m, n, d); draws of
            different seeds must be independent.
        beta: Noise standard deviation, > 0.
        width: Width of the interval to stop at, in nats, > 0.
        confidence: Probability with which the interval returned covers the truth, whatever made it stop.
        budget: A :class:`Budget`, or seconds as a number; None for the default one.
        labels: Class of each input, shape (m,).
        mode: As in :func:`infoflow.input_information`.
        weights: As in :func:`infoflow.input_information`.
        estimator: As in :func:`infoflow.input_information`.
        seed: Seed of everything; the sampler is called with seeds derived from it.
        tol: As in :func:`infoflow.input_information`.
        engine: As in :func:`infoflow.input_information`.

    Returns:
        The measurement; its interval may be wider than asked for when ``reason`` is not ``"width reached"``.

    Raises:
        TypeError: ``sampler`` is not callable, or an argument is of the wrong type.
        ValueError: A setting is out of range, or the sampler's draws have the wrong shape.
        IllPosedError: ``beta <= 0``, or draws of different seeds are the same.
    """
    if not callable(sampler):
        raise TypeError(f"sampler must be a function sampler(n, seed) -> (m, n, d), got {sampler!r}")
    scale = _checks.positive_beta(beta)
    level = _checks.probability("confidence", confidence)
    target = _checks.as_number("width", width)
    if target <= 0:
        raise ValueError(f"width must be > 0, got {target:g}")
    _checks.one_of("mode", mode, MODES)
    _checks.one_of("estimator", estimator, ESTIMATORS)
    limits = _as_budget(budget)
    quantity = "I(X;T)" if labels is None else "I(Y;T)"
    draws = _Draws(sampler, seed)
    rounds: list[Round] = []
    start = time.monotonic()
    while True:
        began = time.monotonic()
        problem = Problem(draws.centres, draws.fresh, labels, scale, weights, False, tol, engine)
        index = len(rounds) + 1
        share = 2.0 * (1.0 - level) / (index * (index + 1)) ** 2
        evaluation = problem.evaluate([quantity], None, estimator, derived_seed(seed, "round", index) % 2**31)
        interval = assemble(
            evaluation,
            problem.questions[quantity],
            problem.mixtures.weights,
            confidence=1.0 - share,
            mode=mode,
            estimator=estimator,
        )
        interval = replace(interval, confidence=level)
        took = time.monotonic() - began
        rounds.append(Round(n=draws.n, r=draws.r, interval=interval, seconds=took))
        reason = "width reached" if interval.width <= target else draws.grow(interval, limits, start, took)
        if reason:
            break
    warn_status(quantity, interval.status, interval.message)
    return Measurement(interval=interval, reason=reason, rounds=tuple(rounds), seconds=time.monotonic() - start)


class _Draws:
    """Centres and fresh draws that grow by doubling; nothing drawn is thrown away."""

    def __init__(self, sampler: Sampler, seed: int) -> None:
        self._sampler = sampler
        self._seed = seed
        self._calls = 0
        first = self._call(8)
        m = first.shape[0]
        start = max(8, 2 ** math.ceil(math.log2(max(1.0, _FIRST_POINTS / m))))
        self.centres = first if start == 8 else np.concatenate([first, self._call(start - 8)], axis=1)
        self.fresh = self._call(start)

    @property
    def n(self) -> int:
        """Centres per input."""
        return self.centres.shape[1]

    @property
    def r(self) -> int:
        """Fresh draws per input."""
        return self.fresh.shape[1]

    def grow(self, interval: Interval, limits: Budget, start: float, took: float) -> str:
        """Double what the interval's parts call for, or return the limit that forbids it."""
        parts = interval.parts
        by_centres = max(parts.bias_gap, 0.0) + parts.centre_fluctuation
        by_points = parts.monte_carlo_upper + parts.monte_carlo_lower
        n = self.n * (2 if by_centres >= 0.5 * by_points else 1)
        r = self.r * (2 if by_points >= 0.5 * by_centres else 1)
        m, _, d = self.centres.shape
        work = (n * r) / (self.n * self.r)
        if limits.samples is not None and m * (n + r) > limits.samples:
            return "samples"
        if limits.memory is not None and COPIES * m * (n + r) * d * _BYTES_PER_VALUE > limits.memory:
            return "memory"
        if limits.seconds is not None and time.monotonic() - start + work * took > limits.seconds:
            return "seconds"
        if n > self.n:
            self.centres = np.concatenate([self.centres, self._call(n - self.n)], axis=1)
        if r > self.r:
            self.fresh = np.concatenate([self.fresh, self._call(r - self.r)], axis=1)
        return ""

    def _call(self, n: int) -> Array:
        self._calls += 1
        seed = derived_seed(self._seed, "sampler call", self._calls) % 2**31
        return _checks.as_float64("sampler(n, seed)", self._sampler(n, seed), shape="m n d")


def _as_budget(budget: Budget | float | None) -> Budget:
    if budget is None:
        return Budget()
    if isinstance(budget, Budget):
        return budget
    seconds = _checks.as_number("budget", budget)
    if seconds <= 0:
        raise ValueError(f"budget must be > 0 seconds, got {seconds:g}")
    return Budget(seconds=seconds)
