"""The one runner of all experiments: train, and measure at the scheduled epochs, each result stored at once."""

import os
import time
import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from infoflow._errors import InfoflowWarning
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.estimation import Measurement, kept_inputs, measure
from infoflow.experiments.models import build_model
from infoflow.experiments.problem import Problem
from infoflow.experiments.problems import load_problem
from infoflow.experiments.progress import Listener, Silent
from infoflow.experiments.schedule import log_spaced_epochs
from infoflow.experiments.threads import threads
from infoflow.experiments.training import Losses, Trainer
from infoflow.networks import NoisyNetwork
from infoflow.runs import Run, RunWriter, load_run


def run_experiment(
    config: ExperimentConfig,
    out: str | Path,
    *,
    name: str = "custom",
    command: Sequence[str] | None = None,
    listener: Listener | None = None,
) -> Run:
    """Train the network of an experiment, measure its layers at log-spaced epochs, and return the stored run.

    Equal settings give equal numbers, bit for bit, on one kind of machine. The data are loaded and checked before the
    folder is made. Stored besides the estimates: losses, measures of clustering, weights and noise state of every
    estimated epoch, and the representations of ``config.kept_inputs`` inputs, float32: draws of the noiseless S_l of
    the noisy network (``representations/T1`` …) and those of its twin without noise anywhere (``twin/T1`` …).

    Args:
        config: The settings.
        out: The run folder; it must not exist.
        name: Name of the experiment, for the manifest.
        command: The command line, for the manifest; ``sys.argv`` by default.
        listener: Hears of the progress.

    Raises:
        RunFolderError: ``out`` exists.
        LoadError: The data cannot be read.
        ConfigError: The settings do not fit the data.
        NonFiniteError: Training diverged.
        CrossingError: Certified intervals contradict the data-processing inequality.
    """
    problem = load_problem(config)
    network = build_model(config, problem)
    with RunWriter.create(out, experiment=name, config=config.as_dict(), seed=config.seed, command=command) as writer:
        _Session(config, problem, network, writer, listener or Silent()).run()
    return load_run(out)


class _Session:
    """One run: its network, data, writer and listener."""

    def __init__(
        self, config: ExperimentConfig, problem: Problem, network: NoisyNetwork, writer: RunWriter, listener: Listener
    ) -> None:
        self._config = config
        self._problem = problem
        self._network = network
        self._writer = writer
        self._listener = listener
        self._trainer = Trainer(network, problem, config)
        self._measured = {0, *log_spaced_epochs(config.epochs, config.checkpoints)}
        self._recorded = self._measured | set(log_spaced_epochs(config.epochs, config.history))
        self._training_seconds = 0.0

    def run(self) -> None:
        """Do everything."""
        estimated, layers = sorted(self._measured), self._network.layers
        self._writer.record_event("plan", epochs=self._config.epochs, estimated=estimated, layers=layers)
        self._writer.save_array("labels", self._problem.labels)
        self._writer.save_array("train_inputs", self._problem.train)
        self._writer.save_array("kept_inputs", kept_inputs(len(self._problem.inputs), self._config))
        self._listener.begin(self._config.epochs, len(self._measured), len(self._network.layers))
        self._record(0, None)
        for epoch in range(1, self._config.epochs + 1):
            start = time.perf_counter()
            with threads(1):
                loss = self._trainer.train_epoch()
            self._training_seconds += time.perf_counter() - start
            self._listener.trained(epoch, loss)
            if epoch in self._recorded:
                self._record(epoch, loss)

    def _record(self, epoch: int, noisy_loss: float | None) -> None:
        with threads(1):
            losses = self._trainer.losses()
        self._writer.record_history(
            epoch, **losses._asdict(), noisy_train_loss=noisy_loss, seconds=self._training_seconds
        )
        if epoch in self._measured:
            self._measure(epoch, losses)

    def _measure(self, epoch: int, losses: Losses) -> None:
        start = time.perf_counter()
        with threads(self._config.threads or os.cpu_count() or 1), self._recorded_warnings(epoch):
            result = measure(
                self._network,
                self._problem,
                self._config,
                epoch,
                progress=lambda layer: self._listener.layer_done(epoch, layer),
            )
        self._save_network(epoch)
        for name, array in result.arrays.items():
            self._writer.save_array(name, array, epoch=epoch)
        self._writer.record_measures(epoch, result.measures)
        self._writer.record_estimates(epoch, result.intervals, seconds=time.perf_counter() - start)
        self._listener.estimated(epoch, _summary(epoch, losses, result))

    def _save_network(self, epoch: int) -> None:
        tensors = {f"model.{key}": value.cpu().numpy() for key, value in self._network.model.state_dict().items()}
        self._writer.save_checkpoint(epoch, {**tensors, "noise": self._network.noise_state().numpy()})

    @contextmanager
    def _recorded_warnings(self, epoch: int) -> Generator[None]:
        """Turn the library's own warnings into events of the run; pass all others on."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", InfoflowWarning)
            yield
        for warning in caught:
            if issubclass(warning.category, InfoflowWarning):
                self._writer.record_event("warning", str(warning.message), epoch=epoch)
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def _summary(epoch: int, losses: Losses, result: Measurement) -> str:
    shown = [
        f"{layer} {interval.lower:.2f}-{interval.upper:.2f}"
        for layer, interval in result.intervals
        if (interval.quantity, interval.mode) == ("I(X;T)", "certified")
    ]
    return f"epoch {epoch}: loss {losses.train_loss:.3g}, I(X;T) {', '.join(shown)}"
