import numpy as np
import pytest
from scipy.spatial.distance import pdist, squareform

from infoflow.experiments.clustering_measures import BIN_WIDTHS, class_measures, clustering_measures, mean_distances


@pytest.fixture
def sample():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 40)
    return rng.normal(size=(40, 2)) + labels[:, None], labels


def test_the_mean_distances_are_those_of_all_pairs(sample):
    rows, labels = sample
    distances, alike = pdist(rows), pdist(labels[:, None].astype(float)) == 0
    # the same 780 numbers summed in another order: a few eps
    assert mean_distances(rows, labels) == pytest.approx((distances[alike].mean(), distances[~alike].mean()), rel=1e-12)


def test_the_mean_cosines_are_those_of_all_pairs(sample):
    rows, labels = sample
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    alike = labels[:, None] == labels
    distinct = ~np.eye(40, dtype=bool)
    measures = class_measures(rows, labels)
    cosines = unit @ unit.T
    assert measures["within_cosine"] == pytest.approx(cosines[alike & distinct].mean(), rel=1e-12)
    assert measures["between_cosine"] == pytest.approx(cosines[~alike].mean(), rel=1e-12)


def test_classes_that_are_points_have_no_scatter():
    labels = np.repeat([0, 1], 5)
    rows = np.where(labels[:, None] == 1, [[3.0, 4.0]], [[1.0, 0.0]])
    measures = class_measures(rows, labels)
    assert measures["within_total_scatter"] == 0.0
    assert measures["within_distance"] == 0.0
    # between two equal points 5 apart every pair; here (1,0) and (3,4): sqrt(20)
    assert measures["between_distance"] == pytest.approx(np.sqrt(20), rel=1e-12)
    assert (measures["within_cosine"], measures["between_cosine"]) == pytest.approx((1.0, 0.6), rel=1e-12)


def test_what_is_undefined_is_nan():
    measures = class_measures(np.zeros((4, 2)), np.zeros(4, np.int64))
    assert measures["within_distance"] == 0.0
    assert all(np.isnan(value) for name, value in measures.items() if name != "within_distance")


def test_many_inputs_are_sampled_for_distances_by_the_seed():
    rng = np.random.default_rng(1)
    rows, labels = rng.normal(size=(2000, 3)), rng.integers(0, 2, 2000)
    first, again, other = (class_measures(rows, labels, seed)["within_distance"] for seed in (0, 0, 1))
    assert first == again != other
    # a mean over pairs of 512 points is a U-statistic: variance at most (4/512) of the variance of one point's mean
    # distance, plus a term of order 1/512²; four standard errors
    means = squareform(pdist(rows)).mean(axis=1)
    exact = mean_distances(rows, labels)[0]
    assert abs(first - exact) <= 4 * np.sqrt(2 * 4 / 512) * means.std()


def test_every_layer_gets_its_measures_and_the_twin_its_bins(sample):
    rows, labels = sample
    measures = clustering_measures({"T1": rows}, {"T1": rows}, labels, seed=0)
    table = {name: value for layer, name, value in measures if layer == "T1"}
    names = ["within_total_scatter", "within_distance", "between_distance", "within_cosine", "between_cosine"]
    bins = [f"twin_H_bin[{width:g}]" for width in BIN_WIDTHS]
    assert list(table) == [*names, *(f"twin_{name}" for name in names), *bins]
    assert all(table[name] == table[f"twin_{name}"] for name in names)
    entropies = [table[name] for name in bins]
    assert entropies[0] == pytest.approx(np.log(40), rel=1e-12)  # every input has its own cell
    cells = np.unique(np.floor(rows), axis=0, return_counts=True)[1] / 40
    assert entropies[-1] == pytest.approx(-np.sum(cells * np.log(cells)), rel=1e-12)
