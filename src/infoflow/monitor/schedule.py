"""At which epochs a monitor measures: every k-th, log-spaced, or a list."""

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from infoflow import _checks

Schedule: TypeAlias = Callable[[int], bool]


def every(k: int) -> Schedule:
    """Return the schedule 0, k, 2k, ...

    Raises:
        TypeError: ``k`` is not an integer.
        ValueError: ``k < 1``.
    """
    step = _checks.as_count("k", k)
    return lambda epoch: epoch % step == 0


def log_spaced(per_octave: int = 2) -> Schedule:
    """Return the schedule 0, 1, then ``round(2^(j/per_octave))``: 0, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, ... by default.

    A network changes most at the start; the total number of epochs need not be known.

    Args:
        per_octave: Measurements per doubling of the epoch.

    Raises:
        TypeError: ``per_octave`` is not an integer.
        ValueError: ``per_octave < 1``.
    """
    density = _checks.as_count("per_octave", per_octave)

    def due(epoch: int) -> bool:
        if epoch <= 1:
            return True
        nearest = round(density * math.log2(epoch))
        return any(round(2 ** ((nearest + shift) / density)) == epoch for shift in (-1, 0, 1))

    return due


def as_schedule(schedule: Any) -> Schedule:
    """Return a schedule from a function ``epoch -> bool``, or from the epochs themselves.

    Raises:
        TypeError: Neither.
        ValueError: No epoch, or a negative one.
    """
    if callable(schedule):
        return lambda epoch: bool(schedule(epoch))
    if isinstance(schedule, str | bytes) or not isinstance(schedule, Iterable):
        raise TypeError(f"schedule must be every(k), log_spaced() or a list of epochs, got {schedule!r}")
    epochs = frozenset(_checks.as_count("schedule", epoch, minimum=0) for epoch in schedule)
    if not epochs:
        raise ValueError("schedule must name at least one epoch, got none")
    return epochs.__contains__
