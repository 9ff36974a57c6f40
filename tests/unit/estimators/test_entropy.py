import math

import numpy as np
import pytest
import torch

import infoflow
from infoflow._result import Status
from infoflow.estimators.entropy import noise_entropy

STANDARD_ERRORS = 5  # two-sided probability 6e-7 a test


def test_single_component_is_the_noise_entropy():
    # one centre: p̂ is the noise itself, the log-ratio is zero at every point
    estimate = infoflow.smoothed_entropy(np.array([[3.0, -1.0]]), beta=0.3)
    assert estimate.nats == pytest.approx(math.log(2 * math.pi * math.e * 0.09), abs=1e-12)
    assert estimate.stderr == pytest.approx(0.0, abs=1e-12)


def test_far_components_add_ln_n():
    with pytest.warns(infoflow.InfoflowWarning, match="ln n"):
        estimate = infoflow.smoothed_entropy(np.arange(4.0)[:, None] * 1e3, beta=1.0)
    assert estimate.nats == pytest.approx(noise_entropy(1, 1.0) + math.log(4), abs=1e-12)
    assert estimate.status is Status.NEAR_CEILING


def test_two_component_mixture_against_quadrature():
    from scipy.integrate import quad

    def density(t):
        return (
            0.5 * (math.exp(-((t - 0.4) ** 2) / 0.18) + math.exp(-((t + 0.4) ** 2) / 0.18)) / math.sqrt(0.18 * math.pi)
        )

    truth = quad(lambda t: -density(t) * math.log(density(t)), -3, 3, epsabs=1e-12)[0]
    estimate = infoflow.smoothed_entropy(np.array([[-0.4], [0.4]]), beta=0.3, n_mc=20_000, seed=3)
    assert abs(estimate.nats - truth) < STANDARD_ERRORS * estimate.stderr
    assert estimate.stderr**2 <= 1 / (2 * 20_000)  # Poincaré bound d/(n n_mc)


def test_bits():
    estimate = infoflow.smoothed_entropy(np.zeros((1, 1)), beta=1.0)
    assert estimate.bits == pytest.approx(estimate.nats / math.log(2))


@pytest.mark.parametrize(
    ("w", "information"),
    [(0.03, 0.4991), (0.1, 1.2630), (0.2, 1.3689), (0.5, 1.1654), (1, 1.0226), (2, 0.6031), (5, 0.5623)],
)
def test_tanh_neuron_table(w, information):
    # paper.md §1, printed to four digits: half a unit in the last place plus the Monte-Carlo error
    centres = np.tanh(w * np.array([-3.0, -1, 1, 3]) - 2 * w)[:, None, None]
    estimate = infoflow.sample_propagation(centres, beta=0.05, n_mc=10_000)
    assert abs(estimate.nats - information) < 5e-5 + STANDARD_ERRORS * estimate.stderr


def test_sample_propagation_takes_torch_and_an_unconditional_sample():
    rng = np.random.default_rng(0)
    centres = torch.from_numpy(np.arange(6.0)[:, None, None] + 0.2 * rng.standard_normal((6, 40, 1)))
    pooled = infoflow.sample_propagation(centres, beta=0.3)
    subset = infoflow.sample_propagation(centres, beta=0.3, n_unconditional=120)
    assert pooled.quantity == "I(X;T)"
    assert subset.nats <= math.log(120)
    # half of the pooled sample leaves out information at most of order (m - 1)/size, and moves by sampling noise
    assert abs(pooled.nats - subset.nats) < 5 / math.sqrt(120) + STANDARD_ERRORS * subset.stderr


def test_few_unconditional_samples_hit_their_ceiling():
    centres = np.arange(64.0)[:, None, None] * 100 + np.zeros((64, 2, 1))
    with pytest.warns(infoflow.InfoflowWarning, match="ln n"):
        estimate = infoflow.sample_propagation(centres, beta=1.0, n_unconditional=8)
    assert estimate.nats <= math.log(8) + 1e-12


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"samples": np.zeros((3, 2)), "beta": 0.0}, infoflow.IllPosedError, "beta must be"),
        ({"samples": np.zeros((3, 2)), "beta": "x"}, TypeError, "beta must be a real number, got 'x'"),
        ({"samples": np.zeros(3), "beta": 1.0}, ValueError, r"samples must have shape \(n, d\), got \(3,\)"),
        ({"samples": np.zeros((0, 2)), "beta": 1.0}, ValueError, "samples must not be empty"),
        ({"samples": np.array([[np.nan, 1.0]]), "beta": 1.0}, infoflow.NonFiniteError, "got 1 NaN"),
        ({"samples": np.zeros((3, 2)), "beta": 1.0, "n_mc": 0}, ValueError, "n_mc must be at least 1, got 0"),
        ({"samples": np.zeros((3, 2), dtype=complex), "beta": 1.0}, TypeError, "real array"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        infoflow.smoothed_entropy(arguments.pop("samples"), **arguments)


def test_unconditional_sample_out_of_range():
    with pytest.raises(ValueError, match=r"n_unconditional must be at most m\*n = 6, got 7"):
        infoflow.sample_propagation(np.zeros((3, 2, 1)), beta=1.0, n_unconditional=7)
