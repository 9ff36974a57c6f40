import math

import numpy as np
import pytest

from infoflow import IllPosedError, smoothed_entropy, truths
from infoflow.comparators import corner_sampler, entropy_convergence


def test_corner_sampler_has_the_law_of_the_corner_mixture():
    s = corner_sampler(4)(5000, 3)
    assert s.shape == (5000, 4)
    assert np.abs(s).max() <= 1
    # 20 000 independent coordinates: signs to 4 s.e.; |S| = 1 - half normal of sd .02
    assert np.mean(s > 0) == pytest.approx(0.5, abs=4 * 0.5 / math.sqrt(20_000))
    mean, sd = 0.02 * math.sqrt(2 / math.pi), 0.02 * math.sqrt(1 - 2 / math.pi)
    assert np.mean(1 - np.abs(s)) == pytest.approx(mean, abs=4 * sd / math.sqrt(20_000))
    np.testing.assert_array_equal(s, corner_sampler(4)(5000, 3))
    corners = np.unique(s > 0, axis=0, return_counts=True)[1]
    assert len(corners) == 16
    chi_square = np.sum((corners - 312.5) ** 2 / 312.5)  # 15 degrees of freedom: mean 15, s.d. sqrt(30)
    assert chi_square < 15 + 4 * math.sqrt(30)


def test_plug_in_beats_the_others_at_ten_dimensions():
    beta = 0.1
    h_true = truths.corner_mixture(10, beta=beta).entropy
    points = entropy_convergence(
        corner_sampler(10),
        h_true,
        [100, 2000, 5000],
        beta=beta,
        plug_in=lambda s: smoothed_entropy(s, beta=beta).nats,
        limits={"kernel_density": 2000},
    )
    assert [(p.n, p.estimator) for p in points[:3]] == [
        (100, "plug_in"),
        (100, "nearest_neighbour"),
        (100, "kernel_density"),
    ]
    last = {p.estimator: p for p in points if p.n == 2000}
    assert all(p.h_true == h_true for p in points)
    # The claim of the paper's comparison: the plug-in is the nearest at 2000 samples, the others nats off.
    assert abs(last["plug_in"].error) < min(abs(last[name].error) for name in ("nearest_neighbour", "kernel_density"))
    left_out = points[-1]
    assert math.isnan(left_out.nats)
    assert left_out.message == "not run: n = 5000 is above its limit 2000"


def test_a_size_too_small_has_a_row():
    points = entropy_convergence(corner_sampler(2), 0.0, [2], beta=0.1)
    assert all(math.isnan(p.nats) for p in points)
    assert "k must be less than the number of samples 2, got 3" in points[0].message


def test_bad_input():
    with pytest.raises(ValueError, match="sizes must not be empty"):
        entropy_convergence(corner_sampler(2), 0.0, [], beta=0.1)
    with pytest.raises(ValueError, match="limits must be one of plug_in, "):
        entropy_convergence(corner_sampler(2), 0.0, [10], beta=0.1, limits={"other": 3})
    with pytest.raises(ValueError, match="sample must return n = 10 rows, got 3"):
        entropy_convergence(lambda n, seed: np.ones((3, 2)), 0.0, [10], beta=0.1)
    with pytest.raises(IllPosedError, match="beta"):
        entropy_convergence(corner_sampler(2), 0.0, [10], beta=0)
    with pytest.raises(ValueError, match="d must be at least 1, got 0"):
        corner_sampler(0)
