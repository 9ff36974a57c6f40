import numpy as np
import pandas as pd
import pytest

from infoflow.plot import comparators_figure

CEILING = 3.0


@pytest.fixture
def table():
    """Two layers, two epochs; one estimator that is the quantity, one far above its range, one of another quantity."""
    values = {"hashing": (1.0, 1.2), "nearest_neighbour": (40.0, 2.0), "binned": (2.5, -9.0), "ksg": (np.nan, -np.inf)}
    names = {"hashing": "I(X;T)", "nearest_neighbour": "I(X;T)", "binned": "H(Bin(T))", "ksg": "I(X;T)"}
    return pd.DataFrame(
        {
            "epoch": epoch, "layer": layer, "quantity": names[estimator], "beside": "I(X;T)", "estimator": estimator,
            "series": estimator, "label": f"{estimator}: {names[estimator]}", "nats": nats[k], "ceiling": CEILING,
            "d": 2, "lower": 1.0, "upper": 1.5, "same": estimator != "binned",
        }
        for layer in ("T1", "T2") for k, epoch in enumerate((0, 10)) for estimator, nats in values.items()
    )  # fmt: skip


def test_a_panel_per_layer_with_band_lines_and_what_is_beyond(table):
    figure = comparators_figure(table)
    assert [axes.get_title() for axes in figure.axes] == ["T1 (d = 2)", "T2 (d = 2)"]
    axes = figure.axes[0]
    low, high = axes.get_ylim()
    assert low < 0 < CEILING < high
    curves = {line.get_color(): line.get_ydata() for line in axes.lines if line.get_linestyle() != "None"}
    by_value = [np.asarray(y, dtype=float) for y in curves.values() if len(y) == 2]
    assert any(np.array_equal(y, [1.0, 1.2]) for y in by_value)
    assert any(np.array_equal(y, [np.nan, 2.0], equal_nan=True) for y in by_value)  # 40 is beyond
    marks = {line.get_marker(): line for line in axes.lines if line.get_linestyle() == "None"}
    assert marks["^"].get_xdata().tolist() == [0]
    assert marks["v"].get_xdata().tolist() == [10]
    assert all(low < line.get_ydata()[0] < high for line in marks.values())
    band = axes.collections[0].get_paths()[0].get_extents()
    assert (band.y0, band.y1) == (1.0, 1.5)


def test_lines_of_other_quantities_are_broken_and_the_legend_names_them(table):
    figure = comparators_figure(table, quantity="I(X;T)")
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[:3] == ["certified I(X;T)", "impossible", "beyond the axis"]
    assert "binned: H(Bin(T))" in texts
    styles = {line.get_label(): line.get_linestyle() for line in legend.get_lines()}
    assert styles["hashing: I(X;T)"] == "-"
    assert styles["binned: H(Bin(T))"] != "-"


def test_figures_are_drawn_without_complaint(table, tmp_path):
    comparators_figure(table[table["layer"] == "T1"]).savefig(tmp_path / "one.png")
    assert (tmp_path / "one.png").stat().st_size > 0


def test_nothing_to_draw_is_refused(table):
    with pytest.raises(ValueError, match="table must hold at least one row, got none"):
        comparators_figure(table.iloc[:0])
    with pytest.raises(ValueError, match=r"quantity must be one of I\(X;T\), got 'I\(Y;T\)'"):
        comparators_figure(table, quantity="I(Y;T)")
