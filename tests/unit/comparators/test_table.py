import math
import warnings

import numpy as np
import pandas as pd
import pytest

from infoflow import IllPosedError, Status, truths
from infoflow.comparators import COMPARATORS, compare, listed

HERE = [name for name in COMPARATORS if name not in ("binned", "sliced")]


@pytest.fixture
def layer(generator):
    x = np.array([[i >> j & 1 for j in range(7)] for i in range(128)], dtype=float)
    return np.tanh((x - 0.5) @ generator.normal(size=(7, 3))), (x.sum(axis=1) > 3).astype(int), x


def test_every_comparator_answers_on_one_layer(layer):
    s, labels, x = layer
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        rows = compare(s, labels, beta=0.1, inputs=x, n_draws=8)
    assert not caught  # the status of a row says it
    frame = pd.DataFrame(rows)
    assert list(dict.fromkeys(frame["estimator"])) == HERE
    assert frame["nats"].notna().all()
    assert set(frame.columns) == {"quantity", "nats", "n", "d", "estimator", "form", "estimates", "status", "message"}
    assert not frame.duplicated(["estimator", "form", "quantity"]).any()
    assert (frame["estimates"] == [COMPARATORS[name].estimates for name in frame["estimator"]]).all()
    assert rows == compare(s, labels, beta=0.1, inputs=x, n_draws=8)


def test_estimates_outside_the_certain_bounds_say_so(layer):
    s, labels, x = layer
    rows = compare(s, labels, beta=0.02, inputs=x, names=["pairwise", "hashing"], n_draws=4)
    bounds = {row.form: row.nats for row in rows if row.quantity == "I(X;T)"}
    (row,) = (row for row in rows if row.estimator == "hashing" and row.quantity == "I(X;T)")
    outside = not bounds["lower bound"] <= row.nats <= bounds["upper bound"]
    assert (row.status is Status.OUTSIDE_BRACKET) == outside
    assert outside  # bins as wide as the spread cannot show 7 bits
    assert "below the pairwise bounds" in row.message


def test_samples_are_shared_and_the_truth_is_met(generator):
    problem = truths.pam(4, beta=0.2)
    rows = compare(problem.points, problem.labels, beta=0.2, names=["nearest_neighbour"], n_draws=5000)
    assert {row.n for row in rows} == {20_000}
    # s.d. of ln p is at most about one nat: 4 s.e. of 20 000 samples, both entropies; bias O(1/n)
    assert rows[0].nats == pytest.approx(problem.information, abs=4 * math.sqrt(3 / 20_000))


def test_what_cannot_be_answered_has_a_row(layer):
    s, _, _ = layer
    rows = compare(s, beta=0.1, names=["ksg", "mixed_neighbours"])
    assert [row.status for row in rows] == [Status.VACUOUS] * 2
    assert all(math.isnan(row.nats) for row in rows)
    assert "inputs must be given for ksg" in rows[0].message
    assert "labels must be given for mixed_neighbours" in rows[1].message
    (row,) = compare(s, np.arange(128) == 0, beta=0.1, names=["mixed_neighbours"], n_draws=2)
    assert "more than k = 3 samples, got one of 2" in row.message


def test_bad_input(layer):
    s, _, x = layer
    with pytest.raises(ValueError, match=r"got 'binned': see infoflow.clustering.binned_entropy"):
        compare(s, beta=0.1, names=["binned"])
    with pytest.raises(ValueError, match="names must be one of pairwise, "):
        compare(s, beta=0.1, names=["other"])
    with pytest.raises(TypeError, match="names must be a sequence of names, got the string 'ksg'"):
        compare(s, beta=0.1, names="ksg")
    with pytest.raises(ValueError, match="inputs must have as many rows as s, 128, got 4"):
        compare(s, beta=0.1, inputs=x[:4])
    with pytest.raises(IllPosedError, match="beta must be a finite noise standard deviation"):
        compare(s, beta=0.0)


def test_a_number_from_elsewhere_takes_its_sentences_from_the_list():
    row = listed("binned", "H(Bin(T))", math.log(2), n=7, d=2, form="width=0.07")
    assert (row.estimates, row.bits) == (COMPARATORS["binned"].estimates, 1.0)
    with pytest.raises(ValueError, match="name must be one of pairwise"):
        listed("other", "I(X;T)", 0.0, n=1, d=1)
