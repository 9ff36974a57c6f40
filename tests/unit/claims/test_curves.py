"""Every derived interval is compared with a search over all curves that the intervals allow, on a grid."""

import itertools

import numpy as np
import pytest

from infoflow.claims import curves
from infoflow.claims.studies import Curve


def make(lower, upper):
    low, high = np.asarray(lower, float), np.asarray(upper, float)
    return Curve(np.arange(len(low)) * 10, low, (low + high) / 2, high)


CURVES = [
    make([1, 3, 2, 0.5], [2, 4, 2.5, 1]),
    make([1, 2, 3], [1.5, 2.5, 3.5]),  # only rises
    make([1, 1, 1], [2, 2, 2]),
    make([5, 0, 4, 1], [6, 1, 5, 2]),
    make([2], [3]),
]
QUESTIONS = {
    curves.largest: lambda values: max(values),
    curves.smallest: lambda values: min(values),
    curves.fall_to_end: lambda values: max(values) - values[-1],
    curves.largest_decrease: lambda values: max(
        [0.0, *(values[a] - values[b] for b in range(len(values)) for a in range(b))]
    ),
}


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_intervals_hold_all_curves_and_no_more(question, curve):
    found = question("k", curve, label="x")
    # each value at its ends: the interval must hold these, and where its ends are met it is as narrow as can be
    possible = itertools.product(*zip(curve.lower, curve.upper, strict=True))
    answers = [QUESTIONS[question](values) for values in possible]
    assert found.lower == pytest.approx(min(answers), abs=1e-12)
    assert found.upper == pytest.approx(max(answers), abs=1e-12)
    assert found.estimate == pytest.approx(QUESTIONS[question](curve.estimate), abs=1e-12)
    assert (found.label, found.interval) == ("x", "certified 95 %, all epochs together")


def test_change_between_two_epochs():
    found = curves.change("k", CURVES[0], 1, 3, label="")
    assert (found.lower, found.estimate, found.upper) == (0.5 - 4, 0.75 - 3.5, 1 - 3)


def test_part_is_inclusive():
    assert curves.part(CURVES[0], 10, 20).epoch.tolist() == [10, 20]
