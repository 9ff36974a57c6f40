"""What training minimises and how outputs become classes: cross-entropy, or the squared distance to a class's code."""

import torch
from torch import Tensor
from torch.nn import functional

from infoflow._errors import ConfigError
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problem import Problem


class Objective:
    """The loss of an experiment, a mean over examples, and the class that an output stands for."""

    def __init__(self, config: ExperimentConfig, problem: Problem) -> None:
        """Prepare the codes of the classes.

        Raises:
            ConfigError: Cross-entropy for a problem whose classes have codes of their own.
        """
        self.squared = config.loss == "squared"
        if problem.codes is not None and not self.squared:
            raise ConfigError(f"loss must be squared for the problem {config.problem}, got {config.loss}")
        self.codes = torch.eye(problem.n_classes) if problem.codes is None else torch.from_numpy(problem.codes)

    def loss(self, outputs: Tensor, labels: Tensor) -> Tensor:
        """Return the mean of the loss over examples: nats, or ``Σ_k (output_k - code_k)²``."""
        if not self.squared:
            return functional.cross_entropy(outputs, labels)
        return (outputs - self.codes.to(outputs)[labels]).square().sum(dim=1).mean()

    def predicted(self, outputs: Tensor) -> Tensor:
        """Return the class of each output: the largest one, or the nearest code."""
        if not self.squared:
            return outputs.argmax(dim=1)
        return torch.cdist(outputs, self.codes.to(outputs)).argmin(dim=1)
