import math

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad

import infoflow
from infoflow.estimators import hermite, quasi, shifted_lattice
from infoflow.estimators.control_variate import Controls, corrected
from infoflow.estimators.sampling import SAMPLINGS, Average, Integrand, average, mixture_integrand
from infoflow.truths import ring

pytestmark = pytest.mark.filterwarnings("ignore::infoflow.InfoflowWarning")

POINTS = ring(8, beta=0.3)
CENTRES = POINTS.draw(1, 0)[:, 0]


def integrand(values, centres, beta=1.0):
    return mixture_integrand(values, centres[None], beta, "test")


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_every_way_meets_the_known_entropy(sampling):
    # 6 s.e.: two-sided probability below 1e-4 for 15 degrees of freedom; nodes report their distance from replicates
    estimate = infoflow.smoothed_entropy(CENTRES, beta=0.3, n_mc=512, sampling=sampling, seed=1)
    assert abs(estimate.nats - POINTS.entropy) < 6 * estimate.stderr + POINTS.tolerance
    assert 0 < estimate.stderr < 0.05
    assert estimate.evaluations <= 2 * 8 * 512
    assert estimate.sampling


def test_plain_keeps_the_numbers_of_independent_draws():
    # the definition, written out: the mean of h(Z) - ln(p(s + beta z)/φ(z)) over the named stream
    from infoflow._random import stream

    noise = stream(5, "plug-in entropy").standard_normal((1, 8, 40, 2))[0]
    points = (CENTRES[:, None] + 0.3 * noise).reshape(-1, 2)
    log_p = infoflow.log_density(points, CENTRES, beta=0.3)
    log_noise = -0.5 * np.sum(noise**2, axis=2).ravel() - math.log(2 * math.pi * 0.09)
    by_hand = math.log(2 * math.pi * math.e * 0.09) - np.mean(log_p - log_noise)
    estimate = infoflow.smoothed_entropy(CENTRES, beta=0.3, n_mc=40, seed=5, sampling="plain")
    assert estimate.nats == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize(("n", "n_mc"), [(1, 40), (3, 5), (50, 1), (50, 2), (37, 3), (10, 100)])
def test_sobol_layout_uses_each_centre_equally_and_no_more_than_asked(n, n_mc):
    order = np.arange(n)
    noise, layout = quasi.sobol_noise(order, 2, n_mc, 0)
    assert noise.shape == (n, layout.n_scrambles * layout.per_centre, 2)
    assert n_mc - n_mc / 16 <= noise.shape[1] <= n_mc
    assert np.ptp(np.bincount(layout.block)) <= 1  # interleaved blocks differ by one centre at most
    np.testing.assert_allclose(layout.shares @ layout.means(np.ones(noise.shape[:2])), 1.0, rtol=1e-14)
    values = np.random.default_rng(0).standard_normal(noise.shape[:2])
    np.testing.assert_allclose(layout.shares @ layout.means(values).mean(axis=1), values.mean(), atol=1e-14)


def test_noise_of_every_centre_is_standard_normal():
    # 400 scramblings, one coordinate of one point each: Kolmogorov-Smirnov at 1e-4 for each of four
    draws = [quasi._replicate(8, 2, 2, np.random.default_rng(seed)) for seed in range(400)]
    for centre, point, axis in [(0, 0, 0), (0, 1, 1), (3, 1, 0), (7, 0, 1)]:
        sample = [noise[centre, point, axis] for noise in draws]
        assert stats.kstest(sample, "norm").pvalue > 1e-4


def test_replicate_error_is_the_variance_within_blocks():
    means = np.array([[1.0, 3.0], [10.0, 10.0]])
    value, stderr, dof = quasi.replicate_average(means, np.array([0.25, 0.75]))
    assert value == pytest.approx(0.25 * 2 + 0.75 * 10)
    assert stderr == pytest.approx(math.sqrt(0.25**2 * 2 / 2))  # variance 2 within the first block, 0 in the second
    assert dof == 2


def test_one_scrambling_takes_the_variance_between_blocks():
    value, stderr, dof = quasi.replicate_average(np.array([[0.0], [2.0]]), np.array([0.5, 0.5]))
    assert (value, stderr, dof) == (1.0, 1.0, 1.0)  # sample variance 2, over two blocks
    assert quasi.replicate_average(np.array([[2.0]]), np.ones(1)) == (2.0, math.inf, 0.0)


