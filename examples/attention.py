"""A block with LayerNorm, attention and skip connections: information need not fall along its layers."""

import argparse

import torch
from digits import digits
from torch import Tensor, nn

from infoflow.monitor import Probe


class Block(nn.Module):
    """Attention and a feed-forward part, each normalised before and added to its input."""

    def __init__(self, width: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x: Tensor) -> Tensor:
        """Take and return (batch, tokens, width)."""
        h = self.norm1(x)
        x = x + nn.functional.scaled_dot_product_attention(self.query(h), self.key(h), self.value(h))
        return x + self.feed(self.norm2(x))


class Reader(nn.Module):
    """Reads the eight rows of an image as tokens."""

    def __init__(self, width: int = 16):
        super().__init__()
        self.embed = nn.Linear(8, width)
        self.place = nn.Parameter(0.1 * torch.randn(8, width))
        self.blocks = nn.Sequential(Block(width), Block(width))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Return logits (batch, 10)."""
        tokens = self.embed(images.squeeze(1)) + self.place
        return self.head(self.norm(self.blocks(tokens)).mean(dim=1))


def main() -> None:
    """Train for a few epochs and measure the residual stream after each block, and the norm."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, wide intervals")
    quick = parser.parse_args().quick

    torch.manual_seed(0)
    images, labels, *_ = digits()
    model = Reader()
    optimiser = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(2 if quick else 30):
        for part in torch.randperm(len(images)).split(64):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(images[part]), labels[part]).backward()
            optimiser.step()

    layers = ["blocks.0", "blocks.1", "norm"]
    settings = {"beta": 0.5, "relative": True, "max_inputs": 60 if quick else 300}  # half of each layer's own scale
    probe = Probe(model, images, labels, layers, **settings)
    print(probe.measure(budget=1.0 if quick else 60.0))


if __name__ == "__main__":
    main()
