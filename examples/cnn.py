"""A monitor on a plain training loop: one line an epoch, a tenth of the training time, a run folder at the end."""

import argparse
import tempfile
from pathlib import Path

import torch
from digits import digits
from torch import nn

from infoflow.monitor import Monitor


def build_cnn() -> nn.Module:
    """Return a small CNN with batch normalisation, which a measurement uses in evaluation mode."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(128, 32), nn.ReLU(), nn.Linear(32, 10)),
    )


def main() -> None:
    """Train, and watch information and clustering on training and on test images."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few epochs")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--out", type=Path, help="the run folder, which must not exist")
    arguments = parser.parse_args()
    epochs = 4 if arguments.quick else arguments.epochs
    out = arguments.out or Path(tempfile.mkdtemp()) / "digits-cnn"

    torch.manual_seed(0)
    torch.set_num_threads(1)  # a network this small is slower on two
    images, labels, test_images, test_labels = digits()
    model = build_cnn()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    settings = {"layers": nn.ReLU, "beta": 0.3, "test_inputs": test_images, "test_labels": test_labels, "out": out}
    with Monitor(model, images, labels, **settings) as monitor:
        monitor.step(0)
        for epoch in range(1, epochs + 1):
            total = 0.0
            for part in torch.randperm(len(images)).split(32):
                optimiser.zero_grad()
                loss = nn.functional.cross_entropy(model(images[part]), labels[part])
                loss.backward()
                optimiser.step()
                total += loss.item() * len(part)
            monitor.step(epoch, train_loss=total / len(images))

    print("I(Y;T), nats")
    table = monitor.table.query("mode == 'certified' and quantity == 'I(Y;T)'")
    print(table[["epoch", "split", "layer", "lower", "estimate", "upper", "standing", "overhead_percent"]].to_string())
    print(f"measurements took {monitor.seconds:.1f} s, {100 * monitor.overhead:.1f} % of the training")
    print(f"infoflow show {out}")


if __name__ == "__main__":
    main()
