"""What batch norm has to do with the errors of a network that was trained with noise and is used without.

Batch norm learns the mean and variance of activations under noise. Noise or dropout before max-pooling shifts both, so
the noiseless network is normalised by statistics that are not its own, and errs for a reason that has nothing to do
with what it has learned (compare Li et al., "Understanding the Disharmony between Dropout and Batch Normalization by
Variance Shift", CVPR 2019).
"""

import torch
from torch import Tensor, nn

from infoflow import _checks
from infoflow.experiments.images.alignment import image_settings, last_network
from infoflow.experiments.images.images import as_batch, load_images
from infoflow.runs import Run

_CHUNK = 500


def recalibrated_errors(run: Run, *, n_images: int = 10_000) -> int:
    """Return the test errors without noise, with the batch-norm statistics estimated anew without noise.

    Nothing else of the network changes: mean and variance of every batch-norm layer become those over the first
    ``n_images`` training images, unaugmented, in chunks of 500.

    Args:
        run: A run with images; its last checkpoint is used and not changed.
        n_images: Training images for the statistics; all of them where there are fewer.

    Returns:
        The number of test images that the network gets wrong.

    Raises:
        ValueError: ``n_images`` below 2.
        RunFolderError: The run has no checkpoint.
        LoadError: The data are missing or altered.
    """
    n_images = _checks.as_count("n_images", n_images, minimum=2)
    data = load_images(image_settings(run))
    model = _noiseless(run)
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over chunks
        norm.train()
    _outputs(model, as_batch(data.train_images[:n_images]))
    model.eval()
    wrong = _outputs(model, as_batch(data.test_images)).argmax(dim=1) != torch.from_numpy(data.test_labels)
    return int(wrong.sum())


def _noiseless(run: Run) -> nn.Sequential:
    network = last_network(run)
    if network.noisy is not None:
        network.noisy.detach()
    return network.model.eval()


def _outputs(model: nn.Sequential, images: Tensor) -> Tensor:
    with torch.no_grad():
        return torch.cat([model(chunk) for chunk in images.split(_CHUNK)])