@pytest.mark.parametrize("d", [1, 2, 6])
def test_spatial_order_is_a_permutation_that_keeps_clusters_together(d):
    rng = np.random.default_rng(d)
    points = np.concatenate([rng.standard_normal((64, d)) + 100 * k for k in range(4)])[rng.permutation(256)]
    order = quasi.spatial_order(points)
    assert np.array_equal(np.sort(order), np.arange(256))
    clusters = np.round(points[order, 0] / 100)
    assert np.count_nonzero(np.diff(clusters)) == 3  # clusters of a power of two: halving never cuts one


@pytest.mark.parametrize(
    ("d", "n_mc", "kind"), [(1, 75, "quadratic"), (6, 150, "diagonal"), (40, 200, "scalar"), (1025, 40, "radial")]
)
def test_controls_have_mean_zero_at_every_centre(d, n_mc, kind):
    rng = np.random.default_rng(d)
    centres = rng.standard_normal((16, d))
    controls = Controls(centres, 0.5, 16 * n_mc)
    assert controls.kind == kind
    size = 4_000
    draws = controls.rows(np.full(size, 3), rng.standard_normal((size, d)))
    assert draws.shape == (size, controls.size)
    # 5.5 standard errors: two-sided probability 4e-8 for each of at most 30 controls
    assert np.all(np.abs(draws.mean(axis=0)) <= 5.5 * draws.std(axis=0) / math.sqrt(size))


@pytest.mark.parametrize("n_mc", [2, 3, 4, 17])
def test_controls_remove_a_quadratic_exactly(n_mc):
    # f lies in the span of the controls but for its constant: nothing but rounding and the constant remains
    rng = np.random.default_rng(n_mc)
    centres, noise = rng.standard_normal((800, 2)), rng.standard_normal((800, n_mc, 2))
    f = 3.0 + noise[..., 0] * noise[..., 1] + centres[:, None, 0] * noise[..., 1]
    controls = Controls(centres, 1.0, f.size)
    order = quasi.spatial_order(centres)
    exact = 3.0 + centres[:, :1].mean() * noise[..., 1]  # centred c enters the controls, its mean with z itself
    assert controls.kind == "quadratic"
    assert not np.allclose(exact, f)
    np.testing.assert_allclose(corrected(f, noise, controls, order, 1), 3.0, atol=1e-9)


def test_differences_between_centres_do_not_disturb_the_fit():
    # f differs between centres by 1e6 and inside a centre by z_1 only: the fit sees z_1
    rng = np.random.default_rng(0)
    centres, noise = rng.standard_normal((40, 1)), rng.standard_normal((40, 50, 1))
    f = 1e6 * centres + noise[..., 0]
    rest = corrected(f, noise, Controls(centres, 1.0, f.size), quasi.spatial_order(centres), 1)
    np.testing.assert_allclose(rest, np.broadcast_to(1e6 * centres, f.shape), atol=1e-6)  # eps·1e6·1e3


def test_coefficients_of_pure_noise_are_shrunk():
    """Where f has nothing to do with the controls, fitting costs at most 2 % of the variance (here: seen over seeds).

    p = 3 of N = 300: unshrunk coefficients add about 2p/N = .02 of the variance. The paired difference of the squared
    means has a standard error far below the bound asserted, twice that.
    """
    plain, fitted = [], []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        centres, noise = rng.standard_normal((30, 1)), rng.standard_normal((30, 10, 1))
        f = rng.standard_normal((30, 10))
        controls = Controls(centres, 1.0, f.size)
        plain.append(f.mean() ** 2)
        fitted.append(corrected(f, noise, controls, np.arange(30), 1).mean() ** 2)
    assert np.mean(fitted) < 1.04 * np.mean(plain)


def test_too_few_points_have_no_controls():
    controls = Controls(np.zeros((5, 2)), 1.0, 199)
    f = np.arange(10.0).reshape(5, 2)
    assert (controls.kind, controls.size) == ("none", 0)
    assert corrected(f, np.zeros((5, 2, 2)), controls, np.arange(5), 1) is f


@pytest.mark.parametrize("d", [1, 2, 3])
def test_nodes_integrate_polynomials_exactly(d):
    # E z^6 = 15 an axis: degree 6 is exact from 4 nodes an axis on
    rule = hermite.hermite_average(lambda z: np.prod(z**6, axis=2), 2, d, hermite.most_nodes(d))
    np.testing.assert_allclose(rule.means, 15.0**d, rtol=1e-12)


