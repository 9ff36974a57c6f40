import math

import numpy as np
import pytest
from scipy.integrate import quad, quad_vec
from scipy.special import voigt_profile
from scipy.stats import kstest, norm
from scipy.stats import t as student

from infoflow._errors import IllPosedError, InfoflowError
from infoflow.truths import (
    Constellation,
    GaussianInputNetwork,
    HeavyTailed,
    LinearNetwork,
    Permuted,
    Product,
    ReedMuller,
    Rotated,
    TruncatedModes,
    corner_mixture,
    pam,
    power,
    reed_muller_generator,
    ring,
    single_neuron,
)

EXACT = 1e-9  # the accuracy every truth promises
LN2 = math.log(2)


def test_constellation_agrees_with_adaptive_quadrature():
    truth = Constellation("three", np.array([[-1.0], [0.1], [0.6]]), 0.2, np.array([0.5, 0.3, 0.2]))

    def surprise(t):
        density = sum(w * norm.pdf(t, c, 0.2) for w, c in zip(truth.weights, truth.points[:, 0], strict=True))
        return -density * math.log(density)

    value, _ = quad(surprise, -3, 2.6, points=[-1.0, 0.1, 0.6], epsabs=1e-11, limit=200)
    assert truth.entropy == pytest.approx(value, abs=EXACT)


def test_limits_of_a_constellation():
    # Separated by 40 beta information is H(X) up to Q(20); coincident points carry none.
    assert pam(8, beta=0.005).information == pytest.approx(math.log(8), abs=EXACT)
    same = Constellation("same", np.full((5, 3), 2.0), 0.1, labels=np.array([0, 0, 1, 1, 1]))
    assert (same.information, same.label_information) == (0.0, 0.0)
    # Far below the noise a constellation of variance v carries v/(2 beta²) (1 - v/(2 beta²) + ...).
    assert pam(2, beta=1e3).information == pytest.approx(5e-7, rel=1e-5)


def test_constellation_in_a_subspace_is_solved_there():
    line = pam(4, beta=0.3)
    embedded = Constellation("embedded", line.points @ np.array([[0.6, 0.0, 0.8]]) + 5.0, 0.3)
    assert embedded.information == pytest.approx(line.information, abs=EXACT)
    two_more = math.log(2 * math.pi * math.e * 0.09)
    assert embedded.entropy == pytest.approx(line.entropy + two_more, abs=EXACT)
    with pytest.raises(ValueError, match="span at most 2 dimensions for an exact answer, got 3"):
        _ = Constellation("simplex", np.eye(4), 0.3).information


def test_square_constellation_is_twice_the_line():
    line = pam(4, beta=0.3)
    points = np.array([[a, b] for a in line.points[:, 0] for b in line.points[:, 0]])
    square = Constellation("square", points, 0.3)
    product = power(line, 2)
    assert np.allclose(product.draw(1, 0)[:, 0], points, rtol=0, atol=0)
    assert square.information == pytest.approx(product.information, abs=2 * EXACT)
    assert square.entropy == pytest.approx(product.entropy, abs=2 * EXACT)


def test_neurons_apply_their_activation():
    for name, values in {
        "tanh": np.tanh([-1.0, 1.0]),
        "relu": [0.0, 1.0],
        "leaky_relu": [-0.1, 1.0],
        "linear": [-1.0, 1.0],
    }.items():
        neuron = single_neuron(name, w=1.0, b=0.0, beta=0.1, inputs=[-1.0, 1.0], labels=[3, 7])
        assert np.array_equal(neuron.points[:, 0], values)
        assert np.array_equal(neuron.labels, [0, 1])


def test_parity_check_series_equals_the_repetition_code_where_they_are_one_code():
    from infoflow.truths.codes import _parity_loss

    for beta in (0.3, 0.7, 2.0):
        series = 2 * pam(2, beta=beta).information - _parity_loss(beta, 2)
        assert series == pytest.approx(ReedMuller(0, 1, beta).information, abs=EXACT)


