"""The representations of images in every layer, noiseless or as the next layer sees them."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from infoflow.experiments.data.mnist import Images
from infoflow.experiments.images.cnn import LAYERS, ImageNetwork
from infoflow.experiments.images.disturbance import EpochNoise
from infoflow.experiments.images.images import as_batch
from infoflow.experiments.images.training import noise_from

Representations: TypeAlias = "dict[str, npt.NDArray[np.float32]]"

_ROWS = 250


def representations(
    network: ImageNetwork, images: Images, noise: EpochNoise | None = None, *, with_own: bool = False
) -> Representations:
    """Return one draw of every layer's representation of every image, flattened, in evaluation mode.

    Args:
        network: The network.
        images: uint8, shape (m, 28, 28).
        noise: Where Gaussian noise comes from; None for none anywhere.
        with_own: Whether a layer's own noise is in it, T_l; else S_l, whose noise is that of the layers before.

    Returns:
        float32, shape (m, d) for each of T1, T2, T3 (after tanh, before pooling) and L4 (the outputs).
    """
    parts: dict[str, list[npt.NDArray[Any]]] = {layer: [] for layer in LAYERS}
    network.model.eval()
    with torch.no_grad(), noise_from(network, noise), _captured(network, parts, with_own):
        for start in range(0, len(images), _ROWS):
            network.model(as_batch(images[start : start + _ROWS]))
    return {layer: np.concatenate(rows) for layer, rows in parts.items()}


@contextmanager
def _captured(network: ImageNetwork, parts: dict[str, list[npt.NDArray[Any]]], with_own: bool) -> Generator[None]:
    def keeper(layer: str) -> Any:
        def keep(module: Any, inputs: Any, output: Tensor) -> None:
            parts[layer].append(output.flatten(1).numpy().copy())

        return keep

    # A hook put before that of the noise sees S_l, one put after it T_l.
    handles = [
        network.model.get_submodule(layer).register_forward_hook(keeper(layer), prepend=not with_own)
        for layer in LAYERS
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