def test_nodes_of_three_rules_disagree_by_more_than_their_error():
    # the corner of a mixture's log-density, ln cosh(a z) with a = 4, against adaptive quadrature (error below 1e-12)
    truth = 2 * quad(lambda z: (math.log(math.cosh(4 * z))) * stats.norm.pdf(z), 0, 12, epsabs=1e-13)[0]
    for largest in (24, 40, 64, 96, 144, 208):
        rule = hermite.hermite_average(lambda z: np.log(np.cosh(4 * z[..., 0])), 3, 1, largest)
        assert abs(rule.means[0] - truth) < rule.disagreement
        assert rule.nodes <= largest


@pytest.mark.parametrize("d", [1, 2, 3])
def test_shifted_lattices_are_unbiased_and_nearly_exact_for_smooth_functions(d):
    # E cos(a·Z) = exp(-|a|²/2). Aliases at frequency 2π/h add exp(-(2π/h - |a_i|)²/2) per axis and side, and
    # what lies beyond the reach, of probability below 3e-7, at most that
    a = np.linspace(0.5, 1.0, d)
    truth = math.exp(-0.5 * a @ a)
    shifts = shifted_lattice.SPACING[d] * np.random.default_rng(d).random((50, 1, d))
    found = shifted_lattice._differences(lambda z: np.cos(z @ a), np.zeros(50), shifts)
    aliases = sum(2 * math.exp(-0.5 * (2 * math.pi / shifted_lattice.SPACING[d] - x) ** 2) for x in a)
    np.testing.assert_allclose(found, truth, atol=1.1 * aliases + 3e-7)


def test_replicates_find_the_error_of_a_coarse_rule():
    # four nodes miss the kink of |z - .3| by a few hundredths; the closed form of its mean is that of a folded normal
    def jagged(z):
        return np.abs(z[..., 0] - 0.3)

    truth = 2 * stats.norm.pdf(0.3) + 0.3 * (2 * stats.norm.cdf(0.3) - 1)
    axis, weights = np.polynomial.hermite_e.hermegauss(4)
    rule = float(np.abs(axis - 0.3) @ weights / weights.sum())
    assert abs(rule - truth) > 0.01
    found = [shifted_lattice.distance_from_replicates(jagged, np.full(20, rule), 1, seed)[0] for seed in range(200)]
    squares = np.square(found)
    # the mean of the squares is at least the squared error: 5 standard errors of that mean below it at most
    assert squares.mean() >= (rule - truth) ** 2 - 5 * squares.std() / math.sqrt(200)
    assert squares.mean() <= 1.5 * (rule - truth) ** 2  # and the spread of the replicates adds little


@pytest.mark.parametrize(("beta", "d"), [(0.05, 1), (0.3, 1), (0.1, 2), (0.3, 2), (0.3, 3)])
def test_standard_errors_of_nodes_are_honest(beta, d):
    """Errors of the nodes, against 40 independent sets of many Sobol points, are of the size that is reported."""
    centres = np.tanh(np.random.default_rng(d).standard_normal((30, d)))
    nodes = infoflow.smoothed_entropy(centres, beta=beta, sampling="gauss-hermite", n_mc={1: 80, 2: 300, 3: 1100}[d])
    fine = infoflow.smoothed_entropy(centres, beta=beta, sampling="sobol-control", n_mc=4096)
    # 5 joint standard errors: below 1e-4 for 15 degrees of freedom
    assert abs(nodes.nats - fine.nats) <= 5 * math.hypot(nodes.stderr, fine.stderr)
    assert nodes.dof == 29
    assert nodes.stderr < 0.05


def test_few_centres_get_several_replicates():
    assert shifted_lattice.points_per_centre(3, 1) == 6 * shifted_lattice.lattice_size(1)
    assert shifted_lattice.points_per_centre(500, 2) == shifted_lattice.lattice_size(2)
    single = infoflow.smoothed_entropy(np.zeros((1, 2)), beta=1.0, sampling="gauss-hermite")
    assert single.dof == 15


