"""The two kinds of experiments, with vectors and with images, told apart by their problem; imported without torch."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.images.config import PROBLEMS as IMAGE_PROBLEMS
from infoflow.experiments.images.config import ImageConfig

AnyConfig: TypeAlias = ExperimentConfig | ImageConfig


def configured(settings: Mapping[str, Any]) -> AnyConfig:
    """Return the configuration that settings by name describe: those of a TOML file, or of a stored run.

    Raises:
        ConfigError: An unknown setting, or a value of the wrong type or out of its range.
    """
    kind = ImageConfig if settings.get("problem") in IMAGE_PROBLEMS else ExperimentConfig
    return kind().changed(**settings)
