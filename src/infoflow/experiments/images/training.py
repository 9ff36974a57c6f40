"""Training on images: plain SGD, each epoch a function of the weights, the seed and the number of the epoch only."""

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from infoflow._errors import NonFiniteError
from infoflow._random import derived_seed, stream
from infoflow._types import IntArray
from infoflow.experiments.data.augment import Augmentation
from infoflow.experiments.data.mnist import Images
from infoflow.experiments.images.cnn import ImageNetwork
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.disturbance import EpochNoise
from infoflow.experiments.images.images import ImageData, as_batch

_PREPARED = 64
"""Batches that are augmented together."""
_EVALUATED_ROWS = 250
_SETTLING_IMAGES = 2000


class Scores(NamedTuple):
    """Mean cross-entropy (nats per image) and number of errors over some images."""

    loss: float
    errors: float
    m: int

    @property
    def accuracy(self) -> float:
        """Part of the images that are right."""
        return 1 - self.errors / self.m


class ImageTrainer:
    """Trains a network epoch by epoch; the weights after any of them are all that is needed to go on.

    Order of the images, augmentation and noise of an epoch come from streams of their own, named by seed and epoch, and
    SGD has no state: a run that resumes at a checkpoint repeats bit for bit what an unbroken one does.

    Args:
        network: The network.
        data: The images.
        config: Seed, batch size, rates, augmentation.
        epoch: Epochs that the weights have been trained for.
    """

    def __init__(self, network: ImageNetwork, data: ImageData, config: ImageConfig, epoch: int = 0) -> None:
        self.network = network
        self.epoch = epoch
        self._config = config
        self._images = data.train_images
        self._labels = torch.from_numpy(data.train_labels)
        self._optimizer = torch.optim.SGD(network.model.parameters(), lr=config.lr, fused=True)
        self._augment = Augmentation() if config.augmentation == "affine" else None
        self._n_steps = (
            len(self._images) // config.batch_size
        )  # as batch norm needs more than one, the rest is left out

    def train_epoch(self) -> float:
        """Train for one epoch and return the mean loss of its steps, as trained, in nats per image.

        Raises:
            NonFiniteError: The loss is NaN or infinite.
        """
        self.epoch += 1
        self.network.model.train()
        source = self.network.start_epoch(self._config.seed, self.epoch)
        total = torch.zeros(())
        with noise_from(self.network, source):
            for step, (images, labels) in enumerate(self._batches()):
                total += self._step(images, labels, (self.epoch - 1) * self._n_steps + step)
        mean = total.item() / self._n_steps
        if not math.isfinite(mean):
            raise NonFiniteError(f"training loss must be finite, got {mean} in epoch {self.epoch}: lower lr")
        return mean

    def _step(self, images: Tensor, labels: Tensor, done: int) -> Tensor:
        self._optimizer.param_groups[0]["lr"] = self._rate(done)
        self._optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(self.network.model(images), labels)
        loss.backward()
        self._optimizer.step()
        return loss.detach()

    def _rate(self, done: int) -> float:
        config = self._config
        last = max(1, config.epochs * self._n_steps - 1)
        return config.lr * (config.lr_end / config.lr) ** min(1.0, done / last)

    def _batches(self) -> Iterator[tuple[Tensor, Tensor]]:
        config = self._config
        order = stream(config.seed, "order of the images", self.epoch).permutation(len(self._images))
        order = order[: self._n_steps * config.batch_size]
        generator = torch.Generator().manual_seed(derived_seed(config.seed, "augmentation", self.epoch))
        for rows in np.split(order, range(_PREPARED * config.batch_size, len(order), _PREPARED * config.batch_size)):
            images = as_batch(self._images[rows])
            images = images if self._augment is None else self._augment(images, generator)
            labels = self._labels[torch.from_numpy(rows)]
            yield from zip(images.split(config.batch_size), labels.split(config.batch_size), strict=True)


def settle_statistics(network: ImageNetwork, data: ImageData, config: ImageConfig) -> None:
    """Set the running statistics of batch norm to those of the first training images, as the network is.

    Without it a network that has not been trained yet would be measured with a mean of 0 and a variance of 1.
    """
    norms = [module for module in network.model.modules() if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    images = data.train_images[:_SETTLING_IMAGES]
    for norm in norms:
        norm.momentum = None  # a plain mean over the batches
        norm.reset_running_stats()
    network.model.train()
    with torch.no_grad(), noise_from(network, network.start_epoch(config.seed, 0)):
        for start in range(0, len(images) - config.batch_size + 1, config.batch_size):
            network.model(as_batch(images[start : start + config.batch_size]))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum


def scores(network: ImageNetwork, images: Images, labels: IntArray, noise: EpochNoise | None = None) -> Scores:
    """Return loss and errors on some images, in evaluation mode.

    Args:
        network: The network.
        images: uint8, shape (m, 28, 28).
        labels: Shape (m,).
        noise: Where Gaussian noise comes from; None for none.
    """
    loss, errors = 0.0, 0
    targets = torch.from_numpy(labels)
    network.model.eval()
    with torch.no_grad(), noise_from(network, noise):
        for start in range(0, len(images), _EVALUATED_ROWS):
            part = targets[start : start + _EVALUATED_ROWS]
            outputs = network.model(as_batch(images[start : start + _EVALUATED_ROWS]))
            loss += functional.cross_entropy(outputs.double(), part, reduction="sum").item()
            errors += int((outputs.argmax(dim=1) != part).sum())
    return Scores(loss / len(images), errors, len(images))


def noise_from(network: ImageNetwork, source: EpochNoise | None) -> AbstractContextManager[object]:
    """Let the network take its Gaussian noise, if it has any, from ``source`` inside a block; none from None."""
    if network.noisy is None:
        return nullcontext()
    return network.noisy.noiseless() if source is None else network.noisy.using(source)
