"""Records into a run folder, so that ``infoflow show`` and ``infoflow.load_run`` read a monitored training."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infoflow.monitor.record import Record
from infoflow.runs import RunWriter

HISTORY = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")
"""The losses and accuracies that a run's history has columns for."""
_MAIN_SPLIT = "train"


class FolderSink:
    """Writes records and losses into a new run folder.

    Layers of the test split are stored as ``"LAYER (test)"``. Losses under the names of :data:`HISTORY` (and
    ``noisy_train_loss``) go into the history, others into an event of kind ``"losses"``; clustering into events of kind
    ``"clustering"``.

    Args:
        path: The folder; it must not exist.
        config: Settings, for the manifest.
        seed: Seed of the measurements.

    Raises:
        RunFolderError: The folder exists or cannot be made.
    """

    def __init__(self, path: str | Path, *, config: Mapping[str, Any], seed: int):
        self._writer = RunWriter.create(path, experiment="monitor", config=config, seed=seed)
        self.path = self._writer.folder

    def losses(self, epoch: int, losses: Mapping[str, float], seconds: float) -> None:
        """Record the losses of an epoch and the training time until then."""
        known = {name: float(losses.get(name, float("nan"))) for name in HISTORY}
        noisy = losses.get("noisy_train_loss")
        self._writer.record_history(epoch, **known, noisy_train_loss=noisy, seconds=seconds)
        other = {name: float(value) for name, value in losses.items() if name not in (*HISTORY, "noisy_train_loss")}
        if other:
            self._writer.record_event("losses", epoch=epoch, values=other)

    def record(self, record: Record) -> None:
        """Record intervals, clustering and overhead of an epoch."""
        for split, result in record.results.items():
            suffix = "" if split == _MAIN_SPLIT else f" ({split})"
            estimates = [(f"{layer}{suffix}", interval) for layer, interval in result.intervals]
            self._writer.record_estimates(record.epoch, estimates, seconds=result.seconds)
            if result.clustering is not None:
                rows = result.clustering.astype(object).where(result.clustering.notna(), None)
                self._writer.record_event("clustering", split, epoch=record.epoch, rows=rows.to_dict("records"))
        self._writer.record_event(
            "monitor", epoch=record.epoch, seconds=record.monitor_seconds, overhead=record.overhead
        )

    def event(self, kind: str, message: str, **data: Any) -> None:
        """Record that something happened."""
        self._writer.record_event(kind, message, **data)

    def close(self, state: str = "finished", message: str = "") -> None:
        """End the run; a second call does nothing."""
        self._writer.close(state, message)