def test_parity_check_code_agrees_with_monte_carlo_of_its_product_form():
    # Even words: the sum over all words plus the sum with a sign for odd ones, each a product over coordinates.
    code = ReedMuller(1, 2, 0.8)
    rng = np.random.default_rng(0)
    t = code.draw_unconditional(200_000, 1) + 0.8 * rng.standard_normal((200_000, 4))
    plus, minus = norm.pdf(t, 1, 0.8), norm.pdf(t, -1, 0.8)
    density = ((plus + minus).prod(axis=1) + (plus - minus).prod(axis=1)) / 2**4
    surprise = -np.log(density)
    assert abs(surprise.mean() - code.entropy) <= 5 * surprise.std() / math.sqrt(len(t))  # five standard errors


@pytest.mark.parametrize(("order", "log_length", "bits"), [(0, 3, 1), (1, 3, 4), (2, 3, 7), (3, 3, 8), (2, 5, 16)])
def test_reed_muller_codes_have_their_dimension_and_minimum_distance(order, log_length, bits):
    generator = reed_muller_generator(order, log_length)
    assert generator.shape == (bits, 2**log_length)
    if bits <= 8:
        words = ReedMuller(order, log_length, 1.0).codewords
        distances = (words.shape[1] - words @ words.T) / 2
        assert distances[~np.eye(len(words), dtype=bool)].min() == 2 ** (log_length - order)


def test_reed_muller_orders_without_an_exact_answer_and_oversized_codes_say_so():
    code = ReedMuller(1, 3, 1.0)
    assert code.draw(2, 0).shape == (16, 2, 8)
    with pytest.raises(InfoflowError, match=r"RM\(1,3\) beta=1 must have order 0, log_length - 1 or log_length"):
        _ = code.information
    full = ReedMuller(5, 5, 2.0)
    assert full.m == 2**32
    assert np.array_equal(np.unique(full.draw_unconditional(100, 0)), [-1.0, 1.0])
    for request in (lambda: full.draw(1, 0), lambda: full.weights, lambda: full.codewords):
        with pytest.raises(ValueError, match="at most 65536 inputs can be enumerated, got 4294967296"):
            request()
    with pytest.raises(ValueError, match="order must be at most log_length = 2, got 3"):
        ReedMuller(3, 2, 1.0)


def test_cauchy_problem_has_the_voigt_profile_for_density():
    truth = HeavyTailed("Cauchy", np.array([0.0]), 0.3, 1.0, 0.2)
    t = np.array([0.0, 0.1, 1.0, 10.0, 1e3, 1e6])
    # The trapezoidal rule in ln V, step .2, errs by exp(-2π·(π/2)/.2) and less; voigt_profile is good to about 1e-12.
    assert truth._densities(t)[0] == pytest.approx(voigt_profile(t, 0.2, 0.3), rel=1e-10)
    assert truth.information == pytest.approx(0.0, abs=EXACT)

    def surprise(u):
        density = voigt_profile(math.sinh(u), 0.2, 0.3)
        return -density * math.log(density) * math.cosh(u)

    value, _ = quad(surprise, -35, 35, points=[0], epsabs=1e-11, limit=500)
    assert truth.entropy == pytest.approx(value, abs=EXACT)


def test_student_problem_tends_to_gaussians_and_draws_students():
    heavy = HeavyTailed("nearly Gaussian", np.array([-1.0, 1.0]), 0.5, 1000.0, 0.4)
    gaussian = Constellation("Gaussian", np.array([[-1.0], [1.0]]), math.hypot(0.5, 0.4))
    # t_ν has density 1 + (z⁴ - 2z² - 1)/(4ν) + O(1/ν²) times the normal one.
    assert heavy.information == pytest.approx(gaussian.information, abs=1 / 1000)
    draws = HeavyTailed("t2", np.array([5.0]), 0.5, 2.0, 0.2).draw(2000, 3).ravel()
    assert kstest((draws - 5.0) / 0.5, student(2).cdf).pvalue > 1e-4


