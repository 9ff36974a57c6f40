"""Blocked log-densities of Gaussian mixtures in torch, float64, on the CPU or a GPU; memory independent of n and q.

Squared distances come from a centred matrix product where its rounding is below the tolerance, and from direct
differences, one coordinate at a time, where it is not (theory: ``|y-c|² = |y|² - 2yc + |c|²`` loses about
``eps · max|y|²/beta²`` nats). Exponents are shifted by a running maximum, so nothing underflows to -inf.
"""

import math

import torch
from torch import Tensor

from infoflow.mixtures.reference import log_gaussian_constant

_QUERY_BLOCK = 256
_CENTRE_BLOCK = 1024  # with _QUERY_BLOCK 2 MB of exponents: they stay in the cache
_PAIRS_PER_BATCH = 1 << 18
_EXPANSION_ERROR = 1e-11
_LOWEST_EXPONENT = -700.0  # exp of less is slow (denormals) and adds nothing


def log_density_direct(queries: Tensor, centres: Tensor, log_weights: Tensor, beta: float) -> Tensor:
    """Return ``log p(y)`` of shape (q,) in nats for float64 tensors on one device."""
    offset = centres.mean(dim=0)
    y, c = (queries - offset) / beta, (centres - offset) / beta
    expand = _expansion_is_safe(y, c)
    blocks = [
        _block_log_sum(y[start : start + _QUERY_BLOCK], c, log_weights, expand)
        for start in range(0, len(y), _QUERY_BLOCK)
    ]
    return torch.cat(blocks) + log_gaussian_constant(centres.shape[1], beta)


def log_density_direct_batched(queries: Tensor, centres: Tensor, beta: float) -> Tensor:
    """Return own-mixture log-densities (m, q): queries (m, q, d) each in its own mixture of centres (m, n, d)."""
    m, q, d = queries.shape
    n = centres.shape[1]
    if q * n > _PAIRS_PER_BATCH:
        log_weights = torch.full((n,), -math.log(n), dtype=torch.float64, device=centres.device)
        rows = [log_density_direct(y, c, log_weights, beta) for y, c in zip(queries, centres, strict=True)]
        return torch.stack(rows)
    size = _PAIRS_PER_BATCH // (q * n)
    blocks = [_batch(queries[i : i + size], centres[i : i + size], beta) for i in range(0, m, size)]
    return torch.cat(blocks) + (log_gaussian_constant(d, beta) - math.log(n))


def _batch(queries: Tensor, centres: Tensor, beta: float) -> Tensor:
    """Return ``log Σ_k exp(-|y-c_k|²/2beta²)`` of a few mixtures at once, by direct differences."""
    exponents = torch.zeros((*queries.shape[:2], centres.shape[1]), dtype=queries.dtype, device=queries.device)
    for axis in range(queries.shape[2]):
        exponents.add_(((queries[:, :, None, axis] - centres[:, None, :, axis]) / beta).square_())
    exponents.mul_(-0.5)
    largest = exponents.amax(dim=2)
    shifted = exponents.sub_(largest[:, :, None]).clamp_(min=_LOWEST_EXPONENT)
    return largest + shifted.exp_().sum(dim=2).log_()


def _expansion_is_safe(y: Tensor, c: Tensor) -> bool:
    largest = max(float(y.square().sum(1).max()), float(c.square().sum(1).max()))
    return largest * torch.finfo(y.dtype).eps < _EXPANSION_ERROR


def _block_log_sum(y: Tensor, c: Tensor, log_weights: Tensor, expand: bool) -> Tensor:
    running_max = torch.full((len(y),), -torch.inf, dtype=y.dtype, device=y.device)
    running_sum = torch.zeros_like(running_max)
    for start in range(0, len(c), _CENTRE_BLOCK):
        stop = start + _CENTRE_BLOCK
        exponents = _exponents(y, c[start:stop], expand).add_(log_weights[start:stop])
        new_max = torch.maximum(running_max, exponents.amax(dim=1))
        shifted = exponents.sub_(new_max[:, None]).clamp_(min=_LOWEST_EXPONENT)
        running_sum = running_sum * (running_max - new_max).exp() + shifted.exp_().sum(dim=1)
        running_max = new_max
    return running_max + running_sum.log()


def _exponents(y: Tensor, c: Tensor, expand: bool) -> Tensor:
    """Return ``-|y-c|²/2`` of shape (q, n)."""
    if expand:
        norms = -0.5 * (y.square().sum(1)[:, None] + c.square().sum(1)[None, :])
        return torch.addmm(norms, y, c.T).clamp_(max=0.0)
    total = torch.zeros((len(y), len(c)), dtype=y.dtype, device=y.device)
    for axis in range(y.shape[1]):
        total.add_((y[:, axis, None] - c[None, :, axis]).square_())
    return total.mul_(-0.5)
