import numpy as np
import pytest


@pytest.fixture
def generator():
    return np.random.default_rng(20190605)


@pytest.fixture
def clusters(generator):
    """Four unbalanced classes, labels not 0..3 and not in order, away from the origin; shape (97, 5)."""
    labels = generator.permutation(np.repeat([7, -2, 3, 11], [40, 30, 25, 2]))
    centres = {value: generator.normal(size=5) + 10 for value in (7, -2, 3, 11)}
    x = np.array([centres[label] for label in labels]) + generator.normal(size=(97, 5)) * [1, 2, 0.5, 1, 0.1]
    return x, labels


@pytest.fixture
def simplex():
    """Return a maker of K simplex corners of unit norm in d >= K dimensions, rotated, with Σ_W = spread² I exactly.

    Every class has 2 d samples: its corner ± spread sqrt(d) along each axis.
    """

    def make(n_classes, d, spread, offset=0.0):
        rotation = np.linalg.qr(np.random.default_rng(1).normal(size=(d, d)))[0]
        corners = np.sqrt(n_classes / (n_classes - 1)) * (np.eye(n_classes) - 1 / n_classes) @ rotation[:n_classes]
        steps = spread * np.sqrt(d) * np.concatenate([np.eye(d), -np.eye(d)])
        x = (corners[:, None] + steps).reshape(-1, d) + offset
        return x, np.repeat(np.arange(n_classes), 2 * d), corners

    return make
