import math

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_classif

from infoflow import IllPosedError, InfoflowWarning, Status, truths
from infoflow.comparators import mixed_neighbours_information


def test_formula_in_several_dimensions(generator):
    labels = generator.integers(3, size=120)
    t = generator.normal(size=(120, 4)) + labels[:, None]
    distances = cdist(t, t, "chebyshev")
    total = 0.0
    for i, y in enumerate(labels):
        radius = np.sort(distances[i, labels == y])[3]  # the first is the sample itself
        total += digamma(np.sum(labels == y)) + digamma(np.sum(distances[i] < radius))
    expected = digamma(120) + digamma(3) - total / 120
    assert mixed_neighbours_information(t, labels).nats == pytest.approx(expected, abs=1e-12)


def test_equals_scikit_learn(generator):
    labels = generator.integers(3, size=500)
    t = generator.normal(size=(500, 1)) + labels[:, None]
    expected = mutual_info_classif(t, labels, discrete_features=False, n_neighbors=3, random_state=0)[0]
    # the same counts: scikit-learn's noise of 1e-10 moves none
    assert mixed_neighbours_information(t, labels).nats == pytest.approx(expected, abs=1e-9)


def test_known_channel_within_its_standard_error(generator):
    problem = truths.pam(4, beta=0.3)
    values = []
    for _ in range(30):
        t = np.repeat(problem.points, 200, axis=0) + generator.normal(size=(800, 1)) * problem.beta
        values.append(mixed_neighbours_information(t, np.repeat(problem.labels, 200)).nats)
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    # s.e. about 4e-3; the density varies over the 3 nearest of 400 by O(1/n), 1/400 = .0025
    assert np.mean(values) == pytest.approx(problem.label_information, abs=4 * error + 0.0025)


def test_coincident_samples_and_bad_input(generator):
    t = np.repeat([0.0, 1.0], 10)[:, None]
    with pytest.warns(InfoflowWarning, match="20 of 20 samples coincide"):
        assert mixed_neighbours_information(t, np.repeat([0, 1], 10)).status is Status.VACUOUS
    with pytest.raises(IllPosedError, match="every class must have more than k = 3 samples, got one of 2"):
        mixed_neighbours_information(t, np.repeat([0, 1], [18, 2]))
