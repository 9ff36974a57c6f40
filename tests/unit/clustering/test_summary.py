import math

import numpy as np
import pytest
import torch

from infoflow import NonFiniteError
from infoflow import clustering as c
from infoflow.clustering import clustering_summary, twin_summary

KEYS = {
    *("n", "d", "n_classes", "n_smallest_class", "n_zero_vectors", "scatter_ratio", "cdnv", "nc1", "nc3"),
    *("nc2_equinorm", "nc2_equiangularity", "nc2_maximal_angle", "nc4_agreement", "nearest_centre_accuracy"),
    *("effective_rank", "participation_ratio", "two_nn_dimension", "two_nn_stderr"),
    *("levina_bickel_dimension", "levina_bickel_stderr", "mean_sq_distance_within", "mean_sq_distance_between"),
    *("mean_cosine_within", "mean_cosine_between", "H_bin[width=0.5]", "I_y_bin[width=0.5]", "H_bin[n_bins=6]"),
    *("I_y_bin[n_bins=6]", "H_bin[per_neuron=6]", "I_y_bin[per_neuron=6]", "H_bin[adaptive=6]", "I_y_bin[adaptive=6]"),
    "H_bin_ceiling",
}
SETTINGS = {"widths": [0.5], "n_bins": 6}


def test_every_measure_equals_its_own_function(clusters):
    x, labels = clusters
    weight, bias = np.ones((4, 5)) * np.arange(4)[:, None], np.arange(4.0)
    summary = clustering_summary(torch.from_numpy(x), labels, weight=weight, bias=bias, bins=9, **SETTINGS)
    moments = c.ClassMoments().update(x, labels)
    assert summary.scatter_ratio == c.scatter_ratio(moments)
    assert summary.cdnv == c.class_distance_normalised_variance(moments)
    assert summary.nc1 == pytest.approx(c.collapse_variability(moments), rel=1e-12)
    assert summary.nc2 == c.collapse_simplex(moments)
    assert summary.nc3 == c.collapse_self_duality(moments, weight)
    assert summary.nearest_centre == c.NearestCentre(moments, weight, bias).update(x, labels).result()
    assert summary.spectrum.effective_rank == c.covariance_spectrum(x).effective_rank
    assert (summary.two_nn, summary.levina_bickel) == c.intrinsic_dimensions(x)
    assert summary.mean_sq_distance == c.mean_squared_distances(moments)
    assert summary.mean_cosine == c.CosineMeans().update(x, labels).result()
    distances = c.distance_histograms(x, labels, bins=9)
    np.testing.assert_array_equal(summary.distances.within.counts, distances.within.counts)
    cosines = c.cosine_histograms(x, labels, bins=9)
    np.testing.assert_array_equal(summary.cosines.between.counts, cosines.between.counts)
    assert summary.binned[0] == c.binned_entropy(x, labels, width=0.5)
    assert summary.binned[1] == c.binned_entropy(x, labels, n_bins=6)
    assert summary.binned[3] == c.binned_entropy(x, labels, n_bins=6, scheme="adaptive")
    assert summary.undefined == {}
    table = summary.as_dict()
    assert set(table) == KEYS
    assert all(isinstance(value, float) and math.isfinite(value) for value in table.values())
    assert table["nearest_centre_accuracy"] == summary.nearest_centre.accuracy
    assert table["n_smallest_class"] == 2


def test_pairs_may_be_sampled(clusters):
    summary = clustering_summary(*clusters, exact_pairs=False, n_pairs=100, **SETTINGS)
    for histograms in (summary.distances, summary.cosines):
        assert (histograms.within.n, histograms.between.exact) == (100, False)


def test_the_representations_are_left_as_they_were(clusters):
    x, labels = clusters
    before = x.copy()
    clustering_summary(x, labels, weight=np.ones((4, 5)))
    np.testing.assert_array_equal(x, before)


def test_exact_histograms_have_the_exact_means(clusters):
    # two independent ways to the mean cosine over all pairs
    summary = clustering_summary(*clusters, **SETTINGS)
    assert summary.cosines.within.mean == pytest.approx(summary.mean_cosine.within, abs=1e-13)
    assert summary.cosines.between.mean == pytest.approx(summary.mean_cosine.between, abs=1e-13)


@pytest.mark.parametrize(
    ("x", "labels", "undefined"),
    [
        (np.full((12, 3), 0.1), np.arange(12) % 2, {"scatter_ratio", "cdnv", "nc1", "nc2", "spectrum", "distances"}),
        (np.zeros((12, 3)), np.arange(12) % 2, {"scatter_ratio", "mean_cosine", "cosines"}),
        (np.eye(12), np.zeros(12), {"scatter_ratio", "cdnv", "nc1", "nc2", "nearest_centre"}),
        ([[1.0, 2.0]], [3], {"scatter_ratio", "mean_sq_distance", "mean_cosine", "spectrum", "two_nn, levina_bickel"}),
    ],
    ids=["constant", "zero", "one class", "one sample"],
)
def test_what_is_undefined_has_a_reason_and_the_rest_a_value(x, labels, undefined):
    summary = clustering_summary(x, labels, **SETTINGS)
    assert undefined <= set(summary.undefined)
    assert all(reason for reason in summary.undefined.values())
    table = summary.as_dict()
    assert set(table) == KEYS
    assert math.isfinite(table["H_bin[width=0.5]"])
    assert math.isnan(table["scatter_ratio"])


