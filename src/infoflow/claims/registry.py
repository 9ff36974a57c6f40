"""The checklist: all claims by number; their modules, and with them the estimators, are imported on first use."""

import importlib
from collections.abc import Sequence

from infoflow._errors import ConfigError
from infoflow.claims.claim import Claim

_MODULES = (
    "vacuity",
    "corners",
    "reed_muller",
    "monte_carlo",
    "bound_table",
    "plug_in",
    "tanh_neuron",
    "leaky_pair",
    "first_layer",
    "szt_tanh",
    "scatter",
    "orthonormality",
    "binned_twin",
    "mnist_errors",
    "mnist_cosine",
    "audit",
    "labels",
    "generalisation",
)
"""One module per claim, in the order of the checklist."""


def claims(numbers: Sequence[int] | None = None) -> list[Claim]:
    """Return the claims with these numbers, in the order of the checklist; all of them for None.

    Raises:
        ConfigError: There is no claim of that number, or none was asked for.
    """
    wanted = range(1, len(_MODULES) + 1) if numbers is None else sorted(set(numbers))
    if not wanted:
        raise ConfigError("--only must name at least one claim, got none")
    for number in wanted:
        if not 1 <= number <= len(_MODULES):
            raise ConfigError(f"--only must name claims of 1 to {len(_MODULES)}, got {number}")
    return [_load(number) for number in wanted]


def _load(number: int) -> Claim:
    module = importlib.import_module(f"infoflow.claims.checklist.{_MODULES[number - 1]}")
    return module.CLAIM
