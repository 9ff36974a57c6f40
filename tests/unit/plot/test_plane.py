import numpy as np
import pytest
from matplotlib.collections import LineCollection

from infoflow.plot import information_plane
from infoflow.runs import RunWriter, load_run


def test_paths_are_the_estimates_and_crosses_the_intervals(run):
    axes = information_plane(run).axes[0]
    table = run.table[(run.table["layer"] == "T1") & (run.table["mode"] == "certified")]
    x, y = (table[table["quantity"] == quantity] for quantity in ("I(X;T)", "I(Y;T)"))
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), x["estimate"])
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), y["estimate"])
    level, upright = (c for c in axes.collections[:2] if isinstance(c, LineCollection))
    np.testing.assert_array_equal([path[:, 0] for path in level.get_segments()], x[["lower", "upper"]])
    np.testing.assert_array_equal([path[:, 1] for path in upright.get_segments()], y[["lower", "upper"]])


def test_axes_have_units_and_points_the_colours_of_epochs(run):
    figure = information_plane(run)
    axes, bar = figure.axes
    assert axes.get_xlabel().endswith("[nats]")
    assert axes.get_ylabel().endswith("[nats]")
    assert bar.get_ylabel() == "epoch"
    points = next(c for c in axes.collections if c.get_array() is not None)
    np.testing.assert_array_equal(points.get_array(), np.log1p([0, 1, 10, 100]))


def test_a_layer_without_both_quantities_is_left_out(run):
    labels = [text.get_text() for text in information_plane(run).legends[0].get_texts()]
    assert labels == ["T1 (d = 11)", "T2 (d = 10)"]


def test_a_run_without_both_quantities_is_one_line(empty_run):
    with pytest.raises(ValueError, match=r"certified estimates of I\(X;T\)"):
        information_plane(empty_run)


def test_quantities_that_never_meet_are_one_line(tmp_path, make_interval):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.record_estimates(0, [("T1", make_interval(1, 0))])
        writer.record_estimates(1, [("T1", make_interval(1, 1, "I(Y;T)"))])
    with pytest.raises(ValueError, match=r"I\(X;T\) and I\(Y;T\) of one layer at one epoch"):
        information_plane(load_run(tmp_path / "run"))
