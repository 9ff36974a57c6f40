import numpy as np
import pytest
import torch

from infoflow import IllPosedError, NonFiniteError
from infoflow.clustering import ClassMoments, inputs

# Sums of about a hundred numbers of size 10: relative rounding below 100 eps.
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def brute(x, labels):
    classes = np.unique(labels)
    means = np.array([x[labels == c].mean(axis=0) for c in classes])
    residuals = x - means[np.searchsorted(classes, labels)]
    return classes, means, residuals


def test_moments_equal_those_of_the_definition(clusters):
    x, labels = clusters
    classes, means, residuals = brute(x, labels)
    moments = ClassMoments().update(x, labels)
    np.testing.assert_array_equal(moments.classes, classes)
    np.testing.assert_array_equal(moments.counts, [np.count_nonzero(labels == c) for c in classes])
    np.testing.assert_allclose(moments.means, means, **EXACT)
    np.testing.assert_allclose(moments.mean, x.mean(axis=0), **EXACT)
    np.testing.assert_allclose(
        moments.scatter_by_class, [np.square(residuals[labels == c]).sum() for c in classes], **EXACT
    )
    np.testing.assert_allclose(moments.within_covariance, residuals.T @ residuals / len(x), **EXACT)
    np.testing.assert_allclose(moments.total_covariance, np.cov(x.T, bias=True), **EXACT)
    np.testing.assert_allclose(moments.total_scatter, np.square(x - x.mean(axis=0)).sum(), **EXACT)
    np.testing.assert_allclose(moments.centred_means.mean(axis=0), 0, atol=1e-12)
    assert (moments.n, moments.d, moments.n_classes) == (97, 5, 4)


@pytest.mark.parametrize("size", [1, 7, 96])
def test_a_stream_gives_the_moments_of_the_whole(clusters, size):
    x, labels = clusters
    streamed = ClassMoments()
    for start in range(0, len(x), size):
        streamed.update(torch.from_numpy(x[start : start + size]), torch.from_numpy(labels[start : start + size]))
    whole = ClassMoments().update(x, labels)
    np.testing.assert_array_equal(streamed.counts, whole.counts)
    np.testing.assert_allclose(streamed.means, whole.means, **EXACT)
    np.testing.assert_allclose(streamed.scatter_by_class, whole.scatter_by_class, **EXACT)
    np.testing.assert_allclose(streamed.total_covariance, whole.total_covariance, **EXACT)


def test_internal_blocks_do_not_matter(clusters, monkeypatch):
    whole = ClassMoments().update(*clusters)
    monkeypatch.setattr(inputs, "BLOCK_ELEMENTS", 33)
    blocked = ClassMoments().update(*clusters)
    np.testing.assert_allclose(blocked.total_covariance, whole.total_covariance, **EXACT)


def test_merging_gives_the_moments_of_both_and_changes_neither(clusters):
    x, labels = clusters
    order = np.argsort(labels, kind="stable")
    first, second = order[:50], order[50:]  # the parts share some classes only
    a, b = ClassMoments().update(x[first], labels[first]), ClassMoments().update(x[second], labels[second])
    before = a.means.copy(), b.means.copy()
    merged = a.merge(b)
    whole = ClassMoments().update(x, labels)
    np.testing.assert_array_equal(merged.counts, whole.counts)
    np.testing.assert_allclose(merged.means, whole.means, **EXACT)
    np.testing.assert_allclose(merged.scatter_by_class, whole.scatter_by_class, **EXACT)
    np.testing.assert_allclose(merged.within_covariance, whole.within_covariance, **EXACT)
    np.testing.assert_array_equal(a.means, before[0])
    np.testing.assert_array_equal(b.means, before[1])


def test_merging_with_nothing_copies(clusters):
    a = ClassMoments().update(*clusters)
    for merged in (a.merge(ClassMoments()), ClassMoments().merge(a)):
        np.testing.assert_array_equal(merged.means, a.means)
        merged.update(*clusters)
        assert a.n == 97
    assert ClassMoments().merge(ClassMoments()).n == 0


def test_an_offset_costs_no_digits(clusters):
    # 2**30 + x is rounded to 2**-22 in each coordinate; the moments must follow those rounded numbers exactly,
    # where squares of 2**30 would have left 2**60 eps = 256 of absolute error.
    x, labels = clusters
    offset = x + 2.0**30
    expected = ClassMoments().update(offset - 2.0**30, labels)
    shifted = ClassMoments().update(offset, labels)
    np.testing.assert_allclose(shifted.scatter_by_class, expected.scatter_by_class, **EXACT)


def test_a_constant_representation_has_no_scatter_at_all():
    x = np.full((1000, 3), 0.1)
    moments = ClassMoments().update(x[:300], np.arange(300) % 4).update(x[300:], np.arange(700) % 4)
    assert moments.total_scatter == 0
    merged = moments.merge(ClassMoments().update(x, np.zeros(1000)))
    assert merged.total_scatter == 0
    with pytest.raises(IllPosedError, match="all 2000 samples are the same point"):
        merged.require_spread("it")


def test_the_covariance_is_kept_up_to_its_limit_or_on_request():
    assert ClassMoments().update(np.zeros((1, 2048)), [0]).has_covariance
    assert not ClassMoments().update(np.zeros((1, 2049)), [0]).has_covariance
    moments = ClassMoments(covariance=False).update(np.eye(3), [0, 1, 2])
    with pytest.raises(ValueError, match=r"covariance was not kept \(d = 3\)"):
        _ = moments.total_covariance


def test_nothing_is_added_when_a_batch_is_refused(clusters):
    moments = ClassMoments().update(*clusters)
    with pytest.raises(NonFiniteError):
        moments.update(np.full((3, 5), np.nan), [7, 7, 7])
    with pytest.raises(ValueError, match="representations must have d = 5 as before, got 4"):
        moments.update(np.zeros((3, 4)), [7, 7, 7])
    with pytest.raises(ValueError, match="labels must have shape"):
        moments.update(np.zeros((3, 5)), [7, 7])
    assert moments.n == 97


def test_unlike_moments_do_not_merge():
    a = ClassMoments().update(np.eye(3), [0, 1, 2])
    with pytest.raises(ValueError, match="same d, got 3 and 2"):
        a.merge(ClassMoments().update(np.eye(2), [0, 1]))
    with pytest.raises(ValueError, match="both keep the covariance"):
        a.merge(ClassMoments(covariance=False).update(np.eye(3), [0, 1, 2]))


def test_an_unknown_label_is_named(clusters):
    moments = ClassMoments().update(*clusters)
    assert moments.class_index(np.array([11, -2])).tolist() == [3, 0]
    with pytest.raises(ValueError, match="got 12 among"):
        moments.class_index(np.array([7, 12]))
    with pytest.raises(ValueError, match="got 5 among"):
        moments.class_index(np.array([5, 7]))
