from dataclasses import replace

import pytest

from infoflow import CrossingError, Interval, Status
from infoflow._result import Parts
from infoflow.monitor.standing import in_order, lower_end_only, standing

INTERVAL = Interval(
    lower=1.0,
    upper=2.0,
    estimate=1.5,
    confidence=0.95,
    mode="certified",
    quantity="I(X;T)",
    ceiling=5.0,
    raw_lower=1.0,
    raw_upper=2.0,
    estimator="midpoint",
    parts=Parts(bias_gap=0.5, centre_fluctuation=0.1, monte_carlo_upper=0.1, monte_carlo_lower=0.3),
    m=148,
    n=4,
    r=4,
    d=3,
)


@pytest.mark.parametrize(
    ("lower", "upper", "quantity", "expected"),
    [
        (1.0, 2.0, "I(X;T)", "closed"),
        (0.0, 0.4, "I(X;T)", "closed"),
        (4.6, 5.0, "I(X;T)", "saturated at ln m"),
        (4.6, 5.0, "I(Y;T)", "saturated at H(Y)"),
        (1.0, 5.0, "I(X;T)", "lower bound only"),
        (0.0, 2.0, "I(X;T)", "upper bound only"),
        (0.0, 5.0, "I(X;T)", "vacuous"),
    ],
)
def test_standing(lower, upper, quantity, expected):
    assert standing(replace(INTERVAL, lower=lower, upper=upper, quantity=quantity)) == expected


def test_a_bound_in_a_few_directions_keeps_the_lower_end_and_its_parts_add_up():
    bound = lower_end_only(INTERVAL, d=700, k=64)
    assert (bound.lower, bound.upper, bound.d, bound.status) == (1.0, 5.0, 700, Status.LOWER_BOUND_ONLY)
    parts = bound.parts
    total = parts.bias_gap + parts.centre_fluctuation + parts.monte_carlo_upper + parts.monte_carlo_lower
    assert bound.raw_upper - bound.raw_lower == pytest.approx(total, rel=1e-12)
    assert "64 principal directions" in bound.decoder
    assert "d = 700" in bound.message


def test_data_processing_tightens_only_behind_a_cut():
    first, second = replace(INTERVAL, lower=1.0, upper=2.0), replace(INTERVAL, lower=1.4, upper=3.0)
    cut = {"a": frozenset({"b"}), "b": frozenset[str]()}
    tight = in_order(["a", "b"], [first, second], cut)
    assert [(i.lower, i.upper) for i in tight] == [(1.4, 2.0), (1.4, 2.0)]
    free = {"a": frozenset[str](), "b": frozenset[str]()}
    assert in_order(["a", "b"], [first, second], free) == [first, second]


def test_certified_crossings_raise_and_asymptotic_ones_are_marked():
    first, second = replace(INTERVAL, lower=0.5, upper=1.0), replace(INTERVAL, lower=1.4, upper=3.0)
    cut = {"a": frozenset({"b"}), "b": frozenset[str]()}
    with pytest.raises(CrossingError, match=r"at least 1\.4000 in b after at most 1\.0000 in a"):
        in_order(["a", "b"], [first, second], cut)
    pair = [replace(interval, mode="asymptotic") for interval in (first, second)]
    marked = in_order(["a", "b"], pair, cut)
    assert marked[0] == pair[0]
    assert standing(marked[1]) == "crossing"
