import numpy as np
import pytest

from infoflow.experiments.data import train_test_split


def test_split_is_a_partition():
    train, test = train_test_split(4096)
    assert (len(train), len(test)) == (3277, 819)
    assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(4096))
    assert np.all(np.diff(train) > 0)
    assert np.all(np.diff(test) > 0)


def test_seed_decides():
    same, other = train_test_split(100, 80, seed=1), train_test_split(100, 80, seed=2)
    assert np.array_equal(same[0], train_test_split(100, 80, seed=1)[0])
    assert not np.array_equal(same[0], other[0])


def test_every_input_is_equally_often_in_training():
    counts = sum(np.bincount(train_test_split(10, 5, seed=s)[0], minlength=10) for s in range(400))
    # Each count is Binomial(400, 1/2), standard error 10; 5 s.e. over 10 inputs: chance 6e-6 for any other seed.
    assert np.all(np.abs(counts - 200) < 50)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((1, 1), "m must be at least 2"),
        ((10, 0), "n_train must be at least 1"),
        ((10, 10), "n_train must be below the number of inputs 10, got 10"),
        ((10, 5, -1), "seed must be at least 0"),
    ],
)
def test_bad_sizes(args, message):
    with pytest.raises(ValueError, match=message):
        train_test_split(*args)


def test_fraction_is_refused():
    with pytest.raises(TypeError, match=r"n_train must be an integer, got 0\.8"):
        train_test_split(10, 0.8)
