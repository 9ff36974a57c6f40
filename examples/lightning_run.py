"""The monitor as a callback of Lightning's Trainer, written to TensorBoard. Needs infoflow[lightning,tensorboard]."""

import argparse
import logging
import tempfile

import torch
from digits import digits
from lightning.pytorch import LightningModule, Trainer
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from infoflow.monitor import LightningMonitor, Monitor, TensorBoardRecorder


class Classifier(LightningModule):
    """An MLP."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.Linear(16, 4), nn.Tanh(), nn.Linear(4, 10)
        )

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        """Return the loss."""
        loss = nn.functional.cross_entropy(self.net(batch[0]), batch[1])
        self.log("train_loss", loss, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """Return the optimiser."""
        return torch.optim.Adam(self.parameters(), lr=5e-3)


def main() -> None:
    """Train and watch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few epochs")
    parser.add_argument("--logs", default=None, help="where TensorBoard's files go")
    arguments = parser.parse_args()
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)

    torch.manual_seed(0)
    images, labels, test_images, test_labels = digits()
    module = Classifier()
    recorder = TensorBoardRecorder(arguments.logs or tempfile.mkdtemp())
    settings = {"test_inputs": test_images, "test_labels": test_labels, "beta": 0.2, "logger": recorder}
    if arguments.quick:
        settings |= {"schedule": [0, 3], "n": 2, "max_inputs": 64}
    monitor = Monitor(module.net, images, labels, **settings)
    trainer = Trainer(
        max_epochs=3 if arguments.quick else 60,
        callbacks=[LightningMonitor(monitor)],
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, DataLoader(TensorDataset(images, labels), batch_size=32, shuffle=True))
    recorder.close()
    print(monitor.records[-1].results["train"])
    print(f"tensorboard --logdir {recorder.writer.log_dir}")


if __name__ == "__main__":
    main()
