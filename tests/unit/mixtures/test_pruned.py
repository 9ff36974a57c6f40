"""Certified pruning against the oracle, where the queries are not of every class."""

import numpy as np
import pytest

from infoflow.mixtures import pruned
from infoflow.mixtures.reference import log_density_reference

TOL = 1e-12


@pytest.mark.parametrize("present", [(1,), (0, 2), (2,)])
def test_a_class_without_queries_has_no_tile(present):
    generator = np.random.default_rng(7)
    labels = np.repeat([0, 1, 2], 40)
    centres = generator.standard_normal((120, 2)) + labels[:, None]
    log_weights = np.full(120, -np.log(120.0))
    queries = np.flatnonzero(np.isin(labels, present))
    found = pruned.log_sums(
        centres[queries], centres, log_weights, 0.3, tol=TOL, query_classes=labels[queries], centre_classes=labels
    )
    everything = log_density_reference(centres[queries], centres, log_weights, 0.3)
    # tol, and rounding eps (|c|/beta)² ~ 2e-16 · 300
    np.testing.assert_allclose(found.everything, everything, rtol=0, atol=2 * TOL)
    assert found.own is not None
    for label in present:
        mine = labels[queries] == label
        own = log_density_reference(centres[queries[mine]], centres[labels == label], log_weights[labels == label], 0.3)
        np.testing.assert_allclose(found.own[mine], own, rtol=0, atol=2 * TOL)


@pytest.mark.parametrize("with_classes", [False, True])
def test_nothing_is_read_that_was_not_written(monkeypatch, with_classes):
    # Memory that numpy.empty returns may hold a signalling NaN, and arithmetic on one is a RuntimeWarning.
    allocate = np.empty

    def poisoned(*args, **options):
        array = allocate(*args, **options)
        if array.dtype == np.float64:
            array.view(np.uint64)[...] = 0x7FF0000000000001
        return array

    rng = np.random.default_rng(1)
    centres, queries = rng.normal(size=(300, 2)), rng.normal(size=(200, 2))
    log_weights = np.full(300, -np.log(300))
    classes = {"query_classes": np.arange(200) % 2, "centre_classes": np.arange(300) % 2} if with_classes else {}
    pruned.compile_kernels()
    monkeypatch.setattr(np, "empty", poisoned)
    sums = pruned.log_sums(queries, centres, log_weights, 0.5, tol=1e-12, **classes)
    monkeypatch.undo()
    expected = log_density_reference(queries, centres, log_weights, 0.5)
    np.testing.assert_allclose(sums.everything, expected, rtol=0, atol=2 * TOL)
    assert (sums.own is not None) == with_classes
