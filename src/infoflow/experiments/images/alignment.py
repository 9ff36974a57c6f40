"""How well a noisy model's representations line up with those of the noiseless model that began as it did."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from infoflow._types import Array
from infoflow.experiments.images.cnn import LAYERS, ImageNetwork, build_network
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.disturbance import EpochNoise
from infoflow.experiments.images.images import load_images
from infoflow.experiments.images.representations import representations
from infoflow.runs import Run

_CHUNK = 500
_PEAK_BINS = 100


class Alignment(NamedTuple):
    """Cosine of each test image's representation in one model with that in the other, by layer, shape (m,) each.

    ``noisy`` with the first model's noise on, that of the layer itself included; ``plain`` with it off.
    """

    noisy: dict[str, Array]
    plain: dict[str, Array]


def cosines_to_noiseless(run: Run, reference: Run) -> Alignment:
    """Return the cosines of all test images between the last checkpoints of two runs; the reference has its noise off.

    A zero vector has no direction; its cosine counts as 0.

    Args:
        run: A run, noisy or not.
        reference: The deterministic run with the same seed and data.

    Raises:
        RunFolderError: A run has no checkpoint.
        LoadError: The data are missing or altered.
    """
    config = image_settings(run)
    images = load_images(config).test_images
    first, second = last_network(run), last_network(reference)
    noise = None if first.noisy is None else EpochNoise(config.seed, "noise of the cosines", 0)
    noisy: dict[str, list[Array]] = {layer: [] for layer in LAYERS}
    plain: dict[str, list[Array]] = {layer: [] for layer in LAYERS}
    for start in range(0, len(images), _CHUNK):
        part = images[start : start + _CHUNK]
        target = representations(second, part)
        with_noise = representations(first, part, noise, with_own=True)
        without = with_noise if noise is None else representations(first, part)
        for layer in LAYERS:
            noisy[layer].append(row_cosines(with_noise[layer], target[layer]))
            plain[layer].append(row_cosines(without[layer], target[layer]))
    return Alignment(*({layer: np.concatenate(rows) for layer, rows in part.items()} for part in (noisy, plain)))


def row_cosines(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Array:
    """Return the cosines of rows of ``a`` with the same rows of ``b``, shape (m,), float64; 0 for a zero row."""
    products = np.einsum("ij,ij->i", a, b, dtype=np.float64)
    lengths = np.linalg.norm(a, axis=1).astype(np.float64) * np.linalg.norm(b, axis=1)
    return np.clip(products / np.where(lengths > 0, lengths, 1.0), -1.0, 1.0)


def peak(cosines: Array) -> float:
    """Return the middle of the fullest of 100 equal bins on [-1, 1]."""
    counts, edges = np.histogram(cosines, bins=_PEAK_BINS, range=(-1.0, 1.0))
    fullest = int(counts.argmax())
    return float(edges[fullest] + edges[fullest + 1]) / 2


def image_settings(run: Run) -> ImageConfig:
    """Return the settings of a stored run with images."""
    return ImageConfig().changed(**run.manifest["config"])


def last_network(run: Run) -> ImageNetwork:
    """Return the network of a run's last checkpoint."""
    network = build_network(image_settings(run))
    network.load(run.checkpoint(max(run.checkpoint_epochs(), default=0)))
    return network
