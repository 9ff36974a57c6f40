import math

import pytest

from infoflow._result import Interval, Parts
from infoflow.runs import RunWriter, load_run
from infoflow.runs.cases import case_frame, case_label, case_settings, measured_cases, planned_cases, setting_names

LABELS = ["n=10, beta=0.5", "beta=0.5", "n=2, beta=0.5"]


def interval(lower, upper):
    parts = Parts(bias_gap=0.0, centre_fluctuation=0.0, monte_carlo_upper=0.1, monte_carlo_lower=0.1)
    ends = {"lower": lower, "upper": upper, "raw_lower": lower, "raw_upper": upper, "estimate": (lower + upper) / 2}
    about = {"confidence": 0.95, "ceiling": math.inf, "estimator": "midpoint", "m": 1, "n": 4, "r": 4, "d": 2}
    return Interval(mode="certified", quantity="h(T)", parts=parts, **ends, **about)


def make(path, seed=0, labels=LABELS):
    with RunWriter.create(path, experiment="x", config={"problem": "corners"}, seed=seed) as writer:
        writer.record_event("plan", epochs=0, estimated=[0], layers=labels, cases=LABELS)
        for k, label in enumerate(labels):
            if k:
                writer.record_estimates(0, [(label, interval(k, k + 1.0))])
            writer.record_measures(0, [(label, "exact", 0.25), (label, "plug_in", seed + k / 10)])
    return load_run(path)


@pytest.mark.parametrize(
    "settings", [{"d": 10, "beta": 0.1, "n": 1000}, {"beta": 1e-05}, {"x_1": -3, "y": -2.5e22}, {"a": 0, "b": 0.0}]
)
def test_a_label_says_everything(settings):
    found = case_settings(case_label(settings))
    assert found == settings
    assert [type(value) for value in found.values()] == [type(value) for value in settings.values()]


@pytest.mark.parametrize("settings", [{}, {"x": math.nan}, {"x": math.inf}, {"a b": 1}, {"x": True}])
def test_what_no_label_can_hold(settings):
    with pytest.raises(ValueError, match="settings must be finite int or float by name"):
        case_label(settings)


@pytest.mark.parametrize("label", ["T1", "", "d=1, d=2", "d=1,n=2", "d=x", "stack.0=relu"])
def test_a_layer_is_no_case(label):
    assert case_settings(label) == {}


def test_frame_joins_settings_measures_and_intervals(tmp_path):
    run = make(tmp_path / "run")
    frame = case_frame(run)
    assert list(frame.columns) == (
        ["seed", "n", "beta", "exact", "plug_in", "quantity", "lower", "estimate", "upper", "status"]
    )
    assert frame["n"].tolist()[1:] == [2, 10]  # sorted by the settings, a missing one first
    assert math.isnan(frame["n"].iloc[0])
    assert frame["plug_in"].tolist() == [0.1, 0.2, 0.0]
    assert frame["lower"].tolist()[:2] == [1.0, 2.0]
    assert math.isnan(frame["lower"].iloc[2])
    assert setting_names([run]) == ["n", "beta"]
    assert (planned_cases(run), measured_cases(run)) == (LABELS, set(LABELS))


def test_frame_of_several_seeds(tmp_path):
    runs = [make(tmp_path / f"seed{seed}", seed) for seed in (4, 3)]
    frame = case_frame(runs)
    assert frame["seed"].tolist() == [3, 4, 3, 4, 3, 4]
    assert frame["plug_in"].tolist() == [3.1, 4.1, 3.2, 4.2, 3.0, 4.0]


def test_nothing_measured(tmp_path):
    run = make(tmp_path / "run", labels=[])
    with pytest.raises(ValueError, match="run must have measured a case, got none in"):
        case_frame(run)


def test_a_network_has_no_cases(tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.record_event("plan", epochs=1, estimated=[0, 1], layers=["T1"])
    assert planned_cases(load_run(tmp_path / "run")) == []
