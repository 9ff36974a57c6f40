"""Training a noisy classifier: noise on in every step, losses and accuracies reported without it."""

import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from infoflow._errors import NonFiniteError
from infoflow._random import stream
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.learning_rate import LearningRate
from infoflow.experiments.objective import Objective
from infoflow.experiments.optimizer_state import load_optimizer_tensors, optimizer_tensors
from infoflow.experiments.orthonormal import orthonormal_step, regularised_weights
from infoflow.experiments.problem import Problem
from infoflow.networks import NoisyNetwork

_EVALUATED_ROWS = 8192


class Losses(NamedTuple):
    """Loss (a mean over examples; nats for cross-entropy) and accuracy, without noise."""

    train_loss: float
    test_loss: float
    train_accuracy: float
    test_accuracy: float


class Evaluation:
    """Losses and accuracies of a network on the two sets of a problem, without noise and in evaluation mode."""

    def __init__(self, network: NoisyNetwork, problem: Problem, objective: Objective) -> None:
        """Prepare the data as tensors."""
        self._network = network
        self._objective = objective
        inputs, labels = torch.from_numpy(problem.inputs), torch.from_numpy(problem.labels)
        train, test = torch.from_numpy(problem.train), torch.from_numpy(problem.test)
        self.train = (inputs[train], labels[train])
        self.test = (inputs[test], labels[test])

    def losses(self) -> Losses:
        """Return losses and accuracies of the network as it is."""
        train_loss, train_accuracy = self._on(*self.train)
        test_loss, test_accuracy = self._on(*self.test)
        return Losses(train_loss, test_loss, train_accuracy, test_accuracy)

    def train_accuracy(self) -> float:
        """Return the accuracy on the training set."""
        return self._on(*self.train)[1]

    def _on(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        model = self._network.model
        training = model.training
        model.eval()
        with self._network.noiseless(), torch.no_grad():
            outputs = torch.cat([self._network(rows) for rows in inputs.split(_EVALUATED_ROWS)]).double()
        model.train(training)
        correct = (self._objective.predicted(outputs) == labels).double().mean().item()
        return self._objective.loss(outputs, labels).item(), correct


class Trainer:
    """Trains a network epoch by epoch.

    The order of the examples in epoch e is a function of (seed, e) only; a small network is trained on one thread,
    because a second one costs more than it brings, and so that a run repeats bit for bit.
    """

    def __init__(self, network: NoisyNetwork, problem: Problem, config: ExperimentConfig) -> None:
        """Prepare the data as tensors and make the optimiser.

        Raises:
            ConfigError: The loss does not fit the problem.
        """
        self.network = network
        self.epoch = 0
        self._config = config
        self._objective = Objective(config, problem)
        self._evaluation = Evaluation(network, problem, self._objective)
        self._optimizer = _optimizer(network.model, config)
        self._rate = LearningRate(config)

    def train_epoch(self) -> float:
        """Train for one epoch and return the mean loss of its steps, with noise, per example.

        Raises:
            NonFiniteError: The loss is NaN or infinite.
        """
        inputs, labels = self._evaluation.train
        self.epoch += 1
        self._set_rate()
        self.network.model.train()
        order = examples_order(self._config, self.epoch, len(inputs))
        total = torch.zeros(())
        with self._noise():
            for rows in order.split(self._config.batch_size):
                loss = self._step(inputs[rows], labels[rows])
                total += loss * len(rows)
        mean = total.item() / len(order)
        check_loss(mean, self.epoch)
        return mean

    def losses(self) -> Losses:
        """Return losses and accuracies of the network as it is, without noise."""
        return self._evaluation.losses()

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return what training needs to go on besides weights and noise: the optimiser's state and learning rate."""
        return optimizer_tensors(self.network.model, self._optimizer) | self._rate.tensors()

    def load_state(self, epoch: int, tensors: dict[str, npt.NDArray[Any]]) -> None:
        """Go on after ``epoch`` epochs from tensors that :meth:`state` returned; others are ignored."""
        self.epoch = epoch
        load_optimizer_tensors(self.network.model, self._optimizer, tensors)
        self._rate.load(tensors)

    def _step(self, inputs: Tensor, labels: Tensor) -> Tensor:
        self._optimizer.zero_grad(set_to_none=True)
        loss = self._objective.loss(self.network(inputs), labels)
        loss.backward()
        self._optimizer.step()
        if self._config.orthonormal:
            orthonormal_step(regularised_weights(self.network.model), self._config.orthonormal)
        return loss.detach()

    def _set_rate(self) -> None:
        if self._rate.awaits_accuracy:
            self._rate.see(self._evaluation.train_accuracy())
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate.value

    def _noise(self) -> AbstractContextManager[Any]:
        return nullcontext() if self._config.train_noise == "on" else self.network.noiseless()


def examples_order(config: ExperimentConfig, epoch: int, n: int) -> Tensor:
    """Return the order of the n training examples in an epoch, one permutation after the other where it has passes."""
    index = [(epoch,)] if config.passes == 1 else [(epoch, k) for k in range(config.passes)]
    orders = [stream(config.seed, "order of the examples", *at).permutation(n) for at in index]
    return torch.from_numpy(np.concatenate(orders))


def check_loss(loss: float, epoch: int) -> None:
    """Raise ``NonFiniteError`` if the mean training loss of an epoch is NaN or infinite."""
    if not math.isfinite(loss):
        raise NonFiniteError(f"training loss must be finite, got {loss} in epoch {epoch}: lower lr")


def _optimizer(model: nn.Module, config: ExperimentConfig) -> torch.optim.Optimizer:
    # fused: one kernel for all parameters, the fastest of torch's three forms on networks this small
    if config.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=config.lr, fused=True)
    return torch.optim.SGD(model.parameters(), lr=config.lr, fused=True)
