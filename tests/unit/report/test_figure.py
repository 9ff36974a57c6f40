import io

import numpy as np
import pytest
from matplotlib import colors

from infoflow.report import figure as figure_module
from infoflow.report.figure import information_figure


def test_lines_are_the_estimates_and_bands_the_intervals(run):
    above = information_figure(run).axes[0]
    table = run.table
    first = table[(table["layer"] == "T1") & (table["quantity"] == "I(X;T)") & (table["mode"] == "certified")]
    line = next(line for line in above.lines if line.get_label() == "T1 (d = 11)")
    np.testing.assert_array_equal(line.get_xdata(), [0, 1, 10, 100])
    np.testing.assert_array_equal(line.get_ydata(), first["estimate"])
    band = above.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == first["lower"].min()
    assert band[:, 1].max() == first["upper"].max()


def test_the_ceiling_the_units_and_odd_statuses_are_shown(run):
    figure = information_figure(run)
    above = figure.axes[0]
    assert [text.get_text() for text in above.texts] == ["ln m = 8.318"]
    assert "[nats]" in above.get_ylabel()
    assert "status not ok" in [text.get_text() for text in above.get_legend().get_texts()]
    assert "95%" in above.get_title()
    assert "seed 3" in above.get_title()


def test_label_information_has_its_own_ceiling(run):
    above = information_figure(run, quantity="I(Y;T)", mode="asymptotic").axes[0]
    assert [text.get_text() for text in above.texts] == ["H(Y) = 0.693"]


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_it_can_be_saved(run, kind):
    buffer = io.BytesIO()
    information_figure(run).savefig(buffer, format=kind)
    assert buffer.tell() > 5000


def test_colours_differ_in_lightness_from_their_neighbours():
    # relative luminance (WCAG 2): a contrast of 1.2 between neighbouring layers survives a grey printer
    channels = np.array([colors.to_rgb(colour) for colour in figure_module._COLOURS[:5]])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722] + 0.05
    contrast = np.maximum(luminance[1:], luminance[:-1]) / np.minimum(luminance[1:], luminance[:-1])
    assert contrast.min() > 1.2


def test_a_run_without_estimates_has_no_figure(empty_run):
    with pytest.raises(ValueError, match=r"certified estimates of I\(X;T\)"):
        information_figure(empty_run)