def test_one_sample_per_class_is_a_summary():
    summary = clustering_summary(np.eye(12), np.arange(12), **SETTINGS)
    assert (summary.n_smallest_class, summary.scatter_ratio, summary.nearest_centre.accuracy) == (1, 0, 1)
    assert summary.distances.within is None
    assert summary.cosines.between.mean == 0
    assert math.isnan(summary.as_dict()["mean_cosine_within"])


def test_the_same_seed_gives_the_same_summary(generator):
    x, labels = generator.normal(size=(60, 3)), generator.integers(2, size=60)
    settings = {**SETTINGS, "max_points": 30}
    first = clustering_summary(x, labels, seed=1, **settings).as_dict()
    assert clustering_summary(x, labels, seed=1, **settings).as_dict() == pytest.approx(first, rel=0, nan_ok=True)
    assert clustering_summary(x, labels, seed=2, **settings).as_dict()["two_nn_dimension"] != first["two_nn_dimension"]


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"widths": [0.5, 0.5]}, ValueError, r"widths must be distinct, got \(0.5, 0.5\)"),
        ({"widths": [-1.0]}, ValueError, "width must be finite and at least"),
        ({"n_bins": 0}, ValueError, "n_bins must be at least 1"),
        ({"bin_range": "tahn"}, ValueError, "bin_range must be one of"),
        ({"bias": np.zeros(4)}, ValueError, "bias must come with a weight"),
        ({"weight": np.zeros((4, 4))}, ValueError, r"weight must have shape \(K, d\)"),
        ({"bins": 0}, ValueError, "bins must be at least 1"),
        ({"n_pairs": 0}, ValueError, "n_pairs must be at least 1"),
        ({"neighbours": 1}, ValueError, "neighbours must be at least 2"),
        ({"max_points": 3}, ValueError, "max_points must be at least 10"),
        ({"distance_range": (1, 0)}, ValueError, "distance_range must be finite"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_unsuitable_settings_are_refused(clusters, settings, error, message):
    with pytest.raises(error, match=message):
        clustering_summary(*clusters, **settings)


def test_nan_is_refused(clusters):
    x, labels = clusters
    with pytest.raises(NonFiniteError, match="representations must be finite, got 97 NaN"):
        clustering_summary(np.concatenate([x, x[:, :1] * np.nan], axis=1), labels)


def test_no_binned_entropies_are_possible(clusters):
    summary = clustering_summary(*clusters, widths=(), n_bins=None)
    assert summary.binned == ()
    assert math.isnan(summary.as_dict()["H_bin_ceiling"])


def test_twins_share_bins_and_ranges(clusters, generator):
    x, labels = clusters
    noisy = x + 0.5 * generator.normal(size=x.shape)
    twin = twin_summary(noisy, x, labels, bins=9, **SETTINGS)
    np.testing.assert_array_equal(twin.noisy.distances.within.edges, twin.deterministic.distances.within.edges)
    assert twin.noisy.distances.between.n_outside == twin.deterministic.distances.between.n_outside == 0
    ends = (min(noisy.min(), x.min()), max(noisy.max(), x.max()))
    assert twin.noisy.binned[1] == c.binned_entropy(noisy, labels, n_bins=6, bin_range=ends)
    assert twin.deterministic.binned[1] == c.binned_entropy(x, labels, n_bins=6, bin_range=ends)
    table = twin.as_dict()
    assert set(table) == {f"{side}.{key}" for side in ("noisy", "deterministic") for key in KEYS} | {
        "cosine_to_deterministic"
    }
    assert table["cosine_to_deterministic"] == c.cosine_to_reference(noisy, x).mean
    assert table["noisy.mean_sq_distance_within"] > table["deterministic.mean_sq_distance_within"]


def test_given_ranges_are_kept_by_both(clusters):
    x, labels = clusters
    twin = twin_summary(x, x + 1, labels, distance_range=(0.0, 2.0), bin_range="tanh", **SETTINGS)
    for summary in (twin.noisy, twin.deterministic):
        assert summary.distances.within.edges[-1] == 2
    assert twin.noisy.binned[1] == c.binned_entropy(x, labels, n_bins=6, bin_range="tanh")


def test_a_setting_of_none_means_the_default(clusters):
    x, labels = clusters
    twin = twin_summary(x, x + 1, labels, distance_range=None, bin_range=None, widths=(), n_bins=None)
    assert twin.noisy.distances.within.edges[-1] == twin.deterministic.distances.within.edges[-1]
    assert twin.noisy.binned == ()


def test_dead_twins_are_a_summary():
    twin = twin_summary(np.zeros((12, 3)), np.zeros((12, 3)), np.arange(12) % 2, **SETTINGS)
    assert twin.cosine is None
    assert math.isnan(twin.as_dict()["cosine_to_deterministic"])


def test_unlike_twins_are_refused(clusters):
    x, labels = clusters
    with pytest.raises(ValueError, match=r"deterministic must have shape \(97, 5\) as noisy, got \(97, 4\)"):
        twin_summary(x, x[:, :4], labels)
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        twin_summary(x, x, labels, colour="red")
