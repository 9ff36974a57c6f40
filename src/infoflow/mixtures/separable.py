"""Small mixtures at nodes shared by all their centres: the sum becomes a matrix product.

At ``y = c_k + beta z_l``: ``Σ_j exp(-|c_k - c_j + beta z_l|²/2beta²) = e^{-|z_l|²/2} u_kl Σ_j E_kj v_jl`` with
``E_kj = exp(-|c_k - c_j|²/2beta²)``, ``v_jl = exp(c_j·z_l/beta)``, ``u_kl = 1/v_kl``: an exponential is paid once per
pair of centres, each further node costs one multiplication. All terms are positive, so nothing cancels. The factors
are safe while ``|c_j·z_l|/beta`` (centred) stays below 350; mixtures beyond that go to the direct engine.
"""

import math

import torch
from torch import Tensor

from infoflow import _checks
from infoflow._types import Array, ArrayLike
from infoflow.mixtures import engines
from infoflow.mixtures.direct import log_density_direct_batched
from infoflow.mixtures.reference import log_gaussian_constant

LARGEST_EXPONENT = 350.0  # v and u·Σ E v stay within the range of float64, e^±700
_VALUES_PER_BATCH = 1 << 21


def own_log_density_at_nodes(centres: ArrayLike, nodes: ArrayLike, *, beta: float) -> Array:
    """Return ``log p̂_i(c_ik + beta z_l)`` for every centre of every mixture at shared nodes.

    Args:
        centres: Centres c_ik of m equal-weight mixtures, shape (m, n, d).
        nodes: Nodes z_l in units of beta, shape (L, d): Gauss-Hermite points or standard normal draws.
        beta: Standard deviation of every component.

    Returns:
        Log-densities in nats, shape (m, n, L).

    Raises:
        ValueError: The dimensions differ.
        NonFiniteError: NaN or infinity.
        IllPosedError: ``beta <= 0``.
    """
    c = _checks.as_float64("centres", centres, shape="m n d")
    z = _checks.as_float64("nodes", nodes, shape="L d")
    if c.shape[2] != z.shape[1]:
        raise ValueError(f"centres and nodes must have the same d, got {c.shape[2]} and {z.shape[1]}")
    scale = _checks.positive_beta(beta)
    return log_density_at_nodes(torch.from_numpy(c), torch.from_numpy(z), scale).numpy()


def log_density_at_nodes(centres: Tensor, nodes: Tensor, beta: float) -> Tensor:
    """Return the same for float64 tensors on one device, arguments already checked."""
    m, n, _ = centres.shape
    size = max(_VALUES_PER_BATCH // (n * max(n, len(nodes))), 1)
    return torch.cat([_batch(centres[i : i + size], nodes, beta) for i in range(0, m, size)])


def _batch(centres: Tensor, nodes: Tensor, beta: float) -> Tensor:
    n, d = centres.shape[1:]
    c = (centres - centres.mean(dim=1, keepdim=True)) / beta
    tilt = c @ nodes.T  # (b, n, L)
    safe = tilt.abs().amax(dim=(1, 2)) <= LARGEST_EXPONENT
    constant = log_gaussian_constant(d, beta) - math.log(n)
    if bool(safe.all()):
        return _products(c, tilt, nodes).add_(constant)
    result = torch.empty_like(tilt)
    if bool(safe.any()):
        result[safe] = _products(c[safe], tilt[safe], nodes).add_(constant)
    far = centres[~safe]
    queries = far[:, :, None, :] + beta * nodes
    values = log_density_direct_batched(queries.flatten(1, 2), far, beta)
    result[~safe] = values.reshape(len(far), n, len(nodes))
    return result


def _products(c: Tensor, tilt: Tensor, nodes: Tensor) -> Tensor:
    """Return ``log Σ_j exp(-|c_k - c_j + z_l|²/2)`` of shape (b, n, L)."""
    sums = torch.bmm(_gram(c)[:, :, : c.shape[1]], tilt.exp())
    return sums.log_().sub_(tilt).sub_(0.5 * nodes.square().sum(dim=1))


def _gram(c: Tensor) -> Tensor:
    """Return ``exp(-|c_k - c_j|²/2)``, by direct differences, of shape (b, n, n) or with columns of padding."""
    if c.device.type == "cpu" and engines.is_available("pruned"):
        from infoflow.mixtures.gram import gram

        return torch.from_numpy(gram(c.numpy()))
    squares = torch.zeros((c.shape[0], c.shape[1], c.shape[1]), dtype=c.dtype, device=c.device)
    for axis in range(c.shape[2]):
        squares.add_((c[:, :, None, axis] - c[:, None, :, axis]).square_())
    return squares.mul_(-0.5).clamp_(min=-700.0).exp_()
