"""Scatter, activations and pairs: what is drawn is what is stored."""

import io

import numpy as np
import pytest

from infoflow._errors import NonFiniteError, RunFolderError
from infoflow.clustering import cosine_histograms, distance_histograms
from infoflow.plot import activation_histograms, pair_histograms, representation_scatter, stored
from infoflow.runs import RunWriter, load_run

FIGURES = (representation_scatter, activation_histograms, pair_histograms)


def test_three_units_are_shown_as_they_are(run):
    figure = representation_scatter(run, layer="T2", epochs=[0, 100])
    assert [axes.get_title() for axes in figure.axes] == ["initial", "epoch 100"]
    points = run.arrays.load("representations/T2", 100)
    drawn = np.concatenate([np.transpose(c._offsets3d) for c in figure.axes[1].collections])
    order = np.argsort(run.arrays.load("labels")[run.arrays.load("kept_inputs")], kind="stable")
    np.testing.assert_array_equal(drawn, points[order])


def test_a_single_unit_is_spread_over_its_classes_without_touching_its_values(run):
    axes = representation_scatter(run, layer="T3", epochs=[1]).axes[0]
    drawn = np.concatenate([c.get_offsets()[:, 0] for c in axes.collections])
    np.testing.assert_array_equal(np.sort(drawn), np.sort(run.arrays.load("representations/T3", 1).ravel()))
    assert representation_scatter(run, epochs=[1]).get_suptitle().endswith("T3 (d = 1), noisy network, before noise")


def test_a_projection_on_all_units_keeps_distances(tmp_path):
    # d = 3 on 2 axes where the third coordinate is constant: the plane is found, distances stay (rotation: a few eps)
    points = np.random.default_rng(0).standard_normal((20, 3)) * [1, 1, 0] + [0, 0, 5]
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.save_array("labels", np.zeros(20, int))
        writer.save_array("kept_inputs", np.arange(20))
        writer.save_array("representations/T1", points, epoch=0)
    axes = representation_scatter(load_run(tmp_path / "run"), dimensions=2).axes[0]
    drawn = axes.collections[0].get_offsets()
    before, after = (np.linalg.norm(x[:, None] - x[None], axis=2) for x in (points, np.asarray(drawn)))
    np.testing.assert_allclose(after, before, atol=1e-13)


def test_activation_heights_are_parts_of_all_units(run):
    figure = activation_histograms(run, layers="T1", epochs=[10], bins=7)
    values = run.arrays.load("representations/T1", 10).ravel()
    counts, edges = np.histogram(values, 7)
    heights, drawn_edges, _ = figure.axes[0].patches[0].get_data()
    np.testing.assert_array_equal(heights, counts / values.size)
    np.testing.assert_array_equal(drawn_edges, edges)


def test_pair_histograms_are_those_of_clustering(run):
    labels = run.arrays.load("labels")[run.arrays.load("kept_inputs")]
    points = run.arrays.load("twin/T2", 1)
    pair = cosine_histograms(points, labels, bins=9)
    panel = pair_histograms(run, layers=["T2"], epochs=[1], bins=9, twin=True).axes[0]
    drawn = [patch.get_data().values for patch in panel.patches]  # within filled, within outlined, between
    np.testing.assert_array_equal(drawn, [pair.within.fractions, pair.within.fractions, pair.between.fractions])


def test_distances_reach_to_the_farthest_pair(run):
    panel = pair_histograms(run, measure="distance", layers=["T1"], epochs=[0, 100]).axes[0]
    values, edges, _ = panel.patches[0].get_data()
    labels = run.arrays.load("labels")[run.arrays.load("kept_inputs")]
    within = distance_histograms(
        run.arrays.load("representations/T1", 0), labels, bins=40, distance_range=(0, edges[-1])
    ).within
    assert within.n_outside == 0
    np.testing.assert_allclose(values, within.fractions, rtol=1e-12)
    assert values.sum() == pytest.approx(1.0, rel=1e-12)


