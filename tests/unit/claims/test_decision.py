import math

import pytest

from infoflow.claims.claim import Criterion, Outcome, printed
from infoflow.claims.decision import decided, findings, judged, rule


@pytest.mark.parametrize(
    ("lower", "upper", "outcome"),
    [
        (1.0, 2.0, "holds"),
        (1.0, 1.5, "holds"),
        (0.9, 1.5, "undecided"),
        (1.5, 2.1, "undecided"),
        (0.0, 3.0, "undecided"),
        (0.0, 0.9, "differs"),
        (2.1, 3.0, "differs"),
        (math.nan, math.nan, "undecided"),
        (-math.inf, math.inf, "undecided"),
    ],
)
def test_a_whole_interval_decides(lower, upper, outcome, make_measured):
    criterion = Criterion(key="size", text="a size", least=1.0, most=2.0)
    assert judged(criterion, make_measured(lower=lower, upper=upper)) == outcome


def test_a_quantity_without_a_requirement_is_reported(make_measured):
    assert judged(Criterion(key="size", text="a size"), make_measured()) is Outcome.REPORTED


def test_ends_in_the_wrong_order_are_refused(make_measured):
    with pytest.raises(ValueError, match=r"size must have lower <= upper, got 2 > 1"):
        judged(Criterion(key="size", text="a size"), make_measured(lower=2.0, upper=1.0))


def test_a_value_without_criterion_is_refused(make_measured):
    with pytest.raises(ValueError, match="one of size, got 'weight'"):
        findings([Criterion(key="size", text="a size")], [make_measured(key="weight")])


TWO = (Criterion(key="a", text="", least=0.0), Criterion(key="b", text="", least=0.0), Criterion(key="c", text=""))


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"a": (1, 2), "b": (1, 2)}, "holds"),
        ({"a": (1, 2), "b": (1, 2), "c": (-9, -8)}, "holds"),  # c is only reported
        ({"a": (1, 2), "b": (-1, 2)}, "undecided"),
        ({"a": (1, 2), "b": (-2, -1)}, "differs"),
        ({"a": (-1, 2), "b": (-2, -1)}, "differs"),
        ({"a": (1, 2)}, "undecided"),  # nothing was measured for b
        ({"b": (-2, -1)}, "differs"),
        ({}, "undecided"),
    ],
)
def test_a_claim_holds_if_all_its_findings_do(values, outcome, make_measured):
    found = findings(TWO, [make_measured(key=key, lower=low, upper=high) for key, (low, high) in values.items()])
    assert decided(TWO, found) == outcome


def test_every_value_of_a_criterion_counts(make_measured):
    values = [make_measured(key="a"), make_measured(key="b"), make_measured(key="b", lower=-3.0, upper=-2.0)]
    assert decided(TWO, findings(TWO, values)) is Outcome.DIFFERS


def test_a_claim_without_requirements_is_undecided(make_measured):
    only_reported = (Criterion(key="c", text=""),)
    assert decided(only_reported, findings(only_reported, [make_measured(key="c")])) is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (1.0, 2.0, "in [1, 2]"),
        (-math.inf, 2.0, "<= 2"),
        (0.25, math.inf, ">= 0.25"),
        (3.0, 3.0, "= 3"),
        (-math.inf, math.inf, "reported only"),
    ],
)
def test_a_rule_reads_as_a_range(least, most, text):
    assert rule([Criterion(key="k", text="t", least=least, most=most)]) == [["k", "t", text]]


def test_a_printed_value_allows_half_a_unit_of_its_last_decimal(make_measured):
    criterion = printed("size", "a size", 0.862, 3)
    for value, outcome in [(0.8624, "holds"), (0.8625, "holds"), (0.8626, "differs"), (0.8415, "differs")]:
        assert judged(criterion, make_measured(lower=value, upper=value)) == outcome