def test_automatic_choice():
    def smooth(noise):
        return np.sin(noise[..., 0])

    few, many = np.zeros((16, 2)), np.arange(400.0)[:, None] * np.ones((1, 2))
    assert average(integrand(smooth, few), n_mc=400, seed=0, sampling="auto").sampling.startswith("gauss-hermite")
    assert average(integrand(smooth, many), n_mc=8, seed=0, sampling="auto").sampling.startswith("sobol")
    assert average(integrand(smooth, few), n_mc=8, seed=0, sampling="auto").sampling == "plain"

    def jagged(noise):
        return np.abs(noise[..., 0])

    tried = average(integrand(jagged, few), n_mc=400, seed=0, sampling="auto")
    assert tried.sampling.startswith("sobol")  # nodes do not agree about a kink
    assert tried.evaluations <= 2 * 16 * 400


def test_margin_is_students():
    estimate = infoflow.smoothed_entropy(CENTRES, beta=0.3, n_mc=64, sampling="sobol")
    assert estimate.dof == 15
    assert estimate.margin(0.95) == pytest.approx(2.1314 * estimate.stderr, rel=1e-4)  # printed table, 15 d.o.f.
    with pytest.raises(ValueError, match="confidence must lie strictly between 0 and 1, got 2"):
        estimate.margin(2.0)
    assert infoflow.smoothed_entropy(np.zeros((1, 1)), beta=1.0, n_mc=1, sampling="plain").margin() == math.inf


def test_average_is_a_record():
    assert Average(1.0, 0.1, 3.0, 8, "plain").evaluations == 8


@pytest.mark.parametrize(
    ("centres", "arguments", "message"),
    [
        (np.zeros((2, 1)), {"sampling": "halton"}, "sampling must be one of auto, plain"),
        (np.zeros((2, 4)), {"sampling": "gauss-hermite"}, "needs d <= 3, got 4"),
        (
            np.zeros((2, 2)),
            {"sampling": "gauss-hermite", "n_mc": 100},
            "n_mc must be at least .* at 2 centres in d = 2, got 100",
        ),
        (np.zeros((2, 21_201)), {"sampling": "sobol"}, "needs d <= 21200, got 21201"),
    ],
)
def test_impossible_sampling_is_refused(centres, arguments, message):
    with pytest.raises(ValueError, match=message):
        infoflow.smoothed_entropy(centres, beta=1.0, **arguments)


def test_more_dimensions_than_sobol_has_fall_back():
    wide = Integrand(lambda z: z[..., 0], np.zeros((2, 21_201)), np.arange(2), 1.0, "test")
    assert average(wide, n_mc=2, seed=0, sampling="auto").sampling == "plain"


@pytest.mark.parametrize("sampling", ["control", "sobol", "sobol-control", "gauss-hermite"])
def test_certified_mode_refuses_what_its_theorem_does_not_cover(sampling):
    centres = CENTRES[:, None]
    with pytest.raises(ValueError, match=r"sampling must be 'plain' or 'auto' in certified mode, got"):
        infoflow.input_information(centres, beta=0.3, exact=True, sampling=sampling)
    draws = np.random.default_rng(0).standard_normal((2, 4, 5, 1))
    with pytest.raises(ValueError, match=r"where S is random given x, got"):
        infoflow.input_information(*draws, beta=1.0, mode="asymptotic", sampling=sampling)


def test_automatic_is_plain_in_certified_mode():
    centres = CENTRES[:, None]
    plain = infoflow.input_information(centres, beta=0.3, exact=True, sampling="plain", queries_per_input=50)
    assert infoflow.input_information(centres, beta=0.3, exact=True, queries_per_input=50) == plain


@pytest.mark.parametrize("sampling", ["auto", "control", "sobol", "sobol-control", "gauss-hermite"])
def test_exact_layers_in_asymptotic_mode(sampling):
    # 99.9999 %: two-sided probability 1e-6 for each of ten intervals
    centres, labels = CENTRES[:, None], np.arange(8) % 2
    options = {"beta": 0.3, "exact": True, "mode": "asymptotic", "confidence": 1 - 1e-6, "sampling": sampling}
    plain = infoflow.input_information(centres, **(options | {"sampling": "plain"}))
    interval = infoflow.input_information(centres, **options)
    assert POINTS.information in interval
    assert interval.width < plain.width
    labelled = infoflow.label_information(centres, None, labels, **options)
    truth = ring(8, beta=0.3)
    object.__setattr__(truth, "labels", labels)
    assert truth.label_information in labelled


def test_a_single_point_per_input_gives_no_error_bar():
    interval = infoflow.input_information(
        np.zeros((1, 1, 1)), beta=1.0, exact=True, mode="asymptotic", queries_per_input=1
    )
    assert interval.raw_upper == math.inf
    assert interval.upper == 0.0