def test_zero_representations_have_no_cosine_and_say_so(tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.save_array("labels", np.zeros(4, int))
        writer.save_array("kept_inputs", np.arange(4))
        writer.save_array("representations/T1", np.zeros((4, 2, 3)), epoch=0)  # a convolution's shape, flattened
    run = load_run(tmp_path / "run")
    assert [text.get_text() for text in pair_histograms(run).axes[0].texts[-1:]] == ["undefined"]
    representation_scatter(run).savefig(io.BytesIO(), format="png")
    pair_histograms(run, measure="distance").savefig(io.BytesIO(), format="pdf")


@pytest.mark.parametrize("draw", FIGURES)
def test_a_run_that_kept_nothing_is_one_line(empty_run, draw):
    with pytest.raises(RunFolderError, match="run must keep representations for this figure"):
        draw(empty_run)
    with pytest.raises(RunFolderError, match="representations of the deterministic twin"):
        draw(empty_run, twin=True)


@pytest.mark.parametrize("draw", FIGURES)
def test_unknown_layers_and_epochs_are_one_line(run, draw):
    name = "layer" if draw is representation_scatter else "layers"
    with pytest.raises(ValueError, match="layer must be one of T1, T2, T3, got 'T9'"):
        draw(run, **{name: "T9"})
    with pytest.raises(ValueError, match=r"epochs must be stored ones, got \[7, 90\] \(nearest stored: 10, 100\)"):
        draw(run, epochs=[7, 90])
    with pytest.raises(ValueError, match="epochs must be stored ones, got none"):
        draw(run, epochs=[])
    with pytest.raises(ValueError, match="n_epochs must be at least 1"):
        draw(run, n_epochs=0)


def test_other_bad_settings_are_one_line(run):
    with pytest.raises(ValueError, match="measure must be one of cosine, distance, got 'angle'"):
        pair_histograms(run, measure="angle")
    with pytest.raises(ValueError, match="layers must name at least one layer"):
        activation_histograms(run, layers=[])
    with pytest.raises(ValueError, match="at most the layer's 3, got 4"):
        representation_scatter(run, layer="T2", dimensions=4)
    with pytest.raises(ValueError, match="dimensions must be at least 2"):
        representation_scatter(run, layer="T2", dimensions=1)


@pytest.mark.parametrize("draw", FIGURES)
def test_arrays_that_do_not_fit_are_one_line(tmp_path, draw):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.save_array("labels", np.zeros(4, int))
        writer.save_array("kept_inputs", np.array([0, 1, 2, 9]))
        writer.save_array("representations/T1", np.full((4, 2), np.nan), epoch=0)
    run = load_run(tmp_path / "run")
    if draw is activation_histograms:
        with pytest.raises(NonFiniteError, match="activations of T1 must be finite"):
            draw(run)
        return
    with pytest.raises(RunFolderError, match="kept inputs must be rows of the 4 labels, got 9"):
        draw(run)
    (run.path / "arrays" / "kept_inputs" / "static.npy").unlink()
    with pytest.raises(RunFolderError, match="'kept_inputs' without epoch"):
        draw(run)


def test_a_scatter_needs_a_row_per_kept_input(tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.save_array("labels", np.zeros(4, int))
        writer.save_array("kept_inputs", np.arange(4))
        writer.save_array("representations/T1", np.zeros((3, 2)), epoch=0)
    with pytest.raises(RunFolderError, match=r"a row per kept input \(4\), got 3"):
        representation_scatter(load_run(tmp_path / "run"))


def test_epochs_are_spread_in_the_logarithm():
    epochs = [0, 1, 2, 3, 10, 30, 100, 300, 1000]
    assert stored.spread(epochs, 20) == epochs
    assert stored.spread(epochs, 1) == [1000]
    # ln(1 + e) from 0 to 6.909 in three: 0, 3.454 (e = 30.6), 6.909
    assert stored.spread(epochs, 3) == [0, 30, 1000]
