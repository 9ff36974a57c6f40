"""The experiments: data, models, configurations and the runner.

``run_experiment``, ``run_study``, ``resume_stored`` and what reads stored runs are imported when they are first used:
reading a configuration needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from infoflow.experiments.config import ExperimentConfig as ExperimentConfig

if TYPE_CHECKING:
    from infoflow.experiments.aggregate import aggregated as aggregated
    from infoflow.experiments.compared.table import compare_stored as compare_stored
    from infoflow.experiments.restored import restored_networks as restored_networks
    from infoflow.experiments.runner import resume_stored as resume_stored
    from infoflow.experiments.runner import run_experiment as run_experiment
    from infoflow.experiments.runner import run_study as run_study

_LATER = {
    "aggregated": "infoflow.experiments.aggregate",
    "compare_stored": "infoflow.experiments.compared.table",
    "restored_networks": "infoflow.experiments.restored",
    "resume_stored": "infoflow.experiments.runner",
    "run_experiment": "infoflow.experiments.runner",
    "run_study": "infoflow.experiments.runner",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
