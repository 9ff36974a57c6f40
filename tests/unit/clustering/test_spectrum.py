import math

import numpy as np
import pytest

from infoflow import IllPosedError
from infoflow.clustering import ClassMoments, covariance_spectrum, moments_spectrum


def axes_sample(scales, copies=1):
    """Return ± scale along each axis: covariance diag(scales²)/d exactly."""
    points = np.diag(np.asarray(scales, dtype=float))
    return np.tile(np.concatenate([points, -points]), (copies, 1))


def test_equal_axes_have_full_rank():
    spectrum = covariance_spectrum(axes_sample([2.0] * 6))
    np.testing.assert_allclose(spectrum.eigenvalues, 4 / 6, rtol=1e-14)
    assert spectrum.effective_rank == pytest.approx(6, rel=1e-12)
    assert spectrum.participation_ratio == pytest.approx(6, rel=1e-12)
    assert spectrum.complete


def test_unequal_axes_follow_the_definitions():
    # σ ∝ 3, 1; λ ∝ 9, 1: exp H(3/4, 1/4) and (9 + 1)²/(81 + 1).
    spectrum = covariance_spectrum(axes_sample([3.0, 1.0, 0.0]) + 5)
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert spectrum.effective_rank == pytest.approx(math.exp(entropy), rel=1e-12)
    assert spectrum.participation_ratio == pytest.approx(100 / 82, rel=1e-12)


def test_one_direction_has_rank_one(generator):
    x = np.outer(generator.normal(size=50), generator.normal(size=20)) + 7
    spectrum = covariance_spectrum(x)
    assert spectrum.effective_rank == pytest.approx(1, abs=1e-12)
    assert spectrum.participation_ratio == pytest.approx(1, abs=1e-12)


def test_more_dimensions_than_samples_go_through_the_gram_matrix(generator):
    x = generator.normal(size=(30, 8))
    wide = np.concatenate([x, np.zeros((30, 40))], axis=1) @ np.linalg.qr(generator.normal(size=(48, 48)))[0]
    narrow = covariance_spectrum(x)
    spectrum = covariance_spectrum(wide)
    np.testing.assert_allclose(spectrum.eigenvalues[:8], narrow.eigenvalues, rtol=1e-11)
    assert spectrum.effective_rank == pytest.approx(narrow.effective_rank, rel=1e-9)


def test_the_stream_and_the_classes_do_not_matter(clusters):
    x, labels = clusters
    streamed = moments_spectrum(ClassMoments().update(x[:20], labels[:20]).update(x[20:], labels[20:]))
    np.testing.assert_allclose(streamed.eigenvalues, covariance_spectrum(x).eigenvalues, rtol=1e-10)
    np.testing.assert_allclose(streamed.eigenvalues, np.linalg.eigvalsh(np.cov(x.T, bias=True))[::-1], rtol=1e-10)


def test_above_the_limit_rows_are_drawn_and_said_so(generator):
    x = generator.normal(size=(40, 30))
    spectrum = covariance_spectrum(x, limit=10, seed=3)
    assert (spectrum.n, spectrum.complete) == (10, False)
    assert spectrum.effective_rank < 9 + 1e-9  # ten centred rows span nine dimensions
    again = covariance_spectrum(x, limit=10, seed=3)
    np.testing.assert_array_equal(spectrum.eigenvalues, again.eigenvalues)


def test_one_point_has_no_spectrum():
    for shape in [(5, 3), (3, 5), (1, 4)]:
        with pytest.raises(IllPosedError, match="are the same point"):
            covariance_spectrum(np.full(shape, 0.1))
    with pytest.raises(ValueError, match="limit must be at least 2"):
        covariance_spectrum(np.eye(3), limit=1)
