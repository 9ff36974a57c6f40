import math

import numpy as np
import pytest
from scipy.special import xlogy

from infoflow import IllPosedError, InfoflowWarning, NonFiniteError
from infoflow.estimators.multiplicative import multiplicative_conditional_entropy, multiplicative_information
from infoflow.estimators.scaled_mixtures import rounding, scaled_log_ratios

S = 0.3
VALUES = np.array([-1.0, -0.2, 0.4, 0.5, 1.3, 2.0])
LABELS = np.array([0, 0, 0, 1, 1, 1])


def quadrature(components, labels=None):
    """I(X;T), I(Y;T) and h(T|X) in one dimension; input i is uniform on components[i]: trapezoid in t, 4e-5 apart.

    Densities are analytic with widths of .06 at least, so the rule is exact to rounding.
    """
    t = np.linspace(-4.0, 6.0, 250_001)
    step = t[1] - t[0]
    p = np.stack(
        [
            np.mean(
                [np.exp(-0.5 * ((t / c - 1) / S) ** 2) / (S * abs(c) * math.sqrt(2 * math.pi)) for c in own], axis=0
            )
            for own in components
        ]
    )

    def entropy(density):
        return -float(np.sum(xlogy(density, density))) * step

    h_t, h_t_given_x = entropy(p.mean(0)), float(np.mean([entropy(own) for own in p]))
    result = {"I(X;T)": h_t - h_t_given_x, "h(T|X)": h_t_given_x}
    if labels is not None:
        result["I(Y;T)"] = h_t - sum((labels == y).mean() * entropy(p[labels == y].mean(0)) for y in np.unique(labels))
    return result


TRUTH = quadrature(VALUES[:, None], LABELS)


def test_conditional_entropy_is_the_integral():
    estimate = multiplicative_conditional_entropy(VALUES[:, None], s=S)
    assert estimate.nats == pytest.approx(TRUTH["h(T|X)"], abs=1e-9)
    assert (estimate.stderr, estimate.quantity, estimate.d) == (0.0, "h(T|X)", 1)
    weights = np.arange(1, 7) / 21
    by_hand = float(np.sum(weights * np.log(S * np.abs(VALUES) * math.sqrt(2 * math.pi * math.e))))
    assert multiplicative_conditional_entropy(VALUES[:, None], s=S, weights=weights).nats == pytest.approx(by_hand)


@pytest.mark.parametrize("mode", ["certified", "asymptotic"])
@pytest.mark.parametrize("labels", [None, LABELS])
def test_exact_layer_against_quadrature(mode, labels):
    interval = multiplicative_information(
        VALUES[:, None, None], s=S, labels=labels, exact=True, mode=mode, confidence=0.999, seed=4
    )
    assert TRUTH[interval.quantity] in interval
    # 32 768 points, sd below ln 6 + 1: two ends of 3.3 s.e. each, and the spans of the certified bound
    assert interval.width < (0.12 if mode == "asymptotic" else 0.3)


def test_information_of_independent_coordinates_adds_up():
    grid = np.stack(np.meshgrid(VALUES, VALUES[:3], indexing="ij"), axis=-1).reshape(-1, 1, 2)
    truth = TRUTH["I(X;T)"] + quadrature(VALUES[:3, None])["I(X;T)"]
    interval = multiplicative_information(grid, s=S, exact=True, confidence=0.999)
    assert truth in interval
    assert interval.d == 2


@pytest.mark.parametrize("labels", [None, LABELS])
def test_random_centres_against_quadrature(labels):
    rng = np.random.default_rng(3)
    components = VALUES[:, None] * np.array([0.7, 1.0, 1.6])
    truth = quadrature(components, LABELS)

    def draw(n):
        return np.take_along_axis(components, rng.integers(0, 3, (6, n)), axis=1)[:, :, None]

    interval = multiplicative_information(draw(400), draw(600), s=S, labels=labels)
    assert truth[interval.quantity] in interval
    assert interval.lower > 0
    assert interval.upper < interval.ceiling
    assert interval.decoder == "mixture of strength 1 s, epsilon 0.01"
    with pytest.warns(InfoflowWarning, match="nothing was learned"):
        few = multiplicative_information(draw(50), draw(3), s=S, labels=labels)
    assert truth[few.quantity] in few


