import numpy as np
import pytest
from scipy.spatial.distance import cdist

from infoflow import IllPosedError
from infoflow.clustering import ClassMoments, NearestCentre, nearest_centre_accuracy


def test_decisions_equal_those_of_all_distances(clusters):
    x, labels = clusters
    moments = ClassMoments().update(x, labels)
    expected = np.mean(moments.classes[cdist(x, moments.means).argmin(axis=1)] == labels)
    assert nearest_centre_accuracy(x, labels) == expected
    assert 0 < expected < 1


def test_other_samples_may_be_judged(clusters):
    moments = ClassMoments().update([[-1.0], [1.0]], [0, 1])
    result = NearestCentre(moments).update([[-3.0], [-0.1], [0.2]], [0, 1, 1]).update([[5.0]], [1]).result()
    assert (result.accuracy, result.agreement, result.n) == (3 / 4, None, 4)


def test_a_classifier_of_the_centres_agrees_everywhere(simplex):
    # arg max of 2 μ·x - |μ|² is the nearest centre: NC4 = 1.
    x, labels, _ = simplex(4, 6, spread=1.0)
    moments = ClassMoments().update(x, labels)
    weight, bias = 2 * moments.means, -np.square(moments.means).sum(axis=1)
    decisions = NearestCentre(moments, weight, bias).update(x, labels).result()
    assert decisions.agreement == 1
    assert NearestCentre(moments, -weight).update(x, labels).result().agreement == 0


def test_agreement_counts_samples(generator):
    # centres at ±1: the nearest centre splits at 0, the classifier x > 0.5 differs on (0, 0.5] only.
    moments = ClassMoments().update([[-1.0], [1.0]], [0, 1])
    x = np.array([[-2.0], [0.25], [0.4], [0.75], [2.0]])
    result = NearestCentre(moments, [[0.0], [1.0]], [0.5, 0.0]).update(x, [0, 0, 0, 1, 1]).result()
    assert result.agreement == 3 / 5


def test_degenerate_centres_are_refused():
    with pytest.raises(IllPosedError, match="at least two classes"):
        nearest_centre_accuracy([[0.0], [1.0]], [1, 1])
    with pytest.raises(IllPosedError, match="same point"):
        nearest_centre_accuracy([[0.1], [0.1]], [0, 1])
    with pytest.raises(IllPosedError, match="all 2 class means coincide"):
        nearest_centre_accuracy([[-0.1], [0.1], [-0.7], [0.7]], [0, 0, 1, 1])


def test_unsuitable_arguments_are_refused(clusters):
    x, labels = clusters
    moments = ClassMoments().update(x, labels)
    with pytest.raises(ValueError, match="bias must come with a weight"):
        NearestCentre(moments, bias=np.zeros(4))
    with pytest.raises(ValueError, match=r"bias must have shape \(4,\)"):
        NearestCentre(moments, np.ones((4, 5)), np.zeros(3))
    with pytest.raises(ValueError, match="must see samples"):
        NearestCentre(moments).result()
    with pytest.raises(ValueError, match="must have d = 5"):
        NearestCentre(moments).update(x[:, :4], labels)
