"""The network with its activations quantised: what a layer passes on has 2^bits levels, and so counting is exact."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from infoflow import _checks
from infoflow._types import Array
from infoflow.comparators import quantise
from infoflow.comparators.counting import row_codes
from infoflow.networks import NoisyNetwork
from infoflow.networks.undisturbed import undisturbed


def quantised_representations(network: NoisyNetwork, inputs: npt.NDArray[Any], *, bits: int) -> dict[str, Array]:
    """Return T of every noisy layer where noise is replaced by rounding: ``T_l = round(f_l(T_{l-1}))``.

    The noise is off everywhere; each layer's output is rounded to ``2^bits`` equal steps over the range that it has
    on all inputs, and the rounded value is what the next layer sees. T is then a function of X with finitely many
    values: ``I(X;T_l) = H(T_l)`` and I(Y;T_l) by :func:`infoflow.comparators.quantised_information`, exactly.

    Inputs that one layer does not tell apart stay together in the next: they are given one output, whatever the
    rounding of a batch's matrix products makes of equal rows.

    Args:
        network: A network whose noisy layers form a chain, in their order.
        inputs: Every input once, shape (m, ...).
        bits: 1..52.

    Returns:
        The levels of each noisy layer, shape (m, d).

    Raises:
        TypeError: ``bits`` is not an integer.
        ValueError: ``bits`` is out of range.
        NonFiniteError: NaN or infinity in a layer's output.

    Source: Lorenzen, Igel & Nielsen, ICLR 2022.
    """
    rounding = _Rounding(_checks.as_count("bits", bits))
    model = network.model
    devices = {parameter.device for parameter in model.parameters()}
    handles = [model.get_submodule(name).register_forward_hook(rounding.hook(name)) for name in network.layers]
    try:
        with network.noiseless(), undisturbed(model, devices, seed=0):
            model(torch.as_tensor(inputs, device=next(iter(devices), None)))
    finally:
        for handle in handles:
            handle.remove()
    return rounding.rows


class _Rounding:
    """Rounds the outputs of a chain of layers, and keeps them."""

    def __init__(self, bits: int) -> None:
        self.rows: dict[str, Array] = {}
        self._bits = bits
        self._first: npt.NDArray[np.int64] | None = None
        """For each input, the first one that the layer before does not tell from it."""

    def hook(self, name: str) -> Any:
        def rounded(module: nn.Module, arguments: Any, output: Tensor) -> Tensor:
            values = output.detach().reshape(len(output), -1).double().cpu().numpy()
            if self._first is not None:
                values = values[self._first]
            rows = quantise(values, bits=self._bits)
            _, first, codes = np.unique(row_codes(rows), return_index=True, return_inverse=True)
            self.rows[name], self._first = rows, first[codes]
            return torch.from_numpy(rows).to(output).reshape(output.shape)

        return rounded
