"""Pulling weight matrices towards orthonormal ones: compression without it is what the experiment asks for."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def orthonormal_step(weights: Sequence[Tensor], alpha: float) -> None:
    """Change each weight matrix in place, ``W <- W - alpha (W Wᵀ W - W)``: a step down ``¼ |W Wᵀ - I|²``.

    Args:
        weights: Matrices, or stacks of them, shape (…, n_out, n_in).
        alpha: Size of the step.

    Source: [G19] section 5 (orthonormality regularisation, after Cisse et al., ICML 2017).
    """
    with torch.no_grad():
        for weight in weights:
            gram = weight @ weight.mT @ weight
            weight.sub_(gram.sub_(weight), alpha=alpha)


def regularised_weights(model: nn.Module) -> list[Tensor]:
    """Return the weights of all linear layers of a model but the last."""
    linear = [module.weight for module in model.modules() if isinstance(module, nn.Linear)]
    return linear[:-1]
