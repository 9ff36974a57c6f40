import math

import numpy as np
import pytest

from infoflow import IllPosedError, input_information
from infoflow.estimators.directions import project, projection_matrix, random_directions
from infoflow.estimators.projection import projected_information
from infoflow.estimators.sliced import sliced_information
from infoflow.truths.constellation import Constellation, ring
from infoflow.truths.linear import LinearNetwork


def codebook(m=12, d=6, seed=0):
    return np.random.default_rng(seed).normal(size=(m, d))


def labels(m=12):
    return np.arange(m) % 3


def linear_network(projection=None):
    """T_2 = W_2 (W_1 x + Z_1) + Z_2 in five dimensions; projected, W_2 becomes P W_2 and the noise keeps its law."""
    rng = np.random.default_rng(1)
    W_1, W_2 = rng.normal(size=(2, 2)), rng.normal(size=(5, 2))
    W_2 = W_2 if projection is None else projection @ W_2
    return LinearNetwork("linear", (W_1, W_2), (0.3, 0.4), rng.normal(size=(8, 2)))


@pytest.mark.parametrize("kind", ["pca", "orthonormal"])
@pytest.mark.parametrize("k", [1, 2])
def test_exact_layer_against_quadrature(kind, k):
    points = codebook()
    P = projection_matrix(points[:, None], kind, k, seed=3)
    truth = Constellation("projected", points @ P.T, 0.5, labels=labels())
    common = {"beta": 0.5, "k": k, "kind": kind, "exact": True, "seed": 3, "queries_per_input": 600}
    of_inputs = projected_information(points[:, None], **common)
    of_labels = projected_information(points[:, None], labels=labels(), **common)
    assert truth.information in of_inputs
    assert truth.label_information in of_labels
    assert (of_inputs.quantity, of_labels.quantity) == ("I(X;PT)", "I(Y;PT)")
    assert of_inputs.d == k
    assert of_inputs.message == (
        f"{k} of 6 directions ({kind}): the lower end is one of I(X;T) too, the upper end is not"
    )
    # 7200 points: two Bernstein terms, each with sd < ln 12: sqrt(2·4.4/7200)·2.5 = .087, and as much for the span
    assert of_inputs.width < 0.35


