import math

import numpy as np
import pytest

from infoflow import RunFolderError
from infoflow.plot import validation_figure
from infoflow.plot.integral import log_slope
from infoflow.plot.network_entropy import settled_from
from infoflow.runs import RunWriter, load_run
from infoflow.runs.cases import case_label


def make(path, problem, cases, interval=None, seed=0):
    with RunWriter.create(path, experiment=problem, config={"problem": problem}, seed=seed) as writer:
        labels = [case_label(settings) for settings, _ in cases]
        writer.record_event("plan", epochs=0, estimated=[0], layers=labels, cases=labels)
        for label, (_, measures) in zip(labels, cases, strict=True):
            if interval is not None:
                writer.record_estimates(0, [(label, interval)])
            writer.record_measures(0, [(label, name, value) for name, value in measures.items()])
    return load_run(path)


def corners(path, interval, seed=0):
    cases = [
        ({"d": d, "beta": beta, "n": n, "replicate": 0}, {"exact": 2.0 * d, "plug_in": 2.0 * d - 5 / n + seed})
        for d in (5, 10)
        for beta in (0.1, 0.2)
        for n in (10, 100)
    ]
    return make(path, "corners", cases, interval, seed)


def test_corners_have_a_panel_per_dimension_and_noise(tmp_path, make_interval):
    run = corners(tmp_path / "run", make_interval(1, 0, quantity="h(T)", lower=-50.0, upper=90.0))
    figure = validation_figure(run)
    assert [axes.get_title() for axes in figure.axes] == [
        f"$d$ = {d}, $\\beta$ = {beta}" for beta in (0.1, 0.2) for d in (5, 10)
    ]
    low, high = figure.axes[0].get_ylim()
    assert low < 2.0 * 5 - 0.5  # the least estimate is seen
    assert high < 20  # an interval that says nothing does not set the scale
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["exact", "certified interval", "plug-in"]


def test_seeds_are_drawn_as_their_mean(tmp_path):
    runs = [corners(tmp_path / f"seed{seed}", None, seed) for seed in (0, 1)]
    figure = validation_figure(runs)
    drawn = next(line for line in figure.axes[0].lines if line.get_label() == "plug-in")
    assert drawn.get_ydata() == pytest.approx([10 - 0.5 + 0.5, 10 - 0.05 + 0.5])
    assert figure.get_suptitle() == "corners, seeds 0, 1"


def test_the_integral_states_its_slopes(tmp_path):
    cases = [
        (
            {"d": d, "beta": 0.1, "n": 20, "n_mc": n_mc},
            {
                "rmse": 0.5 * n_mc**-0.5,
                "rmse_stderr": 0.01,
                "own_rmse": 1e-15,
                "own_rmse_stderr": 1e-16,
                "published_bound": 9.0 * n_mc**-0.5,
                "poincare_bound": 0.8 * n_mc**-0.5,
            },
        )
        for d in (5, 10)
        for n_mc in (1, 4, 16)
    ]
    figure = validation_figure(make(tmp_path / "run", "monte-carlo", cases))
    assert len(figure.axes) == 2
    notes = figure.axes[0].texts[0].get_text().splitlines()
    assert notes == ["published form: slope -0.500", "infoflow's form (ratio): rounding only"]


def test_codes_have_the_exact_curve(tmp_path, make_interval):
    cases = [({"log_length": 1, "beta": beta}, {"exact": 1.0}) for beta in (0.1, 1.0)]
    cases += [
        ({"log_length": 1, "beta": beta, "n": 3, "replicate": 0}, {"exact": 1.0, "plug_in": 0.9}) for beta in (0.1, 1.0)
    ]
    run = make(tmp_path / "run", "reed-muller", cases, make_interval(1, 0, lower=0.5, estimate=1.0, upper=1.5))
    (axes,) = validation_figure(run).axes
    exact = axes.lines[0]
    # without noise to speak of, two bits: the error at beta = .1 is below Q(10) = 1e-23
    assert exact.get_ydata()[0] == pytest.approx(2 * math.log(2), abs=1e-9)
    assert exact.get_xdata()[[0, -1]] == pytest.approx([0.1, 1.0])
    assert "ln 3" in {text.get_text() for text in axes.texts}


def spiral(path, interval, seed):
    about = {"train_accuracy": 0.98, "test_accuracy": 0.97}
    cases = [
        (
            {"d": 10, "beta": 0.2, "n": n, "replicate": k},
            {"plug_in": 3.0 - 10 / n + 0.002 * k + seed, "nearest_neighbour": 3.0 + 20 / n} | about,
        )
        for n in (10, 100, 1000, 10_000)
        for k in (0, 1)
    ]
    return make(path, "spiral-entropy", cases, interval, seed)


def test_a_trained_layer_has_a_panel_per_seed_and_says_where_it_settles(tmp_path, make_interval):
    interval = make_interval(1, 0, quantity="h(T)", lower=-50.0, upper=90.0)
    figure = validation_figure([spiral(tmp_path / f"seed{seed}", interval, seed) for seed in (0, 1)])
    assert [axes.get_title() for axes in figure.axes] == [
        f"$d$ = 10, $\\beta$ = 0.2, seed {seed}: training accuracy 0.980" for seed in (0, 1)
    ]
    # errors of -.1 at n = 100 and -.01 at 1000; the mean of the two replicates is .001 above the first
    assert figure.axes[0].texts[0].get_text() == "3.000; within 0.05 nats from $n$ = 1000"
    low, high = figure.axes[0].get_ylim()
    assert low < 2.0
    assert 5.0 < high < 10  # an interval that says nothing does not set the scale
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "certified interval", "plug-in", "Kozachenko-Leonenko", "plug-in at the largest $n$",
    ]  # fmt: skip


def test_settled_from_the_last_that_is_away():
    x = np.array([1.0, 2.0, 3.0, 4.0])
    assert settled_from(x, np.array([5.0, 0.0, 5.25, 5.0]), 0.3) == 3
    assert settled_from(x, np.array([5.0, 5.0, 5.0, 5.0])) == 1
    assert settled_from(x, np.array([5.0, 5.0, 5.0, 6.0])) == 4


def test_log_slope_of_a_power_law():
    x = np.array([1.0, 2.0, 8.0])
    assert log_slope(x, 3.0 * x**-0.7) == pytest.approx(-0.7, rel=1e-12)


def test_refuses_what_it_cannot_draw(run, tmp_path):
    with pytest.raises(RunFolderError, match="run must be one that checks estimators"):
        validation_figure(run)
    with pytest.raises(ValueError, match="runs must hold at least one run, got none"):
        validation_figure([])
    with pytest.raises(ValueError, match="run must have measured a case"):
        validation_figure(make(tmp_path / "run", "corners", []))
