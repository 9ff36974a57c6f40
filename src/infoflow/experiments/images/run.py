"""One run of an experiment with images: train, measure, store; broken off, it goes on from its last checkpoint."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from infoflow.experiments.folder import run_writer, stored_run
from infoflow.experiments.images.cnn import LAYERS, OUTPUT, ImageNetwork, build_network
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.images import ImageData, load_images
from infoflow.experiments.images.measuring import ERRORS, NOISY_ERRORS, ImageMeasurement, measure
from infoflow.experiments.images.training import ImageTrainer, scores, settle_statistics
from infoflow.experiments.progress import Listener, Silent
from infoflow.experiments.schedule import log_spaced_epochs
from infoflow.experiments.threads import threads
from infoflow.runs import Run, RunWriter, load_run
from infoflow.runs.schema import CHECKPOINTS_NAME

_HISTORY_IMAGES = 5000
"""Training images whose loss without noise is reported: the first ones."""


def run_images(
    config: ImageConfig,
    out: str | Path,
    *,
    name: str = "mnist-cnn",
    command: Sequence[str] | None = None,
    listener: Listener | None = None,
    resume: bool = False,
) -> Run:
    """Train the network, measure its layers at log-spaced epochs, and return the stored run.

    Equal settings give equal numbers, bit for bit, on one kind of machine, whether or not the run was broken off and
    resumed. Stored besides losses, measures and intervals, at epochs 0, 1, ``config.checkpoints`` log-spaced ones and
    the last:

    * weights, as checkpoints;
    * ``representations/T1`` … ``L4`` and ``twin/…``: of ``config.kept_inputs`` test images, with noise before the layer
      and without any, float32;
    * ``cosine_histogram/T1`` … and ``distance_histogram/T1`` …, with ``twin_`` before them without noise: pairs of
      measured test images per bin, of one class (row 0) and of two (row 1); the bins are equal, on [-1, 1] and on
      [0, ``distance_largest/T1``];
    * ``labels``: of all images, training images first; ``kept_inputs``: which of these are kept; ``train_inputs``.

    The test images are the ones measured; the reported training loss is that of the first 5000 training images.

    Args:
        config: The settings.
        out: The run folder; it must not exist, unless ``resume``.
        name: Name of the experiment, for the manifest.
        command: The command line, for the manifest; ``sys.argv`` by default.
        listener: Hears of the progress.
        resume: Return the finished run that ``out`` holds, finish an unfinished one, or make it.

    Raises:
        RunFolderError: ``out`` exists; with ``resume``, it holds a run with other settings.
        LoadError: The data are missing, partial or altered.
        ConfigError: The settings do not fit the data.
        NonFiniteError: Training diverged.
        CrossingError: Certified intervals contradict the data-processing inequality.
    """
    folder = Path(out)
    stored = stored_run(folder, config) if resume else None
    if stored is not None and stored.state == "finished":
        return stored
    data = load_images(config)
    with threads(config.threads):
        network = build_network(config)
        with run_writer(folder, config, stored, name=name, command=command) as writer:
            _Session(config, data, network, writer, listener or Silent()).run(stored)
    return load_run(folder)


def measured_epochs(config: ImageConfig) -> list[int]:
    """Return the epochs at which everything is measured: 0, 1, ``config.checkpoints`` log-spaced ones, the last."""
    return sorted({0, 1, config.epochs, *log_spaced_epochs(config.epochs, config.checkpoints)})


class _Session:
    """One run: its network, data, writer and listener."""

    def __init__(
        self, config: ImageConfig, data: ImageData, network: ImageNetwork, writer: RunWriter, listener: Listener
    ) -> None:
        self._config = config
        self._data = data
        self._network = network
        self._writer = writer
        self._listener = listener
        self._measured = measured_epochs(config)
        self._recorded = {*self._measured, *log_spaced_epochs(config.epochs, config.history)}
        self._training_seconds = 0.0
        self._passing: Path | None = None  # a checkpoint that is kept until there is a later one

    def run(self, stored: Run | None) -> None:
        """Do everything, or what a run that was broken off has left."""
        config = self._config
        done = None if stored is None else max(stored.checkpoint_epochs(), default=None)
        self._listener.begin(
            config.epochs - (done or 0),
            sum(epoch > (-1 if done is None else done) for epoch in self._measured),
            len(LAYERS),
        )
        if stored is None or done is None:
            self._begin()
        else:
            self._network.load(stored.checkpoint(done))
            self._passing = None if done in self._measured else self._checkpoint_path(done)
            self._training_seconds = float(stored.history["seconds"].max())
        trainer = ImageTrainer(self._network, self._data, config, epoch=done or 0)
        for epoch in range((done or 0) + 1, config.epochs + 1):
            start = time.perf_counter()
            loss = trainer.train_epoch()
            self._training_seconds += time.perf_counter() - start
            self._listener.trained(epoch, loss)
            self._record(epoch, loss)

    def _begin(self) -> None:
        settle_statistics(self._network, self._data, self._config)
        self._writer.record_event("plan", epochs=self._config.epochs, estimated=self._measured, layers=list(LAYERS))
        self._save_choices()
        self._record(0, None)

    def _checkpoint_path(self, epoch: int) -> Path:
        return self._writer.folder / CHECKPOINTS_NAME / f"{epoch:08d}.safetensors"

    def _save_choices(self) -> None:
        data, n_train = self._data, len(self._data.train_images)
        self._writer.save_array("labels", np.concatenate([data.train_labels, data.test_labels]))
        self._writer.save_array("train_inputs", np.arange(n_train))
        self._writer.save_array("kept_inputs", n_train + data.measured[: self._config.kept_inputs])

    def _record(self, epoch: int, noisy_loss: float | None) -> None:
        """Store what belongs to an epoch, its checkpoint last: a run that is resumed has everything up to there."""
        if epoch in self._recorded:
            errors = self._record_history(epoch, noisy_loss)
            if epoch in self._measured:
                self._measure(epoch, errors)
        path = self._writer.save_checkpoint(epoch, self._network.state())
        if self._passing is not None:
            self._passing.unlink(missing_ok=True)
        self._passing = None if epoch in self._measured else path

    def _record_history(self, epoch: int, noisy_loss: float | None) -> float:
        data = self._data
        train = scores(self._network, data.train_images[:_HISTORY_IMAGES], data.train_labels[:_HISTORY_IMAGES])
        test = scores(self._network, data.test_images, data.test_labels)
        self._writer.record_history(
            epoch,
            train_loss=train.loss,
            test_loss=test.loss,
            train_accuracy=train.accuracy,
            test_accuracy=test.accuracy,
            noisy_train_loss=noisy_loss,
            seconds=self._training_seconds,
        )
        return test.errors

    def _measure(self, epoch: int, errors: float) -> None:
        start = time.perf_counter()
        found = measure(self._network, self._data, self._config, epoch, errors)
        for layer in LAYERS:
            self._listener.layer_done(epoch, layer)
        for name, array in found.arrays.items():
            self._writer.save_array(name, array, epoch=epoch)
        self._writer.record_measures(epoch, found.measures)
        if found.intervals:
            self._writer.record_estimates(epoch, found.intervals, seconds=time.perf_counter() - start)
        self._listener.estimated(epoch, _summary(epoch, found, len(self._data.test_images)))


def _summary(epoch: int, found: ImageMeasurement, m: int) -> str:
    values = {(layer, name): value for layer, name, value in found.measures}
    plain, noisy = values[OUTPUT, ERRORS], values[OUTPUT, NOISY_ERRORS]
    return f"epoch {epoch}: {plain:g} errors of {m} without noise, {noisy:g} with it"
