"""Checks of estimators as experiments, most of them beside an exact answer: what is stored are cases, at epoch 0."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from infoflow.experiments.validation.config import CornersConfig as CornersConfig
from infoflow.experiments.validation.config import MonteCarloConfig as MonteCarloConfig
from infoflow.experiments.validation.config import ReedMullerConfig as ReedMullerConfig
from infoflow.experiments.validation.config import SpiralEntropyConfig as SpiralEntropyConfig
from infoflow.experiments.validation.config import ValidationConfig as ValidationConfig

if TYPE_CHECKING:
    from infoflow.experiments.validation.run import run_validation as run_validation


def __getattr__(name: str) -> Any:  # torch is imported by those who run something, not by those who read settings
    if name != "run_validation":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("infoflow.experiments.validation.run").run_validation
