import copy
from itertools import pairwise

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from infoflow import make_noisy, sample_representations

WIDTHS = st.lists(st.integers(1, 5), min_size=3, max_size=5)
EPS = float(np.finfo(np.float64).eps)


def network(widths, seed=0):
    torch.manual_seed(seed)
    layers = [module for a, b in pairwise(widths) for module in (nn.Linear(a, b), nn.Tanh())]
    return nn.Sequential(*layers, nn.Linear(widths[-1], 2)).double()


@settings(max_examples=25, deadline=None)
@given(WIDTHS, st.integers(1, 5), st.integers(1, 6), st.integers(0, 2**62), st.integers(1, 40))
def test_any_chunking_gives_the_same_draws(widths, m, n, seed, rows):
    noisy = make_noisy(network(widths), 0.5)
    x = np.linspace(-1, 1, m * widths[0]).reshape(m, widths[0])
    whole = sample_representations(noisy, x, n, seed=seed)
    row_bytes = 8 * (widths[0] + 2 * sum(widths[1:]) + 2 + 2) + 64 * max(widths[1:]) + 16 * sum(widths[1:])
    parts = sample_representations(noisy, x, n, seed=seed, memory_limit=rows * row_bytes)
    for layer in whole:
        # |tanh| <= 1 and its slope is <= 1: rounding grows by at most the products' norms, here below 5 per layer.
        assert np.abs(whole[layer] - parts[layer]).max() <= 64 * 5 ** len(widths) * EPS


@settings(max_examples=25, deadline=None)
@given(WIDTHS, st.integers(0, 2**62))
def test_attach_and_detach_is_the_identity(widths, seed):
    model = network(widths)
    twin = copy.deepcopy(model)
    x = torch.linspace(-1, 1, widths[0], dtype=torch.float64)[None]
    noisy = make_noisy(model, 0.5, seed=seed)
    assert not torch.equal(noisy(x), twin(x))
    with noisy.noiseless():
        assert torch.equal(noisy(x), twin(x))
    assert torch.equal(noisy.detach()(x), twin(x))
    assert not any(module._forward_hooks for module in model.modules())


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 4), st.integers(0, 2**62))
def test_permuting_later_draws_and_longer_tables_agree(m, n, extra, seed):
    noisy = make_noisy(network([2, 3, 2]), 0.5)
    x = np.linspace(-1, 1, 2 * m).reshape(m, 2)
    table = sample_representations(noisy, x, n + extra, seed=seed)["3"]
    assert np.abs(table[:, :n] - sample_representations(noisy, x, n, seed=seed)["3"]).max() <= 1e4 * EPS
    if extra:
        later = sample_representations(noisy, x, extra, seed=seed, first_draw=n)["3"]
        assert np.abs(table[:, n:] - later).max() <= 1e4 * EPS
