"""Which submodule feeds which: the names for noise before an activation or before a pooling."""

from typing import Any

import torch
from torch import Tensor, nn

from infoflow._errors import ConfigError
from infoflow.networks.batch import Batch, Inputs
from infoflow.networks.selection import ACTIVATIONS
from infoflow.networks.undisturbed import undisturbed

POOLINGS: tuple[type[nn.Module], ...] = (
    *(nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d, nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d, nn.LPPool1d, nn.LPPool2d),
    *(nn.AdaptiveMaxPool1d, nn.AdaptiveMaxPool2d, nn.AdaptiveMaxPool3d, nn.FractionalMaxPool2d),
    *(nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d, nn.AdaptiveAvgPool3d),
)
"""The pooling modules of torch."""


def layers_feeding(
    model: nn.Module, inputs: Inputs, kinds: tuple[type[nn.Module], ...] = ACTIVATIONS
) -> tuple[str, ...]:
    """Return the submodules whose output goes into a module of the given kinds, in the order in which they are called.

    Noise on them is noise before the activation (or, with :data:`POOLINGS`, before the pooling). One row is run
    through the model, which is left as it was.

    Args:
        model: The network.
        inputs: Its inputs; only the first row is used.
        kinds: Module types.

    Raises:
        ConfigError: No module of these kinds is fed by the output of another one, as where a function comes between.
    """
    batch = Batch(model, inputs)
    names = {id(module): name for name, module in reversed(list(model.named_modules())) if name}
    made: list[tuple[Tensor, str]] = []
    feeding: dict[str, None] = {}

    def before(module: nn.Module, args: Any) -> None:
        if isinstance(module, kinds):
            tensors = [value for value in args if isinstance(value, Tensor)]
            found = [name for value, name in made if any(value is tensor for tensor in tensors)]
            # several modules return one tensor: nested ones (the innermost counts) and in-place ones (the last does)
            inner = [name for name in found if not any(other.startswith(f"{name}.") for other in found)]
            feeding.update(dict.fromkeys(inner[-1:]))

    def after(module: nn.Module, args: Any, output: Any) -> None:
        if isinstance(output, Tensor) and id(module) in names:
            made.append((output, names[id(module)]))

    handles = [module.register_forward_pre_hook(before) for module in model.modules()]
    handles += [module.register_forward_hook(after) for module in model.modules()]
    try:
        with undisturbed(model, batch.devices, 0):
            batch.run(model, torch.zeros(1, dtype=torch.int64))
    finally:
        for handle in handles:
            handle.remove()
    if not feeding:
        wanted = ", ".join(kind.__name__ for kind in kinds[:3])
        raise ConfigError(f"model must have a submodule that feeds one of {wanted}, …, got none; name the layers")
    return tuple(feeding)
