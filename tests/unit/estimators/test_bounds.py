import math
import warnings

import pytest

from infoflow._errors import IllPosedError, InfoflowWarning
from infoflow.estimators.bounds import (
    bias_lower_bound,
    k_star,
    minimal_samples,
    monte_carlo_mse_bound,
    plug_in_risk_bound,
    sample_propagation_risk,
)


@pytest.mark.parametrize(
    ("d", "published"),
    [
        (1, 7.41e-4),
        (2, 0.00166),
        (3, 0.00369),
        (5, 0.0179),
        (7, 0.0856),
        (9, 0.402),
        (10, 0.869),
        (11, 1.87),
        (12, 4.02),
    ],
)
def test_plug_in_bound_gives_the_published_table_and_warns_that_its_eps_is_too_small(d, published):
    with pytest.warns(InfoflowWarning, match=r"eps = 0\.005 is too small"):
        value = plug_in_risk_bound(10**9, d, 1.0, eps=0.005)
    # Three printed digits: half a unit of the last one is at most 0.5 % of a value that begins with 1.
    assert value == pytest.approx(published, rel=5e-3)


def test_plug_in_bound_is_its_formula_written_out():
    n, d, beta, eps = 10_000, 3, 0.7, 9.0
    R = 2 + 2 * beta * math.sqrt((2 + eps) * math.log(n))
    c = d / 2 * math.log(2 * math.pi * beta**2) + d / beta**2
    first = math.log(n * R**d / (math.pi * beta**2) ** (d / 2)) * R ** (d / 2) / math.sqrt(n)
    first /= 2 * (4 * math.pi * beta**2) ** (d / 4)
    second = c**2 + 2 * c * d * (1 + beta**2) / beta**2
    second += 8 * d * (d + 2 * beta**4 + d * beta**4) / beta**4
    # The same formula in another order of operations: rounding only.
    assert plug_in_risk_bound(n, d, beta, eps=eps) == pytest.approx(first + second * 2 / n, rel=1e-12)


