from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from infoflow import ConfigError
from infoflow.experiments.objective import Objective


def test_cross_entropy_is_torchs(problem, config):
    objective = Objective(config, problem)
    outputs, labels = torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.tensor([0, 1])
    assert objective.loss(outputs, labels) == functional.cross_entropy(outputs, labels)
    assert objective.predicted(outputs).tolist() == [1, 0]


def test_the_squared_loss_compares_with_the_codes_of_the_classes(problem, config):
    coded = replace(problem, codes=np.array([[0.0], [0.25]], np.float32))
    objective = Objective(config.changed(loss="squared"), coded)
    outputs, labels = torch.tensor([[0.5], [0.0], [0.13]]), torch.tensor([1, 1, 0])
    assert objective.loss(outputs, labels).item() == pytest.approx((0.0625 + 0.0625 + 0.0169) / 3, rel=1e-6)
    assert objective.predicted(outputs).tolist() == [1, 0, 1]
    plain = Objective(config.changed(loss="squared"), problem)
    assert plain.loss(torch.tensor([[0.0, 1.0]]), torch.tensor([0])).item() == 2.0


def test_cross_entropy_with_codes_is_refused(problem, config):
    with pytest.raises(ConfigError, match="loss must be squared for the problem szt, got cross_entropy"):
        Objective(config, replace(problem, codes=np.array([[0.0], [0.25]], np.float32)))
