"""What is asked of a curve of intervals: its largest value, its fall to the end, its decreases.

All intervals of a curve hold together, so every statement derived from them holds with the same probability.
"""

import numpy as np

from infoflow.claims.claim import Measured
from infoflow.claims.studies import Curve

KIND = "certified 95 %, all epochs together"


def largest(key: str, curve: Curve, *, label: str) -> Measured:
    """Return ``max_e I_e``: between the largest lower and the largest upper end."""
    return _measured(key, curve.lower.max(), curve.estimate.max(), curve.upper.max(), label)


def smallest(key: str, curve: Curve, *, label: str) -> Measured:
    """Return ``min_e I_e``: between the smallest lower and the smallest upper end."""
    return _measured(key, curve.lower.min(), curve.estimate.min(), curve.upper.min(), label)


def fall_to_end(key: str, curve: Curve, *, label: str) -> Measured:
    """Return ``max_e I_e - I_end``, zero or more."""
    lower = max([0.0, *(curve.lower[:-1] - curve.upper[-1])])
    upper = max([0.0, *(curve.upper[:-1] - curve.lower[-1])])
    return _measured(key, lower, curve.estimate.max() - curve.estimate[-1], upper, label)


def largest_decrease(key: str, curve: Curve, *, label: str) -> Measured:
    """Return ``max_{a<b} (I_a - I_b)``, the largest decrease from one epoch to a later one, zero or more."""
    lower = max([0.0, *(np.maximum.accumulate(curve.lower[:-1]) - curve.upper[1:])])
    upper = max([0.0, *(np.maximum.accumulate(curve.upper[:-1]) - curve.lower[1:])])
    estimate = np.maximum.accumulate(curve.estimate) - curve.estimate
    return _measured(key, lower, estimate.max(), upper, label)


def change(key: str, curve: Curve, start: int, stop: int, *, label: str) -> Measured:
    """Return ``I_stop - I_start``, at two positions of the curve."""
    lower = curve.lower[stop] - curve.upper[start]
    upper = curve.upper[stop] - curve.lower[start]
    return _measured(key, lower, curve.estimate[stop] - curve.estimate[start], upper, label)


def part(curve: Curve, first: int, last: int) -> Curve:
    """Return the curve from epoch ``first`` to epoch ``last``, inclusive."""
    inside = (curve.epoch >= first) & (curve.epoch <= last)
    return Curve(curve.epoch[inside], curve.lower[inside], curve.estimate[inside], curve.upper[inside])


def _measured(key: str, lower: float, estimate: float, upper: float, label: str) -> Measured:
    return Measured(
        key=key, lower=float(lower), estimate=float(estimate), upper=float(upper), interval=KIND, label=label
    )
