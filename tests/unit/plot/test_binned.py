import numpy as np
import pytest

from infoflow.plot import noisy_beside_binned
from infoflow.runs import RunWriter, load_run


def test_a_panel_per_width_beside_the_noisy_network(run):
    figure = noisy_beside_binned(run)
    titles = [axes.get_title() for axes in figure.axes]
    assert "noisy network" in titles[0]
    assert [title.rsplit(" ", 1)[1] for title in titles[1:]] == ["0.01", "0.1", "1"]
    # T2 at width 0.1 is 8 - 2 - 0.1 + epoch / 100, as recorded
    line = next(line for line in figure.axes[2].lines if line.get_label() == "T2")
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 10, 100])
    np.testing.assert_array_equal(line.get_ydata(), [8.0 - 2 - 0.1 + e / 100 for e in (0, 1, 10, 100)])
    assert len({axes.get_ylim() for axes in figure.axes}) == 1


def test_every_column_has_its_epochs_named_below(tmp_path, make_interval):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.record_estimates(0, [("T1", make_interval(1, 0))])
        writer.record_measures(0, [("T1", f"twin_H_bin[{width:g}]", 1.0) for width in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)])
    axes = noisy_beside_binned(load_run(tmp_path / "run")).axes  # four columns: four panels above three
    named = [panel.get_xlabel() == "epoch" and panel.xaxis.get_tick_params()["labelbottom"] for panel in axes]
    assert named == [False, False, False, True, True, True, True]


def test_the_ceiling_is_ruled_in_every_panel(run):
    for axes in noisy_beside_binned(run).axes:
        assert any(list(line.get_ydata()) == [8.3177, 8.3177] for line in axes.lines)


def test_an_undefined_entropy_is_left_out(tmp_path, make_interval):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.record_estimates(0, [("T1", make_interval(1, 0))])
        measures = [
            ("T1", "twin_H_bin[1e-05]", float("nan")),
            ("T1", "twin_H_bin[0.5]", 1.0),
            ("T1", "within_cosine", 1),
        ]
        writer.record_measures(0, measures)
    assert len(noisy_beside_binned(load_run(tmp_path / "run")).axes) == 2


def test_a_run_without_binned_entropies_is_one_line(empty_run):
    with pytest.raises(ValueError, match="binned entropies of its twin"):
        noisy_beside_binned(empty_run)
