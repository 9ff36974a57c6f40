"""The dispatcher's choice, and life without the optional packages."""

import sys
import warnings

import numpy as np
import pytest

from infoflow import InfoflowWarning
from infoflow.mixtures import engines, log_density
from infoflow.mixtures.choice import choose, visited_fraction


@pytest.fixture
def rng():
    return np.random.default_rng(2)


def test_few_pairs_are_summed_plainly(rng):
    assert choose(rng.random((10, 2)), rng.random((10, 2)), 0.1, 1e-12)[0] == "direct"


def test_many_pairs_are_pruned(rng):
    engine, reason = choose(rng.random((2000, 5)), rng.random((2000, 5)), 0.01, 1e-12)
    assert engine == "pruned"
    assert "pairs matter" in reason


def test_crowds_in_few_dimensions_are_transformed_unless_the_tolerance_is_tight(rng):
    crowd = rng.random((30_000, 2))
    assert choose(crowd, crowd, 0.5, 1e-9)[0] == "nufft"
    assert choose(crowd, crowd, 0.5, 1e-12)[0] == "pruned"


def test_high_dimension_without_anything_to_prune_is_a_matrix_product(rng):
    assert choose(rng.random((1000, 100)), rng.random((1000, 100)), 2.0, 1e-12)[0] == "direct"


def test_visited_fraction_of_everything_and_nothing(rng):
    points = rng.random((50, 2))
    assert visited_fraction(points, points, 10.0, 1e-12) == 1.0
    assert visited_fraction(points, points + 100.0, 0.1, 1e-12) == 0.0


def test_missing_packages_warn_once_and_change_nothing(rng, monkeypatch):
    queries, centres = rng.random((1000, 2)), rng.random((1100, 2))
    expected = log_density(queries, centres, beta=0.3)
    monkeypatch.setitem(sys.modules, "numba", None)
    engines.warn_slow.cache_clear()
    with pytest.warns(InfoflowWarning, match=r"pip install 'infoflow\[fast\]'"):
        values, report = log_density(queries, centres, beta=0.3, report=True)
    assert report.engine == "direct"
    np.testing.assert_allclose(values, expected, rtol=0, atol=2e-12)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        log_density(queries, centres, beta=0.3)
    engines.warn_slow.cache_clear()


def test_missing_finufft_falls_back_to_pruned(rng, monkeypatch):
    crowd = rng.random((30_000, 2))
    monkeypatch.setitem(sys.modules, "finufft", None)
    engines.warn_slow.cache_clear()
    with pytest.warns(InfoflowWarning, match="finufft is not installed"):
        assert choose(crowd, crowd, 0.5, 1e-9)[0] == "pruned"
    engines.warn_slow.cache_clear()


@pytest.mark.parametrize(("engine", "package"), [("pruned", "numba"), ("nufft", "finufft")])
def test_asking_for_a_missing_engine_names_the_extra(engine, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"needs {package}: pip install 'infoflow\[fast\]'"):
        log_density(np.zeros((1, 2)), np.zeros((1, 2)), beta=1.0, engine=engine)
