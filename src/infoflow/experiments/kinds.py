"""The kinds of experiments (networks with vectors and with images, checks of estimators), told apart by their problem.

Nothing here imports torch.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.images.config import PROBLEMS as IMAGE_PROBLEMS
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.validation.config import KINDS as VALIDATION_KINDS
from infoflow.experiments.validation.config import ValidationConfig

AnyConfig: TypeAlias = ExperimentConfig | ImageConfig | ValidationConfig


def configured(settings: Mapping[str, Any]) -> AnyConfig:
    """Return the configuration that settings by name describe: those of a TOML file, or of a stored run.

    Raises:
        ConfigError: An unknown setting, or a value of the wrong type or out of its range.
    """
    return _kind(settings.get("problem"))().changed(**settings)


def _kind(problem: Any) -> Callable[[], AnyConfig]:
    if problem in VALIDATION_KINDS:
        return VALIDATION_KINDS[problem]
    return ImageConfig if problem in IMAGE_PROBLEMS else ExperimentConfig
