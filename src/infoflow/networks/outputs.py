"""What a layer may return, and what to do where it returns something else."""

from torch import nn


def tensor_remedy(module: nn.Module) -> str:
    """Return what to do about a module whose output is not one tensor."""
    if isinstance(module, nn.RNNBase):
        return (
            "a recurrent layer returns its outputs and its last state: wrap it in a module that returns the outputs "
            "alone, lambda x: rnn(x)[0], or name the layer that takes them"
        )
    if isinstance(module, nn.MultiheadAttention):
        return (
            "attention returns its output and its weights: name the dropout or the normalisation that takes the output"
        )
    return "name a submodule inside it, or wrap it in a module that returns the tensor alone"
