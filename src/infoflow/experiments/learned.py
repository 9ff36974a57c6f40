"""The weight and the bias of layers of one neuron with one input: a point in the plane, to draw its path."""

from torch import nn

from infoflow.experiments.clustering_measures import LayerMeasure
from infoflow.networks import NoisyNetwork


def learned_measures(network: NoisyNetwork) -> list[LayerMeasure]:
    """Return the measures ``w`` and ``b`` of every layer ``a(wX + b)`` with one input and one output."""
    measures: list[LayerMeasure] = []
    for layer in network.layers:
        linear = [part for part in network.model.get_submodule(layer).modules() if isinstance(part, nn.Linear)]
        if len(linear) == 1 and linear[0].weight.numel() == 1:
            measures.append((layer, "w", linear[0].weight.item()))
            measures.append((layer, "b", linear[0].bias.item()))
    return measures
