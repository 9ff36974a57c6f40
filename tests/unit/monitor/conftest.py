import numpy as np
import pytest
import torch
from torch import nn

from infoflow.monitor import Probe


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def data():
    """Forty inputs in two classes."""
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    return (rng.standard_normal((40, 6)) + 2.0 * labels[:, None]).astype(np.float32), labels


@pytest.fixture
def mlp():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.Tanh(), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2))


@pytest.fixture
def probe(mlp, data):
    return Probe(mlp, *data, beta=0.3, n=4)