def test_log_ratios_by_hand():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(3, 2, 4)) + np.sign(rng.normal(size=(3, 2, 4)))
    points = centres[:, [0, 1, 0]] * (1 + S * rng.normal(size=(3, 3, 4)))
    weights, labels = np.array([0.2, 0.3, 0.5]), np.array([0, 1, 0])
    ratios = scaled_log_ratios(points, centres, S, weights, labels)
    for i in range(3):
        for j in range(3):
            t = points[i, j]
            kernel = np.prod(np.exp(-0.5 * ((t - centres) / (S * centres)) ** 2) / np.abs(centres), axis=2)
            p = kernel.mean(axis=1)
            members = labels == labels[i]
            own_class = (weights * p)[members].sum() / weights[members].sum()
            assert ratios["I(X;T)"][i, j] == pytest.approx(math.log(p[i] / (weights @ p)), abs=1e-11)
            assert ratios["I(Y;T)"][i, j] == pytest.approx(math.log(own_class / (weights @ p)), abs=1e-11)


def test_rounding_bound_holds_for_weak_noise_and_ratios_do_not_see_scales():
    """One close pair in 200 dimensions at s = .001: the ratio by direct differences, in the bound."""
    rng = np.random.default_rng(1)
    s, d = 1e-3, 200
    first = rng.uniform(0.5, 2, d) * 10.0 ** rng.integers(-3, 4, d)
    centres = np.stack([first, first * (1 + s * rng.normal(size=d) / 20)])[:, None]
    points = centres * (1 + s * rng.normal(size=(2, 6, d)))
    ratio = scaled_log_ratios(points, centres, s, np.array([0.5, 0.5]), None)["I(X;T)"]
    for i in range(2):
        quad = [-0.5 * np.sum(((points[i] / c - 1) / s) ** 2, axis=1) - np.log(c).sum() for c in centres[:, 0]]
        direct = quad[i] - np.logaddexp(*quad) + math.log(2)
        assert np.abs(ratio[i] - direct).max() < rounding(d, s)
    scales = 10.0 ** rng.integers(-9, 9, d)
    scaled = scaled_log_ratios(points * scales, centres * scales, s, np.array([0.5, 0.5]), None)["I(X;T)"]
    assert np.abs(scaled - ratio).max() < rounding(d, s)


def test_zero_activations_are_refused_with_the_reason():
    values = np.array([[1.0, 0.0], [2.0, 3.0]])
    message = "centres must have no zeros where noise is multiplicative, got 1 of 4: noise leaves a zero where it is"
    with pytest.raises(IllPosedError, match=message):
        multiplicative_information(values[:, None], s=S, exact=True)
    with pytest.raises(IllPosedError, match=message):
        multiplicative_conditional_entropy(values, s=S)
    with pytest.raises(IllPosedError, match="fresh must have no zeros"):
        multiplicative_information(values[:, None] + 1, values[:, None], s=S)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"s": 0.0}, IllPosedError, "s must be a finite noise strength > 0, got 0"),
        ({"s": "x"}, TypeError, "s must be a real number"),
        ({"mode": "sure"}, ValueError, "mode must be one of"),
        ({"estimator": "richardson"}, ValueError, "estimator must be one of midpoint, upper, lower"),
        ({"confidence": 0}, ValueError, "confidence must lie strictly"),
        ({"exact": False}, TypeError, "fresh must be independent draws"),
        ({"queries_per_input": 0}, ValueError, "queries_per_input must be at least 1"),
        ({"centres": np.full((2, 1, 1), np.inf)}, NonFiniteError, "centres must be finite"),
    ],
)
def test_bad_arguments(changes, error, message):
    with pytest.raises(error, match=message):
        multiplicative_information(**({"centres": VALUES[:, None, None], "s": S, "exact": True} | changes))