def test_truncated_modes_agree_with_adaptive_quadrature_and_stay_inside():
    # A broad mode, so that both faces of the cube matter.
    truth = TruncatedModes(0.3, 0.8)
    kept = norm.cdf(2 / 0.8) - 0.5

    t = np.arange(-4.0, 4.0, 0.1)  # trapezoid, a third of beta

    def densities(x):
        scale = 1 / (kept * 2 * math.pi * 0.8 * 0.3)
        return quad_vec(
            lambda s: scale * np.exp(-0.5 * ((s - x) / 0.8) ** 2 - 0.5 * ((t - s) / 0.3) ** 2), -1, 1, epsabs=1e-12
        )[0]

    p = np.array([densities(x) for x in (-1.0, 1.0)])
    mixture = p.mean(axis=0)
    assert truth.entropy == pytest.approx(
        -(mixture * np.log(mixture)).sum() * 0.1, abs=1e-8
    )  # quad_vec at 1e-12, 80 points
    draws = truth.draw(4000, 0)
    assert np.abs(draws).max() <= 1.0
    law = lambda s: (norm.cdf(s, 1, 0.8) - norm.cdf(-1, 1, 0.8)) / kept  # noqa: E731
    assert kstest(draws[1, :, 0], law).pvalue > 1e-4
    assert kstest(-draws[0, :, 0], law).pvalue > 1e-4


def test_corner_mixtures_add_up_over_coordinates():
    assert corner_mixture(7, beta=0.3).entropy == pytest.approx(7 * TruncatedModes(0.3).entropy, rel=1e-14)
    plain = corner_mixture(3, beta=0.3, truncated=False)
    one_bit = Constellation("bit", np.array([[-1.0], [1.0]]), math.hypot(0.3, 0.02))
    assert plain.information == pytest.approx(3 * one_bit.information, abs=3 * EXACT)
    wide = corner_mixture(10, beta=0.5)
    assert wide.m == 1024
    assert wide.draw(2, 0).shape == (1024, 2, 10)
    signs = np.sign(wide.draw(1, 0)[:, 0])
    assert len(np.unique(signs, axis=0)) == 1024
    assert np.array_equal(wide.labels, signs[:, 0] > 0)
    for request in (lambda: corner_mixture(20, beta=0.5).draw(1, 0), lambda: corner_mixture(20, beta=0.5).weights):
        with pytest.raises(ValueError, match="at most 65536 inputs can be enumerated, got 1048576"):
            request()


def test_coordinates_and_inputs_of_a_product_are_drawn_independently():
    draws = power(TruncatedModes(0.1, 0.5), 2).draw(4000, 0)
    first, second = draws[0, :, 0], draws[0, :, 1]
    # Correlation of independent samples: standard error 1/sqrt(n); five of them.
    for a, b in ((first, second), (first, draws[1, :, 0]), (second, draws[2, :, 1])):
        assert abs(np.corrcoef(a, b)[0, 1]) < 5 / math.sqrt(4000)


def test_linear_network_draws_its_gaussian_conditionals():
    matrices = (np.array([[1.0, 0.5], [-0.3, 0.8], [0.2, 0.1]]), np.array([[0.5, -1.0, 0.3], [0.4, 0.2, 0.9]]))
    network = LinearNetwork("network", matrices, (0.3, 0.2), np.array([[1.0, -1.0], [0.5, 2.0]]))
    draws = network.draw(20_000, 0)
    mean, covariance = matrices[1] @ matrices[0] @ [1.0, -1.0], 0.09 * matrices[1] @ matrices[1].T
    spread = np.sqrt(np.diag(covariance))
    assert np.all(np.abs(draws[0].mean(axis=0) - mean) < 5 * spread / math.sqrt(20_000))
    # Standard error of a covariance is at most sqrt(2 σ_a² σ_b² / n).
    error = 5 * np.sqrt(2 / 20_000) * np.outer(spread, spread)
    assert np.all(np.abs(np.cov(draws[0].T) - covariance) < error)


def test_gaussian_input_network_is_the_gaussian_channel():
    one = GaussianInputNetwork("channel", (np.array([[2.0]]),), (0.5,))
    assert one.information == pytest.approx(0.5 * math.log(1 + 4 / 0.25), rel=1e-14)
    assert one.entropy == pytest.approx(0.5 * math.log(2 * math.pi * math.e * 4.25), rel=1e-14)
    rng = np.random.default_rng(0)
    deep = GaussianInputNetwork("deep", tuple(rng.standard_normal((3, 3)) for _ in range(3)), (0.5, 0.4, 0.3))
    s = deep.draw_unconditional(50_000, 1)
    t = s + 0.3 * rng.standard_normal(s.shape)
    # E ln p(T) by Monte Carlo with the sample covariance: a Gaussian's log-determinant has standard error sqrt(d/(2n)).
    h_sample = 0.5 * np.linalg.slogdet(2 * math.pi * math.e * np.cov(t.T))[1]
    assert abs(h_sample - deep.entropy) < 5 * math.sqrt(3 / (2 * 50_000)) + 1e-3
    x = deep.draw_inputs(2, 2)
    conditional = deep.draw_conditional(x, 50_000, 3)
    noisy = conditional[0] + 0.3 * rng.standard_normal(conditional[0].shape)
    h_sample = 0.5 * np.linalg.slogdet(2 * math.pi * math.e * np.cov(noisy.T))[1]
    assert abs(h_sample - deep.conditional_entropy) < 5 * math.sqrt(3 / (2 * 50_000)) + 1e-3