def test_default_eps_is_the_smallest_that_the_proof_allows():
    n, d = 10**6, 4
    needed = (d + 2 * math.sqrt(d * math.log(n))) / math.log(n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert plug_in_risk_bound(n, d, 0.5) == plug_in_risk_bound(n, d, 0.5, eps=needed)
    with pytest.warns(InfoflowWarning):
        plug_in_risk_bound(n, d, 0.5, eps=0.999 * needed)


def test_plug_in_bound_of_an_absurd_problem_is_infinite_not_an_overflow():
    assert plug_in_risk_bound(10, 5000, 0.001) == math.inf


def test_sample_propagation_risk_is_two_entropies_and_the_average_over_drawn_inputs():
    n, d, beta = 10**6, 2, 0.3
    two = 2 * plug_in_risk_bound(n, d, beta)
    assert sample_propagation_risk(n, d, beta, enumerated=True) == two
    expected = two + d * math.log(1 + 1 / beta**2) / (4 * math.sqrt(n))
    assert sample_propagation_risk(n, d, beta) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(("d", "levels"), [(1, 3), (2, 3), (5, 3), (11, 3), (12, 2), (100, 2), (10_000, 2)])
def test_k_star_gives_the_published_values(d, levels):
    assert k_star(d, 0.1, eps=0.01) == levels


def test_bias_lower_bound_is_fano_against_the_ceiling():
    n, d, eps = 1000, 11, 0.01
    h_b = -eps * math.log(eps) - (1 - eps) * math.log(1 - eps)
    expected = math.log(3 ** (d * (1 - eps)) / n) - h_b
    assert bias_lower_bound(n, d, 0.1, eps=eps) == pytest.approx(expected, rel=1e-12)
    assert expected > 0


def test_bias_lower_bound_under_strong_noise_is_void_not_an_error():
    assert k_star(3, 5.0) == 0
    assert bias_lower_bound(10, 3, 5.0) < -math.log(10)


def test_bias_lower_bound_never_exceeds_the_upper_bound_of_the_risk():
    for d in (1, 5, 12):
        for n in (10**2, 10**4, 10**6):
            assert bias_lower_bound(n, d, 0.1) < plug_in_risk_bound(n, d, 0.1)


def test_monte_carlo_bounds_are_their_formulas_and_ordered():
    assert monte_carlo_mse_bound(50, 20, 3) == 3 / 1000
    published = monte_carlo_mse_bound(50, 20, 3, beta=0.5, version="published")
    assert published == pytest.approx(2 * 3 * (4 + 0.25) / (0.25 * 1000), rel=1e-14)
    for beta in (0.01, 1.0, 100.0):
        assert monte_carlo_mse_bound(50, 20, 3, beta=beta, version="published") > monte_carlo_mse_bound(50, 20, 3)


@pytest.mark.parametrize(("width", "d", "beta"), [(0.1, 1, 1.0), (0.01, 2, 0.5), (3.0, 3, 0.5)])
def test_minimal_samples_is_the_smallest_n_that_meets_the_width(width, d, beta):
    n = minimal_samples(width, d, beta)
    assert plug_in_risk_bound(n, d, beta) <= width * (1 + 1e-12)  # the two logarithms round differently
    assert plug_in_risk_bound(n - 1, d, beta) > width * (1 - 1e-12)


def test_minimal_samples_for_information_counts_every_term():
    n = minimal_samples(0.1, 2, 0.5, information=True, enumerated=False)
    # From n - 1 to n the risk falls by less than its n-th part.
    assert sample_propagation_risk(n, 2, 0.5) == pytest.approx(0.1, rel=1 / n + 1e-12)
    assert n > minimal_samples(0.1, 2, 0.5, information=True) > minimal_samples(0.1, 2, 0.5)


def test_minimal_samples_grows_exponentially_with_dimension_beyond_floats():
    counts = [minimal_samples(0.1, d, 0.05) for d in (5, 10, 20)]
    assert counts[1] > 1000 * counts[0]
    n = minimal_samples(0.1, 500, 0.001)
    assert n > 10**310
    # ln n is found to relative precision 2^-53, and the bound falls at most like 1/n: |Δ ln n| ~ 1e-13.
    assert plug_in_risk_bound(n, 500, 0.001) == pytest.approx(0.1, rel=1e-9)


def test_minimal_samples_of_a_width_that_every_n_meets_is_two():
    assert minimal_samples(1e9, 1, 1.0) == 2


def test_minimal_samples_warns_of_an_eps_that_is_too_small():
    with pytest.warns(InfoflowWarning, match="too small"):
        minimal_samples(0.1, 3, 1.0, eps=0.005)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plug_in_risk_bound(1, 1, 1.0), ValueError, "n must be at least 2, got 1"),
        (lambda: plug_in_risk_bound(10, 0, 1.0), ValueError, "d must be at least 1, got 0"),
        (lambda: plug_in_risk_bound(10, 1, 0.0), IllPosedError, "beta must be"),
        (lambda: plug_in_risk_bound(10, 1, 1.0, eps=-1.0), ValueError, "eps must be positive, got -1"),
        (lambda: plug_in_risk_bound(10.5, 1, 1.0), TypeError, "n must be an integer"),
        (lambda: k_star(1, 0.1, eps=1.0), ValueError, "eps must lie strictly between 0 and 1"),
        (lambda: bias_lower_bound(0, 1, 0.1), ValueError, "n must be at least 1"),
        (lambda: monte_carlo_mse_bound(1, 1, 1, version="best"), ValueError, "version must be one of"),
        (lambda: monte_carlo_mse_bound(1, 1, 1, version="published"), TypeError, "beta must be a real number"),
        (lambda: minimal_samples(0.0, 1, 1.0), ValueError, "width must be positive, got 0"),
        (lambda: minimal_samples(0.1, 1, 1.0, eps=0.0), ValueError, "eps must be positive, got 0"),
    ],
)
def test_bad_input_is_refused_in_one_line(call, error, message):
    with pytest.raises(error, match=message):
        call()
