import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist, squareform

from infoflow import IllPosedError
from infoflow.clustering import CosineMeans, CosineToReference, cosine_to_reference


def test_mean_cosines_equal_those_of_all_pairs(clusters):
    x, labels = clusters
    x = x - 10
    cosines = 1 - squareform(pdist(x, "cosine"))
    alike = labels[:, None] == labels
    off_diagonal = ~np.eye(len(x), dtype=bool)
    padded = np.concatenate([x[:20], np.zeros((3, 5)), x[20:]])
    padded_labels = np.concatenate([labels[:20], [7, 7, 3], labels[20:]])
    means = CosineMeans().update(padded[:40], padded_labels[:40])
    means = means.merge(CosineMeans().update(padded[40:], padded_labels[40:]))
    assert means.n_excluded == 3
    assert means.result().within == pytest.approx(cosines[alike & off_diagonal].mean(), abs=1e-13)
    assert means.result().between == pytest.approx(cosines[~alike].mean(), abs=1e-13)


def test_orthogonal_classes():
    result = CosineMeans().update([[1.0, 0], [5, 0], [0, 2], [0, 3]], [0, 0, 1, 1]).result()
    assert result.within == 1
    assert result.between == pytest.approx(0, abs=1e-15)


def test_mean_cosine_needs_two_directions():
    with pytest.raises(IllPosedError, match="two samples that are not zero vectors, got 1 and 2 zero vectors"):
        CosineMeans().update([[0.0], [0.0], [1.0]], [0, 0, 1]).result()
    with pytest.raises(IllPosedError, match="got 0 and 1 zero vectors"):
        CosineMeans().update([[0.0]], [0]).result()


def test_known_angles_to_a_reference():
    angles = np.radians([0, 30, 60, 90, 120, 180])
    x = np.stack([np.cos(angles), np.sin(angles)], axis=1) * [[1], [2], [3], [4], [5], [6]]
    reference = torch.tensor([[1.0, 0.0]], dtype=torch.float64).expand(6, 2)
    result = CosineToReference(bins=4).update(x[:2], reference[:2]).update(x[2:], reference[2:]).result()
    assert result.counts.sum() == 6
    assert result.mean == pytest.approx(np.cos(angles).mean(), abs=1e-15)
    np.testing.assert_array_equal(result.edges, [-1, -0.5, 0, 0.5, 1])
    assert result.exact


def test_noise_lowers_the_cosine_as_predicted(generator):
    # |s| = 1, noise β z in d dimensions: cos = (1 + β z_1)/sqrt((1 + β z_1)² + β² χ²_{d-1}); for d large this
    # concentrates at 1/sqrt(1 + β² d). Spread over examples: ~β/(1 + β² d), relative bias ~1/d; n = 400 averages.
    n, d, beta = 400, 4000, 0.02
    s = generator.normal(size=(n, d))
    s /= np.linalg.norm(s, axis=1, keepdims=True)
    histogram = cosine_to_reference(s + beta * generator.normal(size=(n, d)), s)
    expected = 1 / math.sqrt(1 + beta**2 * d)
    assert histogram.mean == pytest.approx(expected, abs=4 * beta / math.sqrt(n) + 2 / d)


def test_zero_vectors_on_either_side_are_left_out():
    result = cosine_to_reference([[0.0, 0], [1, 0], [1, 1]], [[1.0, 0], [0, 0], [1, 1]])
    assert (result.n, result.n_excluded) == (1, 2)
    with pytest.raises(IllPosedError, match="vectors that are not zero, got 1 zero vectors"):
        cosine_to_reference([[0.0]], [[1.0]])


def test_unlike_shapes_are_refused():
    with pytest.raises(ValueError, match=r"reference must have shape \(2, 2\) as the representations, got \(3, 2\)"):
        cosine_to_reference(np.eye(2), np.ones((3, 2)))
    with pytest.raises(ValueError, match="bins must be at least 1"):
        CosineToReference(bins=0)
