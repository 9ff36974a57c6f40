"""The activation functions that known problems use, by name."""

from collections.abc import Callable

import numpy as np

from infoflow import _checks
from infoflow._types import Array

LEAK = 0.1
"""Slope of the leaky ReLU below zero."""

_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "leaky_relu": lambda u: np.where(u > 0, u, LEAK * u),
    "relu": lambda u: np.maximum(u, 0.0),
    "linear": lambda u: u,
}
SMOOTH = ("tanh", "linear")
"""Activations without a kink at zero."""


def activation_function(name: str) -> Callable[[Array], Array]:
    """Return the activation called ``name``: tanh, leaky_relu (slope 0.1), relu or linear.

    Raises:
        ValueError: Unknown name.
    """
    return _FUNCTIONS[_checks.one_of("activation", name, tuple(_FUNCTIONS))]
