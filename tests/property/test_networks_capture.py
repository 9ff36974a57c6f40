import tempfile
from itertools import pairwise

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from infoflow import make_noisy, sample_representations
from infoflow.networks import capture, validate

WIDTHS = st.lists(st.integers(1, 5), min_size=3, max_size=5)
NOISE = st.sampled_from(["additive", "multiplicative"])


def network(widths):
    torch.manual_seed(0)
    layers = [module for a, b in pairwise(widths) for module in (nn.Linear(a, b), nn.Tanh())]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 2)).double()


def inputs(m, d):
    return np.linspace(-1, 1, m * d).reshape(m, d)


@settings(max_examples=20, deadline=None)
@given(WIDTHS, NOISE, st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**62))
def test_where_the_draws_are_kept_changes_nothing(widths, noise, m, n, seed):
    noisy = make_noisy(network(widths), 0.5, noise=noise)
    x = inputs(m, widths[0])
    memory = sample_representations(noisy, x, n, seed=seed)
    with tempfile.TemporaryDirectory() as folder:
        disk = sample_representations(noisy, x, n, seed=seed, result_limit=0, spill_to=folder)
        assert all(np.array_equal(memory[layer], disk[layer]) for layer in memory)
    first = capture(noisy, x, seed=seed, noisy_values=True)
    assert memory.exact == {next(iter(memory))}
    assert all(np.isfinite(values).all() for values in first.noisy.values())


@settings(max_examples=20, deadline=None)
@given(WIDTHS, st.floats(1e-3, 1e3), st.integers(2, 6))
def test_relative_noise_follows_the_scale_of_the_layer(widths, factor, m):
    """Scaling a layer's output scales its noise: identity network, outputs times ``factor``."""
    x = inputs(m, widths[0])
    plain = make_noisy(nn.Sequential(nn.Identity(), nn.Identity()), 0.1, ["0"], relative_to=x)
    scaled = make_noisy(nn.Sequential(nn.Identity(), nn.Identity()), 0.1, ["0"], relative_to=factor * x)
    # sums of m squares of shifted numbers: relative rounding far below 1e-12
    assert abs(scaled.betas["0"] / (factor * plain.betas["0"]) - 1) < 1e-12


@settings(max_examples=20, deadline=None)
@given(WIDTHS, st.integers(1, 20))
def test_sound_models_have_no_findings(widths, m):
    report = validate(network(widths), inputs(m, widths[0]))
    assert report.findings == ()
    assert report.bypassed == ()