@pytest.mark.parametrize("kind", ["pca", "orthonormal"])
@pytest.mark.parametrize("mode", ["certified", "asymptotic"])
def test_noisy_layer_against_the_projected_network(kind, mode):
    truth = linear_network()
    n = 400
    centres, fresh = truth.draw(n, 1), truth.draw(n, 2)
    interval = projected_information(
        centres, fresh, beta=truth.beta, k=1, kind=kind, seed=5, mode=mode, confidence=0.999
    )
    P = projection_matrix(centres[:, : n // 4], kind, 1, seed=5)  # a quarter of the centres chooses
    projected = linear_network(P).information
    assert projected in interval  # at 99.9 % confidence
    assert projected <= truth.information
    assert interval.lower <= truth.information
    assert interval.n == (300 if kind == "pca" else 400)


def test_the_choosing_quarter_does_not_judge():
    """Draws of pure noise, I(X;PT) = 0: principal directions of the judging centres would show what is not there."""
    rng = np.random.default_rng(0)
    centres, fresh = rng.normal(size=(4, 40, 30)), rng.normal(size=(4, 200, 30))
    interval = projected_information(centres, fresh, beta=1.0, k=2, seed=0)
    P = projection_matrix(centres[:, :10], "pca", 2)
    alone = input_information(project(centres[:, 10:], P), project(fresh, P), beta=1.0, seed=0)
    assert (interval.lower, interval.upper) == (alone.lower, alone.upper)
    assert interval.lower == 0.0


def test_all_directions_are_the_whole():
    points = codebook(d=2)
    truth = Constellation("whole", points, 0.5)
    assert truth.information in projected_information(points[:, None], beta=0.5, k=2, exact=True)


@pytest.mark.parametrize("d", [40, 1100])
def test_principal_directions_of_a_planted_plane(d):
    """Two directions of variance 3600 and 900 among variances of 1; 250 draws."""
    rng = np.random.default_rng(2)
    planted = random_directions(d, 2, 9)
    draws = rng.normal(size=(25, 10, d)) + rng.normal(size=(25, 10, 2)) * [60.0, 30.0] @ planted
    P = projection_matrix(draws, "pca", 2)
    assert np.abs(P @ P.T - np.eye(2)).max() < 1e-12
    # sin² of the angle to a spike of variance v is (d/250)/v to first order; v = 900 for the weaker, four times that
    assert np.linalg.svd(P @ planted.T)[1].min() > 1 - 4 * (d / 250) / 900
    exact = np.linalg.svd((draws - draws.mean(axis=(0, 1))).reshape(-1, d), full_matrices=False)[2][:2]
    assert np.linalg.svd(P @ exact.T)[1] == pytest.approx(np.ones(2), abs=1e-6)  # gap 900:10, power 16


def test_random_directions_are_uniform():
    rows = np.stack([random_directions(3, 1, 0, index)[0] for index in range(2000)])
    # a coordinate of a uniform direction in three dimensions is uniform on [-1, 1]: mean 0, variance 1/3
    assert np.abs(rows.mean(0)).max() < 5 / math.sqrt(3 * 2000)
    assert np.abs(rows.var(0) - 1 / 3).max() < 5 * math.sqrt((1 / 5 - 1 / 9) / 2000)
    assert project(np.ones((1, 1, 3)), rows[:1])[0, 0, 0] == pytest.approx(rows[0].sum(), rel=1e-14)


def test_sliced_information_of_a_ring():
    """SI_1 of eight points on a circle: quadrature in T for every angle, and over angles (periodic, so spectral)."""
    truth = ring(8, beta=0.4)
    angles = np.pi * np.arange(32) / 32

    def of(direction):
        return Constellation("slice", truth.points @ direction[:, None], 0.4).information

    si_true = float(np.mean([of(np.array([math.cos(a), math.sin(a)])) for a in angles]))
    result = sliced_information(truth.points[:, None], beta=0.4, n_slices=24, exact=True, queries_per_input=500)
    assert si_true in result.interval
    assert result.interval.quantity == "SI_1(X;T)"
    slices_true = [of(P[0]) for P in result.matrices]
    assert all(value in interval for value, interval in zip(slices_true, result.slices, strict=True))
    assert np.mean(slices_true) in result.mean
    assert result.mean.quantity == "mean of I(X;PT)"
    assert result.mean.width < 0.7 < result.interval.width
    assert result.lower_bound <= max(slices_true) <= truth.information
    parts = result.interval.parts
    total = parts.bias_gap + parts.centre_fluctuation + parts.monte_carlo_upper + parts.monte_carlo_lower
    assert total == pytest.approx(result.interval.raw_upper - result.interval.raw_lower, abs=1e-12)
    asymptotic = sliced_information(
        truth.points[:, None],
        beta=0.4,
        n_slices=24,
        exact=True,
        mode="asymptotic",
        confidence=0.999,
        queries_per_input=500,
    )
    assert si_true in asymptotic.interval
    assert asymptotic.interval.width < result.interval.width


def test_sliced_label_information_is_named():
    result = sliced_information(
        codebook()[:, None], beta=0.5, n_slices=2, labels=labels(), exact=True, queries_per_input=99
    )
    assert result.interval.quantity == "SI_1(Y;T)"
    assert result.slices[0].quantity == "I(Y;PT)"
    assert "not I(Y;T)" in result.interval.message


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"k": 7}, ValueError, "k must be at most d = 6, got 7"),
        ({"k": 0}, ValueError, "k must be at least 1"),
        ({"kind": "svd"}, ValueError, "kind must be one of pca, orthonormal, got 'svd'"),
        ({"beta": 0.0}, IllPosedError, "beta must be a finite noise standard deviation > 0"),
        ({"mode": "exact"}, ValueError, "mode must be one of"),
        ({"estimator": "best"}, ValueError, "estimator must be one of"),
        ({"confidence": 1.0}, ValueError, "confidence must lie strictly between 0 and 1"),
        ({"exact": False}, ValueError, "centres must have n >= 2 draws per input"),
        ({"exact": False, "kind": "orthonormal"}, TypeError, "fresh must be independent draws"),
        ({"exact": False, "fresh": np.zeros((12, 2, 5))}, ValueError, r"fresh must have shape \(m=12, r, d=6\)"),
    ],
)
def test_bad_arguments(changes, error, message):
    with pytest.raises(error, match=message):
        projected_information(codebook()[:, None], **({"beta": 0.5, "k": 2, "exact": True} | changes))


def test_bad_slices():
    with pytest.raises(ValueError, match="n_slices must be at least 2, got 1"):
        sliced_information(codebook()[:, None], beta=0.5, n_slices=1, exact=True)
