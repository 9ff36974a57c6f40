"""Several small networks of one shape trained in one pass: on networks this small most of a step is calling torch.

Every network sees its own data in its own order, has its own noise and its own weights, and goes through the
arithmetic of :class:`infoflow.experiments.training.Trainer`, with sums in another order: results differ by rounding.
Gradients are written out instead of recorded, which costs a third.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy.typing as npt
import torch
from torch import Tensor

from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.learning_rate import LearningRate
from infoflow.experiments.models import SLOPE
from infoflow.experiments.objective import Objective
from infoflow.experiments.orthonormal import orthonormal_step
from infoflow.experiments.parameter_stack import ParameterStack
from infoflow.experiments.problem import Problem
from infoflow.experiments.stacked_optimizer import StackedAdam, StackedOptimizer, StackedSGD
from infoflow.experiments.training import Evaluation, Losses, examples_order
from infoflow.networks import NoisyNetwork


def stackable(configs: Sequence[ExperimentConfig]) -> bool:
    """Return whether there are several experiments that differ in seed and beta at most."""
    alike = {replace(config, seed=0, beta=1.0) for config in configs}
    return len(configs) > 1 and len(alike) == 1


class StackedTrainer:
    """Trains R networks epoch by epoch, together."""

    def __init__(
        self, networks: Sequence[NoisyNetwork], problems: Sequence[Problem], configs: Sequence[ExperimentConfig]
    ) -> None:
        """Stack the networks, whose parameters become views of the stack.

        Args:
            networks: R networks of one shape.
            problems: The data of each.
            configs: The settings of each, for which :func:`stackable` holds.

        Raises:
            ConfigError: The loss does not fit the problem.
        """
        self.epoch = 0
        self._configs, self._networks = configs, networks
        self._config = configs[0]
        self._stack = ParameterStack([network.model for network in networks])
        self._objectives = [Objective(config, problem) for config, problem in zip(configs, problems, strict=True)]
        members = zip(networks, problems, self._objectives, strict=True)
        self._evaluations = [Evaluation(network, problem, objective) for network, problem, objective in members]
        self._optimizer = _optimizer(self._stack, self._config)
        self._rates = [LearningRate(config) for config in configs]
        self._noisy = self._config.train_noise == "on"
        self._betas = torch.tensor([config.beta for config in configs], dtype=self._stack.values.dtype).view(-1, 1, 1)

    def member(self, row: int) -> "StackMember":
        """Return the training of one of the networks."""
        return StackMember(self._evaluations[row], self._optimizer, self._rates[row], row)

    def load_state(self, epoch: int, states: Sequence[dict[str, npt.NDArray[Any]]]) -> None:
        """Go on after ``epoch`` epochs from the states of all networks."""
        self.epoch = epoch
        for row, tensors in enumerate(states):
            self._optimizer.load(row, tensors)
            self._rates[row].load(tensors)

    @torch.no_grad()
    def train_epoch(self) -> list[float]:
        """Train all networks for one epoch and return the mean loss of each; NaN or infinite where one diverged."""
        self.epoch += 1
        self._set_rates()
        inputs, labels = self._shuffled()
        total = torch.zeros(len(self._configs))
        n, size = inputs.shape[1], self._config.batch_size
        for start in range(0, n, size):
            batch = inputs[:, start : start + size]
            total += self._step(batch, labels[:, start : start + size]) * batch.shape[1]
        return (total / n).tolist()

    def _set_rates(self) -> None:
        for rate, evaluation in zip(self._rates, self._evaluations, strict=True):
            if rate.awaits_accuracy:
                rate.see(evaluation.train_accuracy())
        self._optimizer.set_rates([rate.value for rate in self._rates])

    def _shuffled(self) -> tuple[Tensor, Tensor]:
        """Return inputs (R, n, n_in) and labels (R, n) in each network's order of this epoch."""
        orders = [
            examples_order(config, self.epoch, len(evaluation.train[0]))
            for config, evaluation in zip(self._configs, self._evaluations, strict=True)
        ]
        pairs = [(e.train[0][order], e.train[1][order]) for e, order in zip(self._evaluations, orders, strict=True)]
        return torch.stack([inputs.flatten(1) for inputs, _ in pairs]), torch.stack([labels for _, labels in pairs])

    def _step(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Take one step of all networks and return their losses, shape (R,)."""
        received, outputs = self._forward(inputs)
        loss, gradient = self._loss(outputs[-1] if self._config.head == "linear" else received[-1], labels)
        self._backward(received, outputs, gradient)
        self._optimizer.step()
        if self._config.orthonormal:
            orthonormal_step(self._stack.weights[:-1], self._config.orthonormal)
        return loss

    def _forward(self, inputs: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return what each layer receives, and after it the last T, and each layer's output before noise."""
        received, outputs = [inputs], list[Tensor]()
        for index, (weight, bias) in enumerate(zip(self._stack.weights, self._stack.biases, strict=True)):
            linear = torch.baddbmm(bias, received[-1], weight.mT)
            if index == len(self._config.hidden):
                outputs.append(linear)
                break
            outputs.append(_activate(self._config.activation, linear))
            received.append(self._with_noise(index, outputs[-1]))
        return received, outputs

    def _with_noise(self, index: int, outputs: Tensor) -> Tensor:
        if not self._noisy:
            return outputs
        noise = torch.empty_like(outputs)
        for row, network in enumerate(self._networks):
            drawn = network.noise_for(network.layers[index], outputs[row])
            noise[row] = 0.0 if drawn is None else drawn
        return torch.addcmul(outputs, noise, self._betas)

    def _loss(self, outputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return each network's loss, a mean over its batch, and the gradient at the outputs (R, batch, n_out)."""
        size = outputs.shape[1]
        codes = self._objectives[0].codes.to(outputs)[labels]  # (R, batch, n_out)
        if self._config.loss == "squared":
            difference = outputs - codes
            return difference.square().sum(dim=(1, 2)) / size, difference * (2 / size)
        log_p = torch.log_softmax(outputs, dim=2)
        return -(log_p * codes).sum(dim=(1, 2)) / size, (log_p.exp() - codes) / size

    def _backward(self, received: list[Tensor], outputs: list[Tensor], gradient: Tensor) -> None:
        """Fill the gradients of the stack, from the gradient at the network's output."""
        for index in reversed(range(len(outputs))):
            if index < len(self._config.hidden):
                gradient = _through_activation(self._config.activation, gradient, outputs[index])
            self._stack.weight_gradients[index].copy_(gradient.mT @ received[index])
            torch.sum(gradient, dim=1, keepdim=True, out=self._stack.bias_gradients[index])
            if index:
                gradient = gradient @ self._stack.weights[index]


class StackMember:
    """The training of one network of a stack, as its session sees it."""

    def __init__(self, evaluation: Evaluation, optimizer: StackedOptimizer, rate: LearningRate, row: int) -> None:
        self._evaluation, self._optimizer, self._rate, self._row = evaluation, optimizer, rate, row

    def losses(self) -> Losses:
        """Return losses and accuracies of the network as it is, without noise."""
        return self._evaluation.losses()

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return the state of optimiser and learning rate, as the network's own trainer would have it."""
        return self._optimizer.tensors(self._row) | self._rate.tensors()


def _activate(activation: str, linear: Tensor) -> Tensor:
    """Apply the activation in place."""
    if activation == "tanh":
        return linear.tanh_()
    if activation == "relu":
        return linear.relu_()
    return torch.nn.functional.leaky_relu_(linear, SLOPE) if activation == "leaky_relu" else linear


def _through_activation(activation: str, gradient: Tensor, output: Tensor) -> Tensor:
    """Return the gradient before the activation; its output has the sign of its input."""
    if activation == "tanh":
        return gradient * (1 - output.square())
    if activation == "linear":
        return gradient
    return torch.where(output > 0, gradient, gradient * (SLOPE if activation == "leaky_relu" else 0.0))


def _optimizer(stack: ParameterStack, config: ExperimentConfig) -> StackedOptimizer:
    return StackedAdam(stack) if config.optimizer == "adam" else StackedSGD(stack)