def test_rotation_and_order_change_the_samples_and_not_the_answers():
    base = Product("pair", (ring(4, beta=0.4), pam(3, beta=0.4)))
    rotated, permuted = Rotated(base, seed=3), Permuted(base, seed=4)
    assert rotated.information == permuted.information == base.information
    assert rotated.label_information == permuted.label_information == base.label_information
    assert np.allclose(rotated.rotation @ rotated.rotation.T, np.eye(3), rtol=0, atol=1e-14)
    s, turned, shuffled = (truth.draw(1, 0)[:, 0] for truth in (base, rotated, permuted))
    distances = np.linalg.norm(s[:, None] - s, axis=2)
    assert np.allclose(np.linalg.norm(turned[:, None] - turned, axis=2), distances, rtol=0, atol=1e-13)
    assert not np.allclose(turned, s)
    assert np.array_equal(shuffled, s[permuted.order])
    assert np.array_equal(permuted.labels, base.labels[permuted.order])
    assert sorted(permuted.order) == list(range(base.m))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Constellation("c", np.zeros(3), 0.1), ValueError, r"points must have shape \(m, d\)"),
        (lambda: Constellation("c", np.zeros((3, 1)), -1.0), IllPosedError, "ln m = 1.0986"),
        (lambda: Constellation("c", np.zeros((3, 1)), 0.1, [1.0]), ValueError, "probabilities must have shape"),
        (lambda: Constellation("c", np.zeros((3, 1)), 0.1).draw(0, 0), ValueError, "n must be at least 1"),
        (lambda: Constellation("c", np.zeros((3, 1)), 0.1).draw(1, -1), ValueError, "seed must be at least 0"),
        (lambda: single_neuron("gelu", w=1, b=0, beta=0.1), ValueError, "activation must be one of tanh"),
        (lambda: pam(1, beta=0.1), ValueError, "m must be at least 2"),
        (lambda: pam(4, beta=0.1, spacing=0.0), ValueError, "spacing must be positive, got 0"),
        (lambda: Product("p", ()), ValueError, "factors must not be empty"),
        (lambda: Product("p", (pam(2, beta=0.1), pam(2, beta=0.2))), ValueError, r"share one beta, got \[0.1, 0.2\]"),
        (lambda: power(pam(2, beta=0.1), 0), ValueError, "d must be at least 1"),
        (lambda: TruncatedModes(0.1, 0.0), ValueError, "mode_sd must be positive, got 0"),
        (lambda: HeavyTailed("h", [0.0], 0.0, 2.0, 0.1), ValueError, "scale must be positive, got 0"),
        (lambda: HeavyTailed("h", [0.0], 1.0, 0.5, 0.1), ValueError, r"degrees must be at least 1, got 0\.5"),
        (lambda: LinearNetwork("n", (), (), np.zeros((2, 1))), ValueError, "one entry per layer, got 0 and 0"),
        (
            lambda: LinearNetwork("n", (np.eye(2), np.eye(3)), (0.1, 0.1), np.eye(2)),
            ValueError,
            r"matrices\[1\] must have 2 columns, got shape \(3, 3\)",
        ),
        (lambda: LinearNetwork("n", (np.eye(2),), (0.1,), np.eye(3)), ValueError, "codebook must have 2 columns"),
        (lambda: GaussianInputNetwork("n", (np.eye(2),), (0.0,)), IllPosedError, "beta must be"),
        (lambda: Rotated(pam(2, beta=0.1), seed=-1), ValueError, "seed must be at least 0"),
        (lambda: Permuted(pam(2, beta=0.1), seed=0.5), TypeError, "seed must be an integer"),
    ],
)
def test_bad_problems_are_refused_in_one_line(make, error, message):
    with pytest.raises(error, match=message):
        make()
