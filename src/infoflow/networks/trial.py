"""One pass of a model without noise, watching chosen layers; one of them may be held at given outputs."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from infoflow.networks.batch import Batch


@dataclass(frozen=True, eq=False)
class Trial:
    """What was seen.

    Attributes:
        outputs: Copies of what each layer returned, call by call; other objects than tensors as they are.
        overwritten: Whether a later operation changed an output of the layer in place.
        order: The layers in the order of their last calls.
    """

    outputs: dict[str, list[Any]]
    overwritten: dict[str, bool]
    order: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Override:
    """A layer, and what it shall return, call by call."""

    layer: str
    outputs: list[Any]


def trial(
    model: nn.Module, batch: Batch, layers: tuple[str, ...], rows: Tensor, override: Override | None = None
) -> Trial:
    """Run the rows of a batch through the model and return what the layers gave."""
    outputs: dict[str, list[Any]] = {name: [] for name in layers}
    live: list[tuple[str, Tensor, int]] = []
    order: dict[str, None] = {}

    def watch(name: str) -> Any:
        def note(module: nn.Module, args: Any, output: Any) -> Any:
            if override is not None and override.layer == name:
                output = override.outputs[len(outputs[name])].clone()
            outputs[name].append(output.detach().clone() if isinstance(output, Tensor) else output)
            if isinstance(output, Tensor):
                live.append((name, output, output._version))
            order.pop(name, None)
            order[name] = None
            return output

        return note

    handles = [model.get_submodule(name).register_forward_hook(watch(name)) for name in layers]
    try:
        batch.run(model, rows)
    finally:
        for handle in handles:
            handle.remove()
    overwritten = dict.fromkeys(layers, False)
    for name, output, version in live:
        overwritten[name] |= output._version != version
    return Trial(outputs, overwritten, tuple(order))
