import numpy as np
import pytest

from infoflow import IllPosedError
from infoflow.clustering import (
    ClassMoments,
    SubspaceScatter,
    collapse_self_duality,
    collapse_simplex,
    collapse_variability,
)

EPS = np.finfo(float).eps


@pytest.mark.parametrize(("n_classes", "d"), [(2, 2), (3, 3), (5, 9), (10, 30)])
def test_simplex_corners_with_isotropic_scatter(simplex, n_classes, d):
    # Σ_B = I/(K-1) on K-1 axes, Σ_W = spread² I: NC1 = spread² (K-1)²/K.
    x, labels, corners = simplex(n_classes, d, spread=0.1, offset=3.0)
    moments = ClassMoments().update(x, labels)
    expected = 0.01 * (n_classes - 1) ** 2 / n_classes
    assert collapse_variability(moments) == pytest.approx(expected, rel=1e-12)
    assert SubspaceScatter(moments).update(x, labels).result() == pytest.approx(expected, rel=1e-12)
    # cosines of unit vectors: rounding of d products and of the means, a few d eps
    assert max(collapse_simplex(moments)) < 10 * d * EPS * np.linalg.norm(moments.mean)
    assert collapse_self_duality(moments, 7.0 * corners) < 1e-24
    assert collapse_self_duality(moments, -corners) == pytest.approx(4.0, rel=1e-12)


def test_nc1_is_the_trace_of_the_definition(clusters):
    x, labels = clusters
    moments = ClassMoments().update(x, labels)
    centred = moments.means - moments.means.mean(axis=0)
    sigma_b = centred.T @ centred / 4
    expected = np.trace(moments.within_covariance @ np.linalg.pinv(sigma_b, rcond=1e-10)) / 4
    assert collapse_variability(moments) == pytest.approx(expected, rel=1e-9)
    second = SubspaceScatter(ClassMoments(covariance=False).update(x, labels))
    second.update(x[:10], labels[:10]).update(x[10:], labels[10:])
    assert second.result() == pytest.approx(expected, rel=1e-9)


def test_nc2_of_class_means_on_a_line():
    # means -1, 0.25, 0.75 less their mean 0: norms 1, .25, .75; cosines -1, -1, 1; 1/(K-1) = 1/2.
    geometry = collapse_simplex(ClassMoments().update([[-1.0], [0.25], [0.75]], [0, 1, 2]))
    assert geometry.equinorm == pytest.approx(np.std([1, 0.25, 0.75]) / np.mean([1, 0.25, 0.75]), rel=1e-14)
    assert geometry.equiangularity == pytest.approx(np.std([-1, -1, 1]), rel=1e-14)
    assert geometry.maximal_angle == pytest.approx((0.5 + 0.5 + 1.5) / 3, rel=1e-14)


def test_nc3_of_orthogonal_classifier_is_two(simplex):
    # ‖A - B‖² = 2 - 2 <A, B> with orthogonal unit A, B.
    x, labels, corners = simplex(3, 6, spread=0.1)
    other = np.linalg.svd(corners)[2][3:]  # rows orthogonal to all corners
    assert collapse_self_duality(ClassMoments().update(x, labels), other) == pytest.approx(2.0, rel=1e-12)


@pytest.mark.parametrize(
    "measure", [collapse_variability, collapse_simplex, SubspaceScatter, lambda m: collapse_self_duality(m, [[1.0, 0]])]
)
def test_one_class_is_refused(measure):
    with pytest.raises(IllPosedError, match="at least two classes, got 1"):
        measure(ClassMoments().update(np.eye(2), [0, 0]))


def test_coinciding_class_means_are_refused():
    x = [[-0.1], [0.1], [-0.7], [0.7], [-0.3], [0.3]]
    moments = ClassMoments().update(x, [0, 0, 1, 1, 2, 2])
    with pytest.raises(IllPosedError, match="all 3 class means coincide"):
        collapse_variability(moments)
    with pytest.raises(IllPosedError, match="mean of class 0 equals the mean"):
        collapse_simplex(moments)
    with pytest.raises(IllPosedError, match="class means coincide"):
        collapse_self_duality(moments, np.ones((3, 1)))


def test_unsuitable_classifiers_are_refused(clusters):
    moments = ClassMoments().update(*clusters)
    with pytest.raises(ValueError, match=r"weight must have shape \(K, d\) = \(4, 5\), got \(5, 4\)"):
        collapse_self_duality(moments, np.ones((5, 4)))
    with pytest.raises(ValueError, match="weight must have a non-zero entry"):
        collapse_self_duality(moments, np.zeros((4, 5)))


def test_a_second_pass_needs_samples_of_known_classes(clusters):
    x, labels = clusters
    second = SubspaceScatter(ClassMoments().update(x, labels))
    with pytest.raises(ValueError, match="must see samples"):
        second.result()
    with pytest.raises(ValueError, match="got 12 among"):
        second.update(x[:1], [12])
    with pytest.raises(ValueError, match="must have d = 5"):
        second.update(x[:, :2], labels)
