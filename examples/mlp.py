"""One measurement of a trained network, in five lines: no change to the model or to the loop that trained it."""

import argparse

import torch
from digits import digits
from torch import nn

from infoflow.monitor import Probe


def main() -> None:
    """Train an MLP on the digits, then measure every activation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, wide intervals")
    quick = parser.parse_args().quick

    torch.manual_seed(0)
    images, labels, test_images, test_labels = digits()
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(64, 16),
        nn.Tanh(),
        nn.Linear(16, 6),
        nn.Tanh(),
        nn.Linear(6, 3),
        nn.Tanh(),
        nn.Linear(3, 10),
    )
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(5 if quick else 60):
        for part in torch.randperm(len(images)).split(32):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(images[part]), labels[part]).backward()
            optimiser.step()
    accuracy = (model(test_images).argmax(dim=1) == test_labels).double().mean().item()
    print(f"test accuracy {accuracy:.3f}")

    probe = Probe(model, images, labels, beta=0.2, max_inputs=100 if quick else 500)
    result = probe.measure(budget=1.0 if quick else 60.0)
    print(result)
    scatter = result.clustering.query("measure == 'scatter_ratio'")
    print(f"\nWithin-class over total scatter, with the noise and without:\n{scatter.to_string(index=False)}")


if __name__ == "__main__":
    main()
