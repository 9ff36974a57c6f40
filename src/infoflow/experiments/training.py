"""Training a noisy classifier: noise on in every step, losses and accuracies reported without it."""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from infoflow._errors import NonFiniteError
from infoflow._random import stream
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problems import Problem
from infoflow.networks import NoisyNetwork


class Losses(NamedTuple):
    """Cross-entropy (nats per example) and accuracy, without noise."""

    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float


class Trainer:
    """Trains a network epoch by epoch.

    The order of the examples in epoch e is a function of (seed, e) only; everything runs on one thread, because on
    networks this small a second one costs more than it brings, and so that a run repeats bit for bit.
    """

    def __init__(self, network: NoisyNetwork, problem: Problem, config: ExperimentConfig) -> None:
        """Prepare the data as tensors and make the optimiser."""
        self.network = network
        self.epoch = 0
        self._seed = config.seed
        self._batch_size = config.batch_size
        inputs, labels = torch.from_numpy(problem.inputs), torch.from_numpy(problem.labels)
        train, test = torch.from_numpy(problem.train), torch.from_numpy(problem.test)
        self._train = (inputs[train], labels[train])
        self._test = (inputs[test], labels[test])
        self._optimizer = _optimizer(network.model, config)

    def train_epoch(self) -> float:
        """Train for one epoch and return the mean loss of its steps, with noise, in nats per example.

        Raises:
            NonFiniteError: The loss is NaN or infinite.
        """
        inputs, labels = self._train
        self.epoch += 1
        order = torch.from_numpy(stream(self._seed, "order of the examples", self.epoch).permutation(len(inputs)))
        batches = zip(inputs[order].split(self._batch_size), labels[order].split(self._batch_size), strict=True)
        total = torch.zeros(())
        for batch_inputs, batch_labels in batches:
            self._optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(self.network(batch_inputs), batch_labels)
            loss.backward()
            self._optimizer.step()
            total += loss.detach() * len(batch_labels)
        mean = total.item() / len(inputs)
        if not math.isfinite(mean):
            raise NonFiniteError(f"training loss must be finite, got {mean} in epoch {self.epoch}: lower lr")
        return mean

    def losses(self) -> Losses:
        """Return losses and accuracies of the network as it is, without noise."""
        with self.network.noiseless(), torch.no_grad():
            train_loss, train_accuracy = self._evaluate(*self._train)
            test_loss, test_accuracy = self._evaluate(*self._test)
        return Losses(train_loss, test_loss, train_accuracy, test_accuracy)

    def _evaluate(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        logits = self.network(inputs)
        loss = functional.cross_entropy(logits.double(), labels).item()
        return loss, (logits.argmax(dim=1) == labels).double().mean().item()


def _optimizer(model: nn.Module, config: ExperimentConfig) -> torch.optim.Optimizer:
    # fused: one kernel for all parameters, the fastest of torch's three forms on networks this small
    if config.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=config.lr, fused=True)
    return torch.optim.SGD(model.parameters(), lr=config.lr, fused=True)
