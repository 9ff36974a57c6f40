"""infoflow: certified measurement of how information flows through deep neural networks.

Public names are imported on first use, so that ``import infoflow`` (and ``infoflow --help``) does not load torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from infoflow import plot as plot
    from infoflow import truths as truths
    from infoflow._errors import ConfigError as ConfigError
    from infoflow._errors import CrossingError as CrossingError
    from infoflow._errors import IllPosedError as IllPosedError
    from infoflow._errors import InfoflowError as InfoflowError
    from infoflow._errors import InfoflowWarning as InfoflowWarning
    from infoflow._errors import LoadError as LoadError
    from infoflow._errors import NonFiniteError as NonFiniteError
    from infoflow._errors import RunFolderError as RunFolderError
    from infoflow._result import Estimate as Estimate
    from infoflow._result import Interval as Interval
    from infoflow._result import Status as Status
    from infoflow.clustering import clustering_summary as clustering_summary
    from infoflow.clustering import twin_summary as twin_summary
    from infoflow.comparators import Comparison as Comparison
    from infoflow.comparators import compare as compare
    from infoflow.comparators import entropy_convergence as entropy_convergence
    from infoflow.comparators import quantise as quantise
    from infoflow.estimators import Budget as Budget
    from infoflow.estimators import Measurement as Measurement
    from infoflow.estimators import Plan as Plan
    from infoflow.estimators import conditional_entropy as conditional_entropy
    from infoflow.estimators import input_information as input_information
    from infoflow.estimators import label_information as label_information
    from infoflow.estimators import layered_information as layered_information
    from infoflow.estimators import measure as measure
    from infoflow.estimators import multiplicative_information as multiplicative_information
    from infoflow.estimators import output_entropy as output_entropy
    from infoflow.estimators import plan as plan
    from infoflow.estimators import projected_information as projected_information
    from infoflow.estimators import sample_propagation as sample_propagation
    from infoflow.estimators import sliced_information as sliced_information
    from infoflow.estimators import smoothed_entropy as smoothed_entropy
    from infoflow.experiments.activations import estimate_file as estimate_file
    from infoflow.experiments.data import load_szt as load_szt
    from infoflow.experiments.data import szt_problem as szt_problem
    from infoflow.mixtures import entropy_brackets as entropy_brackets
    from infoflow.mixtures import log_density as log_density
    from infoflow.monitor import Monitor as Monitor
    from infoflow.monitor import Probe as Probe
    from infoflow.networks import capture as capture
    from infoflow.networks import make_noisy as make_noisy
    from infoflow.networks import sample_representations as sample_representations
    from infoflow.networks import validate as validate
    from infoflow.runs import load_run as load_run
    from infoflow.verification import verify as verify

__version__ = "0.1.0"

_HOME = {
    "infoflow._errors": (
        "ConfigError CrossingError IllPosedError InfoflowError InfoflowWarning LoadError NonFiniteError RunFolderError"
    ),
    "infoflow._result": "Estimate Interval Status",
    "infoflow.clustering": "clustering_summary twin_summary",
    "infoflow.comparators": "Comparison compare entropy_convergence quantise",
    "infoflow.estimators": (
        "Budget Measurement Plan conditional_entropy input_information label_information layered_information "
        "measure multiplicative_information output_entropy plan projected_information sample_propagation "
        "sliced_information smoothed_entropy"
    ),
    "infoflow.experiments.activations": "estimate_file",
    "infoflow.experiments.data": "load_szt szt_problem",
    "infoflow.mixtures": "entropy_brackets log_density",
    "infoflow.monitor": "Monitor Probe",
    "infoflow.networks": "capture make_noisy sample_representations validate",
    "infoflow.runs": "load_run",
    "infoflow.verification": "verify",
}
_EXPORTS = {name: module for module, names in _HOME.items() for name in names.split()}
_SUBMODULES = ("plot", "truths")

__all__ = ["__version__", *sorted(_EXPORTS), *_SUBMODULES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use (PEP 562)."""
    if name in _EXPORTS:
        value = getattr(importlib.import_module(_EXPORTS[name]), name)
    elif name in _SUBMODULES:
        value = importlib.import_module(f"infoflow.{name}")
    else:
        raise AttributeError(f"module 'infoflow' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
