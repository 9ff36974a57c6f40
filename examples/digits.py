"""scikit-learn's handwritten digits (8 x 8 pixels), split into training and test images, as tensors."""

import torch
from sklearn.datasets import load_digits
from torch import Tensor


def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training images (1437, 1, 8, 8) in [0, 1], their labels, and 360 test images with labels."""
    data = load_digits()
    images = torch.from_numpy(data.images / 16).float().unsqueeze(1)
    labels = torch.from_numpy(data.target)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    train, test = order[:1437], order[1437:]
    return images[train], labels[train], images[test], labels[test]
