import math

import numpy as np
import pytest

from infoflow import IllPosedError, NonFiniteError
from infoflow.clustering import intrinsic_dimensions, levina_bickel, two_nn
from infoflow.clustering.intrinsic import _censored_rate, _slope


def sphere(generator, n, D=3):
    """Uniform on the unit 2-sphere in D dimensions: the area within chord r is exactly π r², as in the plane."""
    x = generator.normal(size=(n, 3))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x @ np.linalg.qr(generator.normal(size=(D, 3)))[0].T


@pytest.mark.parametrize(
    "estimate",
    [two_nn, lambda x: two_nn(x, fit=True), lambda x: two_nn(x, discard=0.0), levina_bickel],
    ids=["two_nn", "fit", "all", "levina_bickel"],
)
def test_the_sphere_is_two_dimensional(generator, estimate):
    # Given the second distance the nearest point is uniform in that cap, so ln ρ ~ Exp(2) exactly. The replicates'
    # own spread gives the standard error of their mean; slack for the ratio of dependent sums: 2/n.
    values = np.array([estimate(sphere(generator, 300)).value for _ in range(40)])
    assert values.mean() == pytest.approx(2, abs=4 * values.std(ddof=1) / math.sqrt(40) + 2 / 300)


@pytest.mark.parametrize("fit", [False, True])
def test_the_stated_error_is_of_the_right_size(generator, fit):
    # neighbourhoods overlap: the docstring says up to 1.3 times the stated error; the spread over 60 replicates is
    # known to 1/sqrt(2·60) = 9 %, taken at 4 s.e. on both sides.
    results = [two_nn(sphere(generator, 300), fit=fit) for _ in range(60)]
    ratio = np.std([r.value for r in results], ddof=1) / np.mean([r.stderr for r in results])
    assert 1.0 * (1 - 0.36) < ratio < 1.3 * (1 + 0.36)


def test_the_censored_rate_is_unbiased_with_the_stated_error(generator):
    # 2 r d / d̂_ML ~ χ²_{2r}: E d̂ = d and s.d. = d/sqrt(r - 2) for independent exponentials.
    draws = np.sort(generator.exponential(1 / 7.0, size=(4000, 50)), axis=1)
    values, errors = np.transpose([_censored_rate(row, 40) for row in draws])
    assert values.mean() == pytest.approx(7, abs=4 * 7 / math.sqrt(38 * 4000))
    # the s.d. of 4000 draws is known to about 1/sqrt(2·4000), doubled for the heavy right tail; E d̂² enters by d̂
    assert values.std() == pytest.approx(7 / math.sqrt(38), rel=4 * 2 / math.sqrt(8000))
    assert errors.mean() == pytest.approx(7 / math.sqrt(38), rel=0.01)


def test_the_slopes_error_is_its_spread(generator):
    draws = np.sort(generator.exponential(1 / 7.0, size=(2000, 400)), axis=1)
    values, errors = np.transpose([_slope(row, 360) for row in draws])
    # the s.d. of 2000 draws is known to 1/sqrt(2·2000) (4 s.e.); the expansion is first order in 1/sqrt(400)
    assert errors.mean() == pytest.approx(values.std(), rel=4 / math.sqrt(4000) + 1 / math.sqrt(400))


def test_an_isometric_embedding_changes_nothing(generator):
    x = sphere(generator, 300)
    wide = x @ np.linalg.qr(generator.normal(size=(40, 3)))[0].T  # 40 dimensions: the search without a tree
    for estimate in (two_nn, levina_bickel):
        assert estimate(wide).value == pytest.approx(estimate(x).value, rel=1e-9)


def test_copies_are_removed_and_counted(generator):
    x = sphere(generator, 200)
    once = two_nn(x)
    twice = two_nn(np.concatenate([x, x[:30], -0.0 + x[:5]]))
    assert (once.n_duplicates, twice.n_duplicates, twice.n) == (0, 35, 200)
    assert twice.value == once.value


def test_signed_zeros_are_one_point(generator):
    x = np.concatenate([sphere(generator, 50), [[0.0, 0.0, 0.0], [0.0, -0.0, 0.0]]])
    assert two_nn(x).n_duplicates == 1


def test_points_closer_than_their_squares_can_tell_count_as_copies(generator):
    x = np.concatenate([sphere(generator, 50), [[0.0, 0.0, 0.0], [1e-200, 0.0, 0.0]]])
    assert two_nn(x).n_duplicates == 2


def test_thinning_is_seeded(generator):
    x = sphere(generator, 300)
    a, b, c = (two_nn(x, max_points=100, seed=seed) for seed in (1, 1, 2))
    assert a == b
    assert a.n == 100
    assert a.value != c.value


def test_both_from_one_search(generator):
    x = sphere(generator, 100)
    assert intrinsic_dimensions(x, k=6, discard=0.2) == (two_nn(x, discard=0.2), levina_bickel(x, k=6))


def test_degenerate_points_are_refused():
    with pytest.raises(IllPosedError, match="at least 10 distinct points, got 2"):
        two_nn(np.repeat([[0.0], [1.0]], 50, axis=0))
    with pytest.raises(IllPosedError, match="at least 21 distinct points, got 15"):
        levina_bickel(np.arange(15.0)[:, None], k=20)
    lattice = np.stack(np.meshgrid(np.arange(6.0), np.arange(6.0)), axis=-1).reshape(-1, 2)
    with pytest.raises(IllPosedError, match="two neighbours equally near"):
        two_nn(lattice)
    with pytest.raises(IllPosedError, match="the 2 neighbours of every point are equally near"):
        levina_bickel(lattice, k=2)


def test_unsuitable_settings_are_refused():
    x = np.arange(20.0)[:, None]
    with pytest.raises(ValueError, match=r"discard must lie in \[0, 1\), got 1"):
        two_nn(x, discard=1.0)
    with pytest.raises(ValueError, match="max_points must be at least 10"):
        two_nn(x, max_points=5)
    with pytest.raises(ValueError, match="k must be at least 2"):
        levina_bickel(x, k=1)
    with pytest.raises(ValueError, match="k must be at least 2"):
        intrinsic_dimensions(x, k=1)
    with pytest.raises(NonFiniteError):
        two_nn([[np.inf]])
