"""A block of code after which training goes on as if it had not been: the global random generators are restored."""

import random
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn


@contextmanager
def undisturbed(model: nn.Module) -> Generator[None]:
    """Restore the generators of ``random``, numpy and torch (CPU and the model's GPUs), modes and the grad switch.

    Weights, buffers, gradients and the network's own noise are not touched by a measurement in the first place: it
    runs in ``eval()`` mode without gradients and takes its noise from streams of its own.
    """
    python, legacy = random.getstate(), np.random.get_state()  # noqa: NPY002 - the global generator is what is saved
    modes = [(module, module.training) for module in model.modules()]
    cuda = sorted({tensor.device for tensor in model.parameters() if tensor.device.type == "cuda"}, key=str)
    try:
        with torch.random.fork_rng(devices=cuda), torch.no_grad():
            yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)  # noqa: NPY002
        for module, training in modes:
            module.training = training
