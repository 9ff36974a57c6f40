import numpy as np
import pytest

from infoflow.clustering.pair_sample import PairPopulation

LABELS = np.array([5, 1, 5, 1, 5, 8, 1])


def test_pairs_are_counted():
    population = PairPopulation.of(LABELS)
    assert (population.n_within, population.n_between) == (3 + 3, 21 - 6)


@pytest.mark.parametrize("kind", ["within", "between"])
def test_every_pair_is_drawn_equally_often(generator, kind):
    population = PairPopulation.of(LABELS)
    size, n_pairs = 60_000, 6 if kind == "within" else 15
    first, second = getattr(population, f"draw_{kind}")(size, generator)
    assert ((LABELS[first] == LABELS[second]) == (kind == "within")).all()
    assert (first != second).all()
    low, high = np.minimum(first, second), np.maximum(first, second)
    counts = np.unique(7 * low + high, return_counts=True)[1]
    assert len(counts) == n_pairs
    # binomial counts: 5 s.e. for the 21 comparisons of this test
    share = size / n_pairs
    assert np.abs(counts - share).max() < 5 * np.sqrt(share)
