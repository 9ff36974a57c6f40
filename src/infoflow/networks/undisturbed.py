"""Run a model for a measurement and leave everything as it was: modes, gradients, torch's global generators."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def undisturbed(model: nn.Module, devices: Iterable[torch.device], seed: int) -> Generator[None]:
    """Run in eval mode without gradients; restore modes and torch's global generators, seeded inside from ``seed``.

    The fused inference path of torch's attention modules is off inside: it skips submodules, and with a padding mask
    it hands nested tensors to the hooks.

    Args:
        model: The model.
        devices: Devices whose global generators are kept.
        seed: Seed of torch's global generators inside.
    """
    modes = [(module, module.training) for module in model.modules()]
    cuda = [device for device in devices if device.type == "cuda"]
    fused = torch.backends.mha.get_fastpath_enabled()
    with torch.no_grad(), torch.random.fork_rng(devices=cuda):
        torch.default_generator.manual_seed(seed)
        for device in cuda:
            with torch.cuda.device(device):
                torch.cuda.manual_seed(seed)
        try:
            torch.backends.mha.set_fastpath_enabled(False)
            model.eval()
            yield
        finally:
            torch.backends.mha.set_fastpath_enabled(fused)
            for module, training in modes:
                module.training = training
