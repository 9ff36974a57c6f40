import numpy as np
import pytest

from infoflow.monitor.projection import principal_directions


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
def test_directions_are_those_of_the_singular_value_decomposition(shape):
    rows = np.random.default_rng(0).standard_normal(shape) * np.linspace(3, 1, shape[1])
    directions = principal_directions(rows, 3)
    assert np.allclose(directions.T @ directions, np.eye(3), atol=1e-12)  # orthonormal up to rounding
    _, _, vectors = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    overlap = np.linalg.svd(directions.T @ vectors[:3].T, compute_uv=False)
    assert np.allclose(overlap, 1.0, atol=1e-9)  # the same space: eigenvalue gaps of order 1 against eps


def test_no_more_directions_than_the_rows_have():
    rows = np.outer(np.arange(5.0), np.ones(4))
    assert principal_directions(rows, 3).shape == (4, 1)
    assert principal_directions(np.ones((5, 4)), 3).shape == (4, 1)
