import io

import numpy as np
import pytest
from matplotlib import colors

from infoflow._result import Status
from infoflow.plot import information_curves, style
from infoflow.runs import RunWriter, load_run


def test_lines_are_the_estimates_and_bands_the_intervals(run):
    above = information_curves(run).axes[0]
    table = run.table
    first = table[(table["layer"] == "T1") & (table["quantity"] == "I(X;T)") & (table["mode"] == "certified")]
    line = next(line for line in above.lines if line.get_label() == "T1 (d = 11)")
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 10, 100])
    np.testing.assert_array_equal(line.get_ydata(), first["estimate"])
    band = above.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == first["lower"].min()
    assert band[:, 1].max() == first["upper"].max()


def test_the_ceiling_the_units_and_odd_statuses_are_shown(run):
    figure = information_curves(run)
    above = figure.axes[0]
    assert [text.get_text() for text in above.texts] == ["ln m = 8.318"]
    assert "[nats]" in above.get_ylabel()
    assert "status: vacuous" in [text.get_text() for text in above.get_legend().get_texts()]
    assert "95%" in above.get_title()
    assert "seed 3" in above.get_title()


def test_label_information_has_its_own_ceiling(run):
    above = information_curves(run, quantity="I(Y;T)", mode="asymptotic").axes[0]
    assert [text.get_text() for text in above.texts] == ["H(Y) = 0.693"]


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_it_can_be_saved(run, kind):
    buffer = io.BytesIO()
    information_curves(run).savefig(buffer, format=kind)
    assert buffer.tell() > 5000


def test_colours_differ_in_lightness_from_their_neighbours():
    # relative luminance (WCAG 2): a contrast of 1.2 between neighbouring layers survives a grey printer
    channels = np.array([colors.to_rgb(colour) for colour in style.COLOURS[:5]])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722] + 0.05
    contrast = np.maximum(luminance[1:], luminance[:-1]) / np.minimum(luminance[1:], luminance[:-1])
    assert contrast.min() > 1.2


def test_a_run_without_estimates_has_no_figure(empty_run):
    with pytest.raises(ValueError, match=r"certified estimates of I\(X;T\)"):
        information_curves(empty_run)


def test_every_status_but_ok_has_a_mark_of_its_own():
    marked = [handle.get_marker() for handle in style.status_handles([status for status in Status if status != "ok"])]
    assert len(set(marked)) == len(Status) - 1
    assert style.status_handles(["one of a later version"])[0].get_marker() not in marked


def test_marks_stand_where_the_status_is(run):
    above = information_curves(run).axes[0]
    marks = [c for c in above.collections if c.get_offsets().size and len(c.get_facecolors()) == 0]
    offsets = np.concatenate([c.get_offsets() for c in marks])
    odd = run.table[(run.table["status"] != "ok") & (run.table["quantity"] == "I(X;T)")]
    np.testing.assert_array_equal(offsets, odd[["epoch", "estimate"]])


def test_a_run_without_losses_still_has_its_curves(tmp_path, make_interval):
    with RunWriter.create(tmp_path / "run", experiment="a $ b", config={"loss": "squared"}, seed=0) as writer:
        writer.record_estimates(0, [("T1", make_interval(1, 0))])
    figure = information_curves(load_run(tmp_path / "run"))
    figure.savefig(io.BytesIO(), format="svg")
    assert "[nats]" not in style.loss_axis_name(load_run(tmp_path / "run"))
