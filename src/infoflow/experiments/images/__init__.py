"""The convolutional network for digits: training with noise, with dropout or without, and what is measured of it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from infoflow.experiments.images.config import ImageConfig as ImageConfig

if TYPE_CHECKING:
    from infoflow.experiments.images.run import run_images as run_images
    from infoflow.experiments.images.table import mnist_table as mnist_table

_LATER = {"run_images": "infoflow.experiments.images.run", "mnist_table": "infoflow.experiments.images.table"}


def __getattr__(name: str) -> Any:  # torch is imported by those who run something, not by those who read settings
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
