"""Log-densities that keep torch's graph: blocked over queries, each block recomputed in the backward pass.

With responsibilities ``r_k(y) = w_k φ(y-c_k) / p(y)`` (they sum to one) the derivatives are
``∂ log p/∂y = Σ_k r_k (c_k - y)/beta²``, ``∂ log p/∂c_k = r_k (y - c_k)/beta²`` and ``∂ log p/∂ log w_k = r_k``: sums
over pairs like the value itself, so autograd's own chain through a checkpointed block is exact and needs memory of one
block only. Works on any device.
"""

from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from infoflow.mixtures.direct import _expansion_is_safe
from infoflow.mixtures.reference import log_gaussian_constant

_PAIRS_PER_BLOCK = 1 << 21


def stays_in_torch(*arguments: Any) -> bool:
    """Tell whether an argument is a tensor that lives on a GPU or takes part in a differentiation."""
    tensors = [x for x in arguments if isinstance(x, Tensor)]
    needs_graph = torch.is_grad_enabled() and any(x.requires_grad for x in tensors)
    return needs_graph or any(x.device.type != "cpu" for x in tensors)


def log_density_torch(queries: Any, centres: Any, weights: Any, beta: float) -> Tensor:
    """Return ``log p(y)`` of shape (q,), float64, on the device of the tensors, with its graph."""
    device = next(x.device for x in (queries, centres, weights) if isinstance(x, Tensor) and stays_in_torch(x))
    y = torch.as_tensor(queries).to(device=device, dtype=torch.float64)
    c = torch.as_tensor(centres).to(device=device, dtype=torch.float64)
    n, d = c.shape
    if weights is None:
        log_w = torch.full((n,), -torch.log(torch.tensor(float(n))).item(), dtype=torch.float64, device=device)
    else:
        w = torch.as_tensor(weights).to(device=device, dtype=torch.float64)
        w = w / w.sum()
        kept = w > 0
        c, log_w = c[kept], w[kept].log()
    offset = c.detach().mean(dim=0)
    y, c = (y - offset) / beta, (c - offset) / beta
    with torch.no_grad():
        expand = _expansion_is_safe(y, c)
    rows = max(_PAIRS_PER_BLOCK // (len(c) * (1 if expand else d)), 1)
    blocks: list[Tensor] = []
    for start in range(0, len(y), rows):
        block = checkpoint(_block, y[start : start + rows], c, log_w, expand, use_reentrant=False)
        blocks.append(block)  # pyright: ignore[reportArgumentType]
    return torch.cat(blocks) + log_gaussian_constant(d, beta)


def _block(y: Tensor, c: Tensor, log_w: Tensor, expand: bool) -> Tensor:
    if expand:
        halves = 0.5 * (y.square().sum(1)[:, None] + c.square().sum(1)[None, :])
        exponents = y @ c.T - halves
    else:
        exponents = -0.5 * (y[:, None, :] - c[None, :, :]).square().sum(dim=2)
    return torch.logsumexp(exponents + log_w, dim=1)
