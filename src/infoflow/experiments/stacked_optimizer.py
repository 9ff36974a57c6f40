"""SGD and Adam on stacked parameters: torch's own updates, element by element, for all networks at once."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from infoflow.experiments.optimizer_state import PREFIX
from infoflow.experiments.parameter_stack import ParameterStack

_BETA_1, _BETA_2, _EPSILON = 0.9, 0.999, 1e-8


class StackedOptimizer(Protocol):
    """Changes the parameters of a stack after their gradients are there."""

    def set_rates(self, rates: Sequence[float]) -> None:
        """Set the learning rate of each network for the steps to come."""
        ...

    def step(self) -> None:
        """Take one step."""
        ...

    def tensors(self, row: int) -> dict[str, npt.NDArray[Any]]:
        """Return the state of one network as torch's optimiser of it alone would have it."""
        ...

    def load(self, row: int, tensors: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from that state; all networks must be given states after equally many steps."""
        ...


class StackedSGD:
    """``p <- p - lr g``."""

    def __init__(self, stack: ParameterStack) -> None:
        self._stack = stack
        self._rates = _column([0.0] * len(stack.values), stack)

    def set_rates(self, rates: Sequence[float]) -> None:
        """Set the learning rate of each network for the steps to come."""
        self._rates = _column(rates, self._stack)

    def step(self) -> None:
        """Take one step."""
        self._stack.values.addcmul_(self._stack.gradients, self._rates, value=-1)

    def tensors(self, row: int) -> dict[str, npt.NDArray[Any]]:
        """Return nothing: there is no state."""
        return {}

    def load(self, row: int, tensors: dict[str, npt.NDArray[Any]]) -> None:
        """Do nothing."""


class StackedAdam:
    """Adam with torch's defaults: ``p <- p - lr m̂ / (sqrt(v̂) + 1e-8)``, decays 0.9 and 0.999.

    Source: Kingma & Ba, "Adam", ICLR 2015, Algorithm 1.
    """

    def __init__(self, stack: ParameterStack) -> None:
        self._stack = stack
        self._rates = _column([0.0] * len(stack.values), stack)
        self._moments = {"exp_avg": torch.zeros_like(stack.values), "exp_avg_sq": torch.zeros_like(stack.values)}
        self._steps = 0

    def set_rates(self, rates: Sequence[float]) -> None:
        """Set the learning rate of each network for the steps to come."""
        self._rates = _column(rates, self._stack)

    def step(self) -> None:
        """Take one step."""
        self._steps += 1
        gradients, (mean, square) = self._stack.gradients, self._moments.values()
        mean.lerp_(gradients, 1 - _BETA_1)
        square.mul_(_BETA_2).addcmul_(gradients, gradients, value=1 - _BETA_2)
        root = square.sqrt().div_((1 - _BETA_2**self._steps) ** 0.5).add_(_EPSILON).div_(self._rates)
        self._stack.values.addcdiv_(mean, root, value=-1 / (1 - _BETA_1**self._steps))

    def tensors(self, row: int) -> dict[str, npt.NDArray[Any]]:
        """Return step, exp_avg and exp_avg_sq of every parameter; nothing before the first step."""
        if not self._steps:
            return {}
        found: dict[str, npt.NDArray[Any]] = {}
        for name in self._stack.names:
            found[f"{PREFIX}{name}.step"] = np.array(self._steps, np.float32)
        for key, moment in self._moments.items():
            for name, view in self._stack.named(moment[row]).items():
                found[f"{PREFIX}{name}.{key}"] = view.numpy().copy()
        return found

    def load(self, row: int, tensors: dict[str, npt.NDArray[Any]]) -> None:
        """Go on from that state."""
        for key, moment in self._moments.items():
            for name, view in self._stack.named(moment[row]).items():
                _copy(view, tensors.get(f"{PREFIX}{name}.{key}"))
        step = tensors.get(f"{PREFIX}{self._stack.names[0]}.step")
        self._steps = 0 if step is None else int(step)


def _column(rates: Sequence[float], stack: ParameterStack) -> Tensor:
    return torch.tensor(rates, dtype=stack.values.dtype).view(-1, 1)


def _copy(view: Tensor, array: npt.NDArray[Any] | None) -> None:
    if array is not None:
        view.copy_(torch.from_numpy(array.copy()))
