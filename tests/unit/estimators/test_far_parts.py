"""Inputs whose draws lie in two heaps far apart: fitted densities must stay densities, and ends on their side."""

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from infoflow.estimators import input_information
from infoflow.estimators.gaussians import ROUNDING_ALLOWANCE, fitted_gaussians, within_precision


def heaps(radius, m, n, seed):
    """S = ±radius (1, 1) + shift_i (1, -1)/√2 + .3 N(0, I), shape (m, n, 2)."""
    generator = np.random.default_rng(seed)
    side = np.where(generator.random((m, n, 1)) < 0.5, 1.0, -1.0)
    shift = np.linspace(-4.0, 4.0, m)[:, None, None] * np.array([1.0, -1.0]) / math.sqrt(2.0)
    return side * radius + shift + 0.3 * generator.standard_normal((m, n, 2))


@pytest.mark.parametrize("radius", [1e2, 1e3, 5e3])
def test_two_gaussians_are_the_densities_of_their_parts(radius):
    centres = heaps(radius, 30, 60, 1)
    points = centres[:, :4] + np.random.default_rng(2).standard_normal((30, 4, 2))
    weights = np.full(30, 1.0 / 30.0)
    found = fitted_gaussians(centres, 1.0, weights, None, 2).log_densities(points)
    own = np.empty((30, 4))
    for i, draws in enumerate(centres):
        above = draws.sum(axis=1) > 0.0
        scatters = [(part - part.mean(axis=0)).T @ (part - part.mean(axis=0)) for part in (draws[above], draws[~above])]
        density = np.zeros(4)
        for part, scatter in zip((draws[above], draws[~above]), scatters, strict=True):
            k = len(part)
            covariance = (scatter * k / (k - 1) + 2.0 * sum(scatters) / 60.0) / (k + 2.0) + np.eye(2)
            density += k / 60.0 * multivariate_normal(part.mean(axis=0), covariance).pdf(points[i])
        own[i] = np.log(density)
    assert np.abs(found.own - own).max() <= ROUNDING_ALLOWANCE


@pytest.mark.parametrize("radius", [1e4, 3e4, 1e6])
def test_the_certified_interval_covers_however_far_the_heaps_are_apart(radius):
    m, n, r = 600, 200, 32
    means, sd = np.linspace(-4.0, 4.0, m), math.hypot(0.3, 1.0)
    grid = np.linspace(-12.0, 12.0, 4001)
    density = norm.pdf(grid[None], means[:, None], sd)
    inside = density * (norm.logpdf(grid[None], means[:, None], sd) - np.log(density.mean(axis=0)))
    truth = float(inside.mean(axis=0).sum() * (grid[1] - grid[0]))
    interval = input_information(heaps(radius, m, n, 1), heaps(radius, m, r, 2), beta=1.0)
    assert interval.lower <= truth <= interval.upper


def test_what_double_precision_resolves():
    assert within_precision(heaps(5e3, 10, 20, 3), 1.0)
    assert not within_precision(heaps(2e4, 10, 20, 3), 1.0)
