"""The parameters of several networks of one shape in one matrix, a row per network."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class ParameterStack:
    """All parameters of R fully connected networks of one shape; the networks' own become views of them.

    Attributes:
        values: Parameters, shape (R, P), float.
        gradients: Room for their gradients, likewise.
        names: Names of the parameters of one network, in order.
        weights: Views of the weights of each linear layer, shape (R, n_out, n_in).
        biases: Views of the biases, shape (R, 1, n_out).
        weight_gradients: The same views of ``gradients``.
        bias_gradients: Likewise.
    """

    def __init__(self, models: Sequence[nn.Module]) -> None:
        """Copy the parameters of linear layers, weight before bias, and point the models at the copies."""
        rows = [[parameter.detach().flatten() for parameter in model.parameters()] for model in models]
        self.values = torch.stack([torch.cat(row) for row in rows])
        self.gradients = torch.zeros_like(self.values)
        self._shapes = {name: parameter.shape for name, parameter in models[0].named_parameters()}
        self.names = tuple(self._shapes)
        self.weights, self.biases = self._by_layer(self.values)
        self.weight_gradients, self.bias_gradients = self._by_layer(self.gradients)
        for model, row in zip(models, self.values, strict=True):
            for parameter, view in zip(model.parameters(), self.named(row).values(), strict=True):
                parameter.data = view

    def named(self, row: Tensor) -> dict[str, Tensor]:
        """Return views of a row of P numbers, by the names and in the shapes of the parameters."""
        parts = row.split([shape.numel() for shape in self._shapes.values()])
        return {name: part.view(shape) for (name, shape), part in zip(self._shapes.items(), parts, strict=True)}

    def _by_layer(self, matrix: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        parts = matrix.split([shape.numel() for shape in self._shapes.values()], dim=1)
        views = [part.view(len(matrix), *shape) for part, shape in zip(parts, self._shapes.values(), strict=True)]
        return views[::2], [bias.unsqueeze(1) for bias in views[1::2]]
