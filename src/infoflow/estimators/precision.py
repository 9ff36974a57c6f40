"""How far representations may lie apart for double precision to resolve the noise between them."""

import torch

from infoflow._errors import IllPosedError
from infoflow._types import Array

FARTHEST = 1e12
"""Noise widths from the middle of all centres, where a coordinate is rounded by 1e-4 of a noise width."""


def farthest(draws: Array, middle: Array) -> float:
    """Return the largest distance along an axis of draws (m, n, d) from ``middle`` (d,)."""
    low, high = torch.aminmax(torch.from_numpy(draws).reshape(-1, draws.shape[2]), dim=0)
    centre = torch.from_numpy(middle)
    return float(torch.maximum(high - centre, centre - low).max())


def middle(centres: Array) -> Array:
    """Return the mean of centres (m, n, d), shape (d,)."""
    mean: Array = torch.from_numpy(centres).reshape(-1, centres.shape[2]).mean(dim=0).numpy()
    return mean


def check_resolved(name: str, draws: Array, centre: Array, beta: float) -> None:
    """Raise ``IllPosedError`` if a draw (m, n, d) lies too far from ``centre`` (d,) for noise of size ``beta``."""
    distance = farthest(draws, centre)
    if not distance <= FARTHEST * beta:
        raise IllPosedError(
            f"{name} must lie within {FARTHEST:g} beta of the mean of the centres, where double precision resolves "
            f"the noise, got {distance:g} = {distance / beta:.3g} beta"
        )
