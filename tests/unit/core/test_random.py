import numpy as np
import pytest

from infoflow._random import derived_seed, stream


def test_same_name_and_seed_same_numbers():
    np.testing.assert_array_equal(stream(3, "noise", 1).standard_normal(5), stream(3, "noise", 1).standard_normal(5))


def test_streams_differ_by_seed_name_and_index():
    draws = [stream(*key).random() for key in [(0, "a"), (1, "a"), (0, "b"), (0, "a", 0), (0, "a", 1)]]
    assert len(set(draws)) == len(draws)


def test_streams_are_uncorrelated():
    n = 40_000
    a, b = stream(0, "a").standard_normal(n), stream(0, "b").standard_normal(n)
    assert abs(np.mean(a * b)) < 5 / np.sqrt(n)  # five standard errors of a correlation of zero


def test_derived_seed_is_a_valid_torch_seed():
    assert 0 <= derived_seed(1, "x") < 2**63


@pytest.mark.parametrize(("seed", "error"), [(-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_bad_seed(seed, error):
    with pytest.raises(error, match="seed must be"):
        stream(seed, "a")
