"""Random shifts, rotations and shears of images: one affine map and one bilinear sampling for a whole batch."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Each image is sheared, rotated and shifted, by amounts uniform on intervals symmetric about 0.

    Attributes:
        shift: Largest shift along each axis, pixels.
        degrees: Largest rotation.
        shear_degrees: Largest shear along x: a vertical line leans by at most this angle.

    Source: [G19] supplement (augmentation of the MNIST experiments).
    """

    shift: float = 2.0
    degrees: float = 10.0
    shear_degrees: float = 10.0

    def __call__(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Return augmented copies; what comes in from outside an image is 0.

        Args:
            images: Floating point, shape (k, channels, height, width).
            generator: Draws the amounts.
        """
        grid = _grid(self.maps(images, generator), images.shape[2], images.shape[3])
        return functional.grid_sample(images, grid, mode="bilinear", padding_mode="zeros", align_corners=False)

    def maps(self, images: Tensor, generator: torch.Generator) -> Tensor:
        """Draw the maps from output to input coordinates, both in [-1, 1]; shape (k, 2, 3).

        Rotation by a and shear by s about the centre, ``R(a) [[1, tan s], [0, 1]]``, then the shift; sides of different
        length are allowed for.
        """
        k, _, height, width = images.shape
        u = torch.rand((k, 4), generator=generator, device=images.device, dtype=images.dtype) * 2 - 1
        angle = u[:, 0] * math.radians(self.degrees)
        lean = torch.tan(u[:, 1] * math.radians(self.shear_degrees))
        cos, sin = torch.cos(angle), torch.sin(angle)
        aspect = height / width
        first = torch.stack([cos, (cos * lean - sin) * aspect, u[:, 2] * (2 * self.shift / width)], dim=1)
        second = torch.stack([sin / aspect, sin * lean + cos, u[:, 3] * (2 * self.shift / height)], dim=1)
        return torch.stack([first, second], dim=1)


def _grid(maps: Tensor, height: int, width: int) -> Tensor:
    """Return where each output pixel samples, shape (k, height, width, 2), as ``affine_grid`` but faster."""
    y = (torch.arange(height, device=maps.device, dtype=maps.dtype) * 2 + 1) / height - 1
    x = (torch.arange(width, device=maps.device, dtype=maps.dtype) * 2 + 1) / width - 1
    along_x, along_y, shift = (part[:, None, None, :] for part in maps.unbind(dim=2))  # (k, 1, 1, 2)
    return (along_y * y[:, None, None] + shift) + along_x * x[None, :, None]
