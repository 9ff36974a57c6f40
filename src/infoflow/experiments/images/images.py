"""The images of an experiment: bytes as they were read, labels, and which of them are measured."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from infoflow._errors import ConfigError
from infoflow._random import stream
from infoflow._types import IntArray
from infoflow.experiments.data.digits import load_digits_28
from infoflow.experiments.data.mnist import Images, load_mnist
from infoflow.experiments.images.config import ImageConfig


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageData:
    """Images, labels and the choice of what is measured.

    Attributes:
        train_images: uint8, shape (k, 28, 28).
        train_labels: Shape (k,).
        test_images: Shape (m, 28, 28).
        test_labels: Shape (m,).
        measured: Rows of the test images that are measured, ascending in steps of what is kept: the first
            ``config.kept_inputs`` are stored, the first ``config.information_inputs`` are what X is uniform on.
    """

    train_images: Images
    train_labels: IntArray
    test_images: Images
    test_labels: IntArray
    measured: IntArray


def load_images(config: ImageConfig) -> ImageData:
    """Return the images that ``config`` names; those measured are the same for every seed and noise.

    Raises:
        LoadError: A file is missing, partial or altered.
        ConfigError: There are fewer images than the settings ask for.
    """
    data = load_mnist(config.data or None) if config.problem == "mnist" else load_digits_28()
    used, m = config.n_train or len(data.train_images), config.n_test or len(data.test_images)
    limits = (
        ("n_train", used, len(data.train_images), "images"),
        ("n_test", m, len(data.test_images), "images"),
        ("measured_inputs", config.measured_inputs, m, "test images used"),
        ("batch_size", config.batch_size, used, "training images used"),
    )
    for name, wanted, most, what in limits:
        if wanted > most:
            raise ConfigError(f"{name} must be at most the {most} {what} of {config.problem}, got {wanted}")
    return ImageData(
        train_images=data.train_images[:used],
        train_labels=data.train_labels[:used],
        test_images=data.test_images[:m],
        test_labels=data.test_labels[:m],
        measured=stream(0, "measured images").permutation(m)[: config.measured_inputs],
    )


def as_batch(images: Images) -> Tensor:
    """Return bytes (k, 28, 28) as floats in [0, 1], shape (k, 1, 28, 28)."""
    return torch.from_numpy(np.ascontiguousarray(images)).unsqueeze(1).float().div_(255)
