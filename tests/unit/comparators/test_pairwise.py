import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from infoflow import IllPosedError, Status, truths
from infoflow.comparators import pairwise_entropy, pairwise_information

# Sums of fewer than 1e3 logarithms of order 10: rounding below 1e3 * 10 * eps = 2e-12.
ROUNDING = 1e-11
PROBLEMS = [
    truths.single_neuron("tanh", w=0.5, b=-1.0, beta=0.05, labels=[0, 0, 0, 1]),
    truths.single_neuron("tanh", w=5.0, b=-10.0, beta=0.05, labels=[0, 0, 0, 1]),
    truths.pam(8, beta=0.2),
    truths.ring(16, beta=0.1),
]


def by_form(rows, quantity):
    return {row.form: row for row in rows if row.quantity == quantity}


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_bounds_enclose_the_exact_quantities(problem):
    lower, upper = pairwise_entropy(problem.points, beta=problem.beta)
    slack = ROUNDING + problem.tolerance
    assert lower.nats - slack <= problem.entropy <= upper.nats + slack
    rows = pairwise_information(problem.points, problem.labels, beta=problem.beta)
    for quantity, truth in (("I(X;T)", problem.information), ("I(Y;T)", problem.label_information)):
        own = by_form(rows, quantity)
        assert own["lower bound"].nats - slack <= truth <= own["upper bound"].nats + slack
    assert by_form(rows, "I(X;T)")["upper bound"].nats <= math.log(problem.m) + slack


def test_sums_equal_a_direct_evaluation(generator):
    c, beta = generator.normal(size=(60, 3)), 0.4
    squares = cdist(c, c, "sqeuclidean")
    h_z = 1.5 * math.log(2 * math.pi * math.e * beta**2)
    expected = [h_z - np.mean(np.log(np.mean(np.exp(-squares / (f * beta**2)), axis=1))) for f in (8, 2)]
    assert [row.nats for row in pairwise_entropy(c, beta=beta)] == pytest.approx(expected, abs=ROUNDING)


def test_coincident_and_distant_centres_are_exact():
    beta, h_z = 0.1, math.log(2 * math.pi * math.e * 0.01)
    for row in pairwise_entropy(np.ones((7, 2)), beta=beta):
        assert row.nats == pytest.approx(h_z, abs=ROUNDING)
    far = np.arange(14.0).reshape(7, 2) * 10  # distances over 100 beta: exp(-100²/8) is 0
    for row in pairwise_entropy(far, beta=beta):
        assert row.nats == pytest.approx(h_z + math.log(7), abs=ROUNDING)
    rows = pairwise_information(far, [0, 0, 1, 1, 1, 1, 1], beta=beta)
    H_y = -(2 / 7 * math.log(2 / 7) + 5 / 7 * math.log(5 / 7))
    assert [row.nats for row in rows] == pytest.approx([math.log(7)] * 2 + [H_y] * 3, abs=ROUNDING)
    assert all(row.status is Status.OK for row in rows)


def test_a_trivial_end_says_so():
    c = np.linspace(0, 1, 50)[:, None]
    rows = by_form(pairwise_information(c, np.arange(50) % 2, beta=0.5), "I(Y;T)")
    assert rows["lower bound"].status is Status.UPPER_BOUND_ONLY
    assert "no more than 0" in rows["lower bound"].message
    # Five groups of one class each, whose pairs overlap half: the upper bound of I(Y;T) is at ln 2, the lower not.
    c = np.repeat([0.0, 3.0, 0.0, 3.0], 10)[:, None] + np.linspace(0, 2, 40)[:, None]
    rows = by_form(pairwise_information(c, np.repeat([0, 1, 0, 1], 10), beta=1.0), "I(Y;T)")
    assert rows["upper bound"].status is Status.LOWER_BOUND_ONLY
    assert "ceiling 0.6931" in rows["upper bound"].message


def test_the_published_difference_may_be_outside_its_range():
    # One class of two points, one of a single: the upper bound of h(T|y) errs more than that of h(T).
    row = by_form(pairwise_information([[0.0], [1.0]], [0, 1], beta=1.0), "I(Y;T)")["difference"]
    kernel = math.exp(-0.5)
    assert row.nats == pytest.approx(-math.log((1 + kernel) / 2), abs=ROUNDING)
    assert row.bits == pytest.approx(row.nats / math.log(2), rel=1e-15)


def test_bad_input():
    with pytest.raises(IllPosedError, match="beta must be a finite noise standard deviation > 0, got 0"):
        pairwise_entropy(np.ones((2, 1)), beta=0.0)
    with pytest.raises(ValueError, match="labels must have shape"):
        pairwise_information(np.ones((2, 1)), [0, 1, 1], beta=1.0)
