import pytest

from infoflow.experiments import aggregated
from infoflow.experiments.aggregate import aggregate_lines
from infoflow.runs import RunWriter, load_run

LOSSES = {"train_loss": 0.5, "test_loss": 0.6, "train_accuracy": 0.9}


@pytest.fixture
def runs(tmp_path, make_interval):
    stored = []
    for seed, estimates in enumerate([(1.0, 3.0, 2.0), (1.5, 2.0, 1.75), (1.25, 2.5, 1.0)]):
        with RunWriter.create(tmp_path / f"seed{seed}", experiment="x", config={}, seed=seed) as writer:
            for epoch, estimate in enumerate(estimates):
                ends = {"lower": estimate - 0.5, "estimate": estimate, "upper": estimate + 0.25}
                writer.record_estimates(epoch, [("T1", make_interval(**ends))])
                writer.record_history(epoch, **LOSSES, test_accuracy=0.5 + 0.1 * seed)
            if seed == 0:
                writer.record_estimates(9, [("T1", make_interval())])  # an epoch that the others have not
        stored.append(load_run(tmp_path / f"seed{seed}"))
    return stored


def test_median_range_and_enclosing_interval(runs):
    table = aggregated(runs)
    assert table["epoch"].tolist() == [0, 1, 2]
    row = table.iloc[1]
    assert (row["quantity"], row["layer"], row["n_runs"]) == ("I(X;T)", "T1", 3)
    assert (row["median"], row["least"], row["most"], row["lower"], row["upper"]) == (2.5, 2.0, 3.0, 1.5, 3.25)
    assert aggregated(runs, mode="asymptotic").empty


def test_the_lines_show_start_peak_end_and_scores(runs):
    lines = aggregate_lines(runs)
    assert lines[1] == (
        "I(X;T) T1: first 1.250 [1.000, 1.500] at 0; highest 2.500 [2.000, 3.000] at 1; last 1.750 [1.000, 2.000] at 2"
    )
    assert lines[-1] == "test accuracy: 0.6000 [0.5000, 0.7000] at the end"
