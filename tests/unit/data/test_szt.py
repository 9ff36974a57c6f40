import math
from itertools import combinations

import numpy as np
import pytest

from infoflow.experiments.data import icosahedron, szt_classes, szt_problem

PUBLISHED_ANTIPODES = {(0, 9), (1, 7), (2, 5), (3, 6), (4, 10), (8, 11)}
ORDERS = ["published", "natural"]


def automorphisms(adjacency):
    """All vertex permutations that keep adjacency, by extending partial ones vertex by vertex."""
    partial = [()]
    for vertex in range(12):
        partial = [
            (*images, image)
            for images in partial
            for image in set(range(12)) - set(images)
            if all(adjacency[vertex, other] == adjacency[image, images[other]] for other in range(vertex))
        ]
    return np.array(partial)


@pytest.mark.parametrize("order", ORDERS)
def test_counts(order):
    inputs, labels = szt_problem(order)
    assert (inputs.shape, inputs.dtype, labels.shape, labels.dtype) == ((4096, 12), np.float32, (4096,), np.int64)
    assert set(np.unique(inputs)) == {0.0, 1.0}
    assert labels.sum() == 2118
    p = 2118 / 4096
    assert -p * math.log(p) - (1 - p) * math.log(1 - p) == pytest.approx(0.69256, abs=5e-6)  # printed to 5 digits


def test_rows_count_upwards_with_bit_0_in_the_first_column():
    inputs, _ = szt_problem()
    assert np.array_equal(inputs @ 2.0 ** np.arange(12), np.arange(4096))


@pytest.mark.parametrize("order", ORDERS)
def test_label_is_constant_on_the_64_classes(order):
    inputs, labels = szt_problem(order)
    classes, members = np.unique(szt_classes(inputs, order), axis=0, return_inverse=True)
    assert len(classes) == 64
    n_ones, n_all = np.bincount(members, labels), np.bincount(members)
    assert np.all((n_ones == 0) | (n_ones == n_all))
    n, a, c = classes.T
    assert np.array_equal(n_ones > 0, 30 * n - 3 * n**2 + 8 * a - 4 * c >= 120)


@pytest.mark.parametrize("order", ORDERS)
def test_label_is_invariant_under_all_120_symmetries(order):
    inputs, labels = szt_problem(order)
    symmetries = automorphisms(icosahedron(order))
    assert len(symmetries) == 120
    for symmetry in symmetries:
        rows = (inputs[:, symmetry] @ 2.0 ** np.arange(12)).astype(int)
        assert np.array_equal(labels[rows], labels)


def test_label_is_not_invariant_under_a_permutation_that_is_no_symmetry():
    inputs, labels = szt_problem()
    rows = (inputs[:, [1, 0, *range(2, 12)]] @ 2.0 ** np.arange(12)).astype(int)
    assert not np.array_equal(labels[rows], labels)


@pytest.mark.parametrize("order", ORDERS)
def test_graph_is_the_icosahedron(order):
    adjacency = icosahedron(order)
    assert np.array_equal(adjacency, adjacency.T)
    assert np.all(adjacency.sum(axis=0) == 5)
    # Spectrum of the icosahedral graph: 5, sqrt 5 (3 times), -1 (5 times), -sqrt 5 (3 times).
    spectrum = [-math.sqrt(5)] * 3 + [-1] * 5 + [math.sqrt(5)] * 3 + [5]
    assert np.linalg.eigvalsh(adjacency) == pytest.approx(spectrum, abs=1e-12)  # 12 x 12, condition 1: a few eps


def test_published_antipodes():
    pairs = np.zeros((66, 12))
    for row, pair in enumerate(combinations(range(12), 2)):
        pairs[row, list(pair)] = 1
    antipodal = pairs[szt_classes(pairs)[:, 2] == 1]
    assert {tuple(np.flatnonzero(row)) for row in antipodal} == PUBLISHED_ANTIPODES


def test_orders_are_the_same_problem_renumbered():
    published, natural = icosahedron("published"), icosahedron("natural")
    partial = [()]
    for vertex in range(12):
        partial = [
            (*images, image)
            for images in partial
            for image in set(range(12)) - set(images)
            if all(natural[vertex, other] == published[image, images[other]] for other in range(vertex))
        ]
    images = np.array(partial[0])  # vertex v of "natural" is vertex images[v] of "published"
    inputs, labels = szt_problem("published")
    rows = (inputs[:, images] @ 2.0 ** np.arange(12)).astype(int)
    assert np.array_equal(szt_problem("natural")[1][rows], labels)


def test_unknown_order():
    for function in (szt_problem, icosahedron):
        with pytest.raises(ValueError, match="order must be one of published, natural, got 'random'"):
            function("random")


@pytest.mark.parametrize("inputs", [np.zeros((3, 11)), np.full((3, 12), 0.5), np.full((3, 12), 2)])
def test_classes_of_something_else(inputs):
    with pytest.raises(ValueError, match="inputs must be bits of shape"):
        szt_classes(inputs)
