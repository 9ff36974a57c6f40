"""Clustering measures do not change under what leaves the geometry of the classes alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infoflow.clustering import (
    CellCounts,
    ClassMoments,
    CosineMeans,
    binned_entropies,
    binned_entropy,
    class_distance_normalised_variance,
    collapse_simplex,
    collapse_variability,
    cosine_histograms,
    covariance_spectrum,
    fixed_grid,
    levina_bickel,
    mean_squared_distances,
    nearest_centre_accuracy,
    scatter_ratio,
    two_nn,
)

seeds = st.integers(0, 2**32 - 1)
# a few hundred sums and products of numbers of size 1 to 1e3, conditioning below 1e4
CLOSE = {"rel": 1e-7, "abs": 1e-9}
quick = settings(max_examples=25, deadline=None)


def problem(seed):
    generator = np.random.default_rng(seed)
    n_classes, d = int(generator.integers(2, 5)), int(generator.integers(2, 7))
    labels = np.concatenate([np.arange(n_classes), generator.integers(n_classes, size=40)])
    centres = 2 * generator.normal(size=(n_classes, d))
    return centres[labels] + generator.normal(size=(len(labels), d)), labels, generator


def shape_measures(x, labels):
    """Return the measures that rotation, translation and scaling leave alone."""
    moments = ClassMoments().update(x, labels)
    spectrum = covariance_spectrum(x)
    distances = mean_squared_distances(moments)
    return np.array(
        [
            scatter_ratio(moments),
            class_distance_normalised_variance(moments),
            collapse_variability(moments),
            *collapse_simplex(moments),
            spectrum.effective_rank,
            spectrum.participation_ratio,
            distances.within / distances.between,
            two_nn(x).value,
            levina_bickel(x, k=5).value,
            nearest_centre_accuracy(x, labels),
        ]
    )


@quick
@given(seed=seeds, log_scale=st.floats(-3, 3), shift=st.floats(-100, 100))
def test_rotation_translation_and_scale(seed, log_scale, shift):
    x, labels, generator = problem(seed)
    rotation = np.linalg.qr(generator.normal(size=(x.shape[1], x.shape[1])))[0]
    moved = 10**log_scale * (x @ rotation + shift)
    assert shape_measures(moved, labels) == pytest.approx(shape_measures(x, labels), **CLOSE)


@quick
@given(seed=seeds)
def test_order_of_samples_and_names_of_classes(seed):
    x, labels, generator = problem(seed)
    order = generator.permutation(len(x))
    names = generator.choice(1000, size=labels.max() + 1, replace=False) - 500
    assert shape_measures(x[order], names[labels][order]) == pytest.approx(shape_measures(x, labels), **CLOSE)
    binned, other = binned_entropy(x, labels, width=0.7), binned_entropy(x[order], names[labels][order], width=0.7)
    assert (other.H_bin, other.I_y_bin, other.n_cells) == pytest.approx((binned.H_bin, binned.I_y_bin, binned.n_cells))


@quick
@given(seed=seeds, log_scale=st.floats(-3, 3))
def test_cosines_keep_under_rotation_and_positive_scaling_of_each_sample(seed, log_scale):
    x, labels, generator = problem(seed)
    rotation = np.linalg.qr(generator.normal(size=(x.shape[1], x.shape[1])))[0]
    moved = x @ rotation * 10 ** generator.uniform(-abs(log_scale), abs(log_scale), size=(len(x), 1))
    assert CosineMeans().update(moved, labels).result() == pytest.approx(
        CosineMeans().update(x, labels).result(), **CLOSE
    )
    first, second = cosine_histograms(x, labels), cosine_histograms(moved, labels)
    assert second.within.mean == pytest.approx(first.within.mean, **CLOSE)


@quick
@given(seed=seeds, cuts=st.lists(st.integers(0, 42), min_size=2, max_size=2))
def test_merging_is_associative_and_commutative(seed, cuts):
    x, labels, _ = problem(seed)
    parts = [np.arange(len(x))[part] for part in np.split(np.arange(len(x)), sorted(cuts))]
    a, b, c = (ClassMoments().update(x[p], labels[p]) if len(p) else ClassMoments() for p in parts)
    whole = ClassMoments().update(x, labels)
    for merged in (a.merge(b).merge(c), a.merge(b.merge(c)), c.merge(a).merge(b)):
        np.testing.assert_array_equal(merged.counts, whole.counts)
        np.testing.assert_allclose(merged.means, whole.means, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(merged.scatter_by_class, whole.scatter_by_class, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(merged.within_covariance, whole.within_covariance, rtol=1e-9, atol=1e-12)


@quick
@given(seed=seeds, cut=st.integers(1, 41))
def test_merged_cell_counts_are_those_of_the_whole(seed, cut):
    x, labels, _ = problem(seed)
    grid = fixed_grid(width=0.9)
    a, b = CellCounts(grid).update(x[:cut], labels[:cut]), CellCounts(grid).update(x[cut:], labels[cut:])
    whole = CellCounts(grid).update(x, labels).result()
    for merged in (a.merge(b).result(), b.merge(a).result()):
        assert (merged.H_bin, merged.I_y_bin) == pytest.approx((whole.H_bin, whole.I_y_bin), rel=1e-12, abs=1e-14)


@quick
@given(seed=seeds, width=st.floats(0.05, 3))
def test_finer_bins_see_more_and_none_sees_more_than_there_is(seed, width):
    x, labels, _ = problem(seed)
    # width/2 from 0 refines width from 0 exactly: halving is exact in float64
    coarse, fine = binned_entropies(x, [fixed_grid(width=width), fixed_grid(width=width / 2)], labels)
    class_entropy = binned_entropy(labels[:, None], width=1.0).H_bin
    rounding = 1e-12
    assert coarse.H_bin <= fine.H_bin + rounding
    assert coarse.I_y_bin <= fine.I_y_bin + rounding
    assert fine.H_bin <= fine.ceiling + rounding
    assert -rounding <= coarse.I_y_bin <= class_entropy + rounding
