import math

import numpy as np
import pytest
import torch
from scipy import stats

from infoflow.networks.counter import counter_normals, counter_words

# The first outputs for state 1234567 of the reference implementation (Vigna, splitmix64.c), as listed at Rosetta Code.
SPLITMIX_1234567 = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def test_words_are_splitmix64():
    words = counter_words(1234567, torch.arange(1, 6))
    assert [word % 2**64 for word in words.tolist()] == SPLITMIX_1234567


@pytest.mark.parametrize("key", [0, 2**64 - 1, -5, 987654321987654321])
def test_words_agree_with_python_integers(key):
    def reference(counter):
        z = (key + counter * 0x9E3779B97F4A7C15) % 2**64
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % 2**64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % 2**64
        return z ^ (z >> 31)

    counters = torch.tensor([[0, 1, 2], [77, 2**40 + 3, 2**62 + 5]])
    expected = [[reference(c) for c in row] for row in counters.tolist()]
    assert [[word % 2**64 for word in row] for row in counter_words(key, counters).tolist()] == expected


@pytest.mark.parametrize("d", [1, 2, 3, 8, 9])
def test_draws_do_not_depend_on_which_are_asked_for(d):
    table = counter_normals(5, torch.arange(100), d)
    some = torch.tensor([99, 3, 3, 50])
    assert torch.equal(counter_normals(5, some, d), table[some])


def test_numbers_are_independent_standard_normal():
    n, d = 100_000, 6
    z = counter_normals(11, torch.arange(n), d).numpy()
    # Kolmogorov-Smirnov per column, fixed key; 1e-3 shared over the d tests.
    assert all(stats.kstest(z[:, k], "norm").pvalue > 1e-3 / d for k in range(d))
    # Sample correlations have standard error 1/sqrt(n) = .0032; 5 s.e. for 15 pairs and 15 pairs of squares.
    for values in (z, z**2):
        correlation = np.corrcoef(values.T) - np.eye(d)
        assert np.abs(correlation).max() < 5 / math.sqrt(n)
    serial = np.corrcoef(z[:-1].ravel(), z[1:].ravel())[0, 1]
    assert abs(serial) < 5 / math.sqrt(n * d)
    assert np.abs(z).max() < math.sqrt(2 * math.log(2**33))


def test_keys_are_independent():
    draws = torch.arange(50_000)
    one, other = counter_normals(1, draws, 2).numpy(), counter_normals(2, draws, 2).numpy()
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 5 / math.sqrt(100_000)  # 5 s.e.
