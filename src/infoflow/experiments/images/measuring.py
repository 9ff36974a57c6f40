"""What is measured of a network at one epoch: clustering, with noise and without, errors, and intervals."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from infoflow._errors import IllPosedError
from infoflow.clustering import ClassMoments, binned_entropies, fixed_grid, scatter_ratio
from infoflow.estimators import LayerInterval
from infoflow.experiments.clustering_measures import BIN_WIDTHS, TWIN, LayerMeasure
from infoflow.experiments.images.cnn import OUTPUT, ImageNetwork
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.disturbance import EpochNoise
from infoflow.experiments.images.images import ImageData
from infoflow.experiments.images.information import image_information
from infoflow.experiments.images.pairs import pair_statistics
from infoflow.experiments.images.representations import Representations, representations
from infoflow.experiments.images.training import scores

ERRORS = "test_errors"
"""Errors on the test images with the noise off; a measure of the output layer."""
NOISY_ERRORS = "noisy_test_errors"
"""Errors on them with the noise on, the mean of ``config.noisy_passes`` passes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageMeasurement:
    """Everything measured at one epoch.

    Attributes:
        measures: Layer, name and value.
        arrays: Arrays to store with the run, by name.
        intervals: Of I(X;T_l) and I(Y;T_l); none for a network without Gaussian noise, where they mean nothing.
    """

    measures: list[LayerMeasure]
    arrays: dict[str, npt.NDArray[Any]]
    intervals: list[LayerInterval]


def measure(network: ImageNetwork, data: ImageData, config: ImageConfig, epoch: int, errors: float) -> ImageMeasurement:
    """Measure the network as it is after ``epoch`` epochs; its weights and its training are left as they are.

    X is uniform on the first ``config.information_inputs`` of the measured test images.

    Args:
        network: The network.
        data: The images.
        config: Settings.
        epoch: Names the streams of noise.
        errors: On the test images with the noise off.

    Raises:
        CrossingError: Certified intervals contradict the data-processing inequality.
        NonFiniteError: NaN or infinity in a layer.
    """
    images, labels = data.test_images[data.measured], data.test_labels[data.measured]
    noise = None if network.noisy is None else EpochNoise(config.seed, "noise of the measures", epoch)
    twin = representations(network, images)
    noisy = twin if noise is None else representations(network, images, noise)
    measures, arrays = _layer_measures(noisy, labels, config, "")
    twin_measures, twin_arrays = _layer_measures(twin, labels, config, TWIN)
    measures += twin_measures + _binned(twin) + _errors(network, data, config, epoch, errors)
    intervals = _intervals(network, data, config, epoch)
    return ImageMeasurement(measures=measures, arrays=arrays | twin_arrays, intervals=intervals)


def _layer_measures(
    layers: Representations, labels: npt.NDArray[np.int64], config: ImageConfig, prefix: str
) -> tuple[list[LayerMeasure], dict[str, npt.NDArray[Any]]]:
    measures: list[LayerMeasure] = []
    arrays: dict[str, npt.NDArray[Any]] = {}
    folder = "representations" if prefix == "" else "twin"
    for layer, rows in layers.items():
        pairs = pair_statistics(rows, labels)
        values = {"within_total_scatter": _scatter(rows, labels)} | pairs.means()
        measures += [(layer, f"{prefix}{name}", value) for name, value in values.items()]
        arrays[f"{prefix}cosine_histogram/{layer}"] = pairs.cosines
        arrays[f"{prefix}distance_histogram/{layer}"] = pairs.distances
        arrays[f"{prefix}distance_largest/{layer}"] = np.array(pairs.largest)
        if config.kept_inputs:
            arrays[f"{folder}/{layer}"] = rows[: config.kept_inputs]
    return measures, arrays


def _scatter(rows: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> float:
    try:
        return scatter_ratio(ClassMoments(covariance=False).update(rows, labels))
    except IllPosedError:
        return float("nan")


def _binned(twin: Representations) -> list[LayerMeasure]:
    grids = [fixed_grid(width=width) for width in BIN_WIDTHS]
    return [
        (layer, f"{TWIN}H_bin[{width:g}]", entropy.H_bin)
        for layer, rows in twin.items()
        for width, entropy in zip(BIN_WIDTHS, binned_entropies(rows, grids), strict=True)
    ]


def _errors(
    network: ImageNetwork, data: ImageData, config: ImageConfig, epoch: int, plain: float
) -> list[LayerMeasure]:
    if network.noisy is None:
        return [(OUTPUT, ERRORS, plain), (OUTPUT, NOISY_ERRORS, plain)]
    noise = EpochNoise(config.seed, "noise of the errors", epoch)
    passes = [scores(network, data.test_images, data.test_labels, noise).errors for _ in range(config.noisy_passes)]
    return [(OUTPUT, ERRORS, plain), (OUTPUT, NOISY_ERRORS, float(np.mean(passes)))]


def _intervals(network: ImageNetwork, data: ImageData, config: ImageConfig, epoch: int) -> list[LayerInterval]:
    if network.noisy is None or config.information_inputs == 0:
        return []
    chosen = data.measured[: config.information_inputs]
    return image_information(network.noisy, data.test_images[chosen], data.test_labels[chosen], config, epoch)
