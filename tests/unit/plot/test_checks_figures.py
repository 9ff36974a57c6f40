"""Figures about several seeds and about the estimators: seeds, coverage, convergence."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from infoflow._errors import LoadError
from infoflow._result import Estimate, Status
from infoflow.plot import convergence_figure, coverage_figure, seeds_figure
from infoflow.verification import Coverage

COVERAGE = Path(__file__).parents[3] / "benchmarks" / "results" / "coverage.csv"


@pytest.fixture
def study(tmp_path, make_run):
    return [
        make_run(tmp_path / f"seed{k}", seed=k, shift=shift, arrays=False) for k, shift in enumerate((0.0, 0.3, -0.2))
    ]


def test_median_and_range_over_seeds(study, make_interval):
    above = seeds_figure(study).axes[0]
    middle = [make_interval(1, epoch).estimate for epoch in (0, 1, 10, 100)]
    line = next(line for line in above.lines if line.get_label() == "T1 (d = 11)")
    np.testing.assert_array_equal(line.get_ydata(), middle)  # shifts 0, .3, -.2: the median is the first
    band = above.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(min(middle) - 0.2, rel=1e-12)
    assert band[:, 1].max() == pytest.approx(max(middle) + 0.3, rel=1e-12)
    assert "3 runs (seeds 0, 1, 2)" in above.get_title()
    assert "status: vacuous" in [text.get_text() for text in above.get_legend().get_texts()]


def test_epochs_that_some_run_lacks_are_left_out(tmp_path, make_run):
    runs = [make_run(tmp_path / str(k), epochs, seed=k, arrays=False) for k, epochs in enumerate([(0, 1, 5), (0, 5)])]
    assert list(seeds_figure(runs).axes[0].lines[0].get_xdata()) == [0, 5]
    runs = [make_run(tmp_path / f"b{k}", epochs, seed=k, arrays=False) for k, epochs in enumerate([(1,), (2,)])]
    with pytest.raises(ValueError, match="an estimated epoch in common"):
        seeds_figure(runs)


def test_only_runs_that_differ_in_their_seed(tmp_path, make_run, study):
    other = make_run(tmp_path / "other", seed=9, arrays=False, beta=0.1)
    with pytest.raises(ValueError, match="differ in their seed only, got different beta"):
        seeds_figure([study[0], other])
    with pytest.raises(ValueError, match="different seeds, got 0, 0"):
        seeds_figure([study[0], study[0]])
    with pytest.raises(ValueError, match="at least one run"):
        seeds_figure([])


def row(name="a", covered=95, replicates=100, mode="certified", **changes):
    values = {"quantity": "I(X;T)", "d": 1, "m": 2, "n": 1, "r": 1, "truth": 1.0, "width": 0.1, "bias_gap": 0.0}
    return Coverage(name=name, mode=mode, replicates=replicates, covered=covered, seconds=0.1, **(values | changes))


def test_rates_and_their_exact_binomial_intervals():
    figure = coverage_figure([row(covered=10, replicates=10), row("b", 7, 10, "asymptotic")])
    axes = figure.axes[0]
    rates = {
        line.get_label(): list(line.get_xdata())
        for line in axes.lines
        if line.get_label() in ("certified", "asymptotic")
    }
    assert rates == {"certified": [1.0], "asymptotic": [0.7]}
    ends = [c.get_segments()[0][:, 0] for c in axes.collections]
    # all of n covered: the lower end solves p^n = .025; tabulated ends for 7 of 10: .3475, .9333
    np.testing.assert_allclose(ends[0], [0.025**0.1, 1.0], rtol=1e-12)
    np.testing.assert_allclose(ends[1], [0.3475, 0.9333], atol=5e-5)


def test_the_stored_coverage_is_drawn():
    figure = coverage_figure(COVERAGE)
    assert [axes.get_title() for axes in figure.axes] == ["I(X;T)", "I(Y;T)"]
    assert len(figure.axes[0].get_yticks()) == pd.read_csv(COVERAGE)["name"].nunique()


def test_nothing_covered_is_drawn_too():
    assert coverage_figure([row(covered=0)]).axes[0].get_xlim()[0] < 0


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "no rows"),
        (pd.DataFrame({"name": ["a"]}), "no quantity, mode, replicates, covered"),
        ([row(covered=101)], "counts that do not"),
        ([row(mode="sure")], "mode must be one of certified, asymptotic, got sure"),
    ],
)
def test_bad_rows_are_one_line(rows, words):
    with pytest.raises(ValueError, match=words):
        coverage_figure(rows)


def test_a_file_that_is_no_table_is_one_line(tmp_path):
    (tmp_path / "empty.csv").write_text("")
    for name in ("nowhere.csv", "empty.csv"):
        with pytest.raises(LoadError, match=r"coverage must be a readable \.csv table"):
            coverage_figure(tmp_path / name)


def estimate(n, nats, quantity="h(T)", **changes):
    return Estimate(nats=nats, stderr=0.1, n=n, d=2, quantity=quantity, **changes)


def test_estimates_by_n_and_the_truth(make_interval):
    found = {
        "plug-in": [estimate(100, 2.0, status=Status.NEAR_CEILING), estimate(10, 1.0)],
        "interval": [make_interval(1, 0, quantity="h(T)", n=n) for n in (10, 100)],
    }
    figure = convergence_figure(found, truth=2.5, title="a $ sign")
    axes = figure.axes[0]
    assert axes.get_ylabel() == "h(T)  [nats]"
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), [[10, 1.0], [100, 2.0]])
    whiskers = axes.collections[0].get_segments()
    np.testing.assert_allclose([piece[:, 1] for piece in whiskers], [[0.9, 1.1], [1.9, 2.1]], rtol=1e-12)
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["plug-in", "interval", "exact 2.5000", "status: near ceiling"]
    figure.savefig(io.BytesIO(), format="svg")


def test_one_method_needs_no_name():
    axes = convergence_figure([estimate(10, 1.0)]).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["h(T)"]


def test_bad_results_are_one_line():
    with pytest.raises(TypeError, match="Estimate or Interval objects, got float"):
        convergence_figure([1.0])
    with pytest.raises(ValueError, match="at least one result"):
        convergence_figure({"a": []})
    with pytest.raises(ValueError, match=r"one quantity, got I\(X;T\), h\(T\)"):
        convergence_figure([estimate(1, 1.0), estimate(2, 1.0, "I(X;T)")])
