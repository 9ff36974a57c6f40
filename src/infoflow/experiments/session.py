"""One run while it goes on: what is measured and stored at which epoch, and going on where an earlier one stopped."""

import os
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from infoflow._errors import InfoflowWarning
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.estimation import Measurement, kept_inputs, measure
from infoflow.experiments.learned import learned_measures
from infoflow.experiments.problem import Problem
from infoflow.experiments.progress import Listener
from infoflow.experiments.schedule import log_spaced_epochs
from infoflow.experiments.threads import threads
from infoflow.experiments.training import Losses
from infoflow.networks import NoisyNetwork
from infoflow.runs import Run, RunWriter

_MODEL, _NOISE = "model.", "noise"


class Training(Protocol):
    """What a session asks of whatever trains its network."""

    def losses(self) -> Losses:
        """Return losses and accuracies of the network as it is, without noise."""
        ...

    def state(self) -> dict[str, npt.NDArray[Any]]:
        """Return what training needs to go on besides weights and noise."""
        ...


class Session:
    """One run: its network, its data, and its writer.

    Attributes:
        config: Its settings.
        problem: Its data.
        network: Its network.
        training: What trains the network.
        writer: Its writer.
    """

    def __init__(
        self,
        config: ExperimentConfig,
        problem: Problem,
        network: NoisyNetwork,
        training: Training,
        writer: RunWriter,
        listener: Listener,
        label: str = "",
    ) -> None:
        """``label`` is put before the lines that the listener gets."""
        self.config = config
        self.problem = problem
        self.network = network
        self.training = training
        self.writer = writer
        self.measured = measured_epochs(config)
        self._recorded = {*self.measured, *log_spaced_epochs(config.epochs, config.history)}
        self._listener = listener
        self._label = label
        self._seconds = 0.0

    def begin(self) -> None:
        """Store what does not change, and measure the network before its training."""
        self.writer.record_event(
            "plan", epochs=self.config.epochs, estimated=self.measured, layers=list(self.network.layers)
        )
        self.writer.save_array("inputs", self.problem.inputs)
        self.writer.save_array("labels", self.problem.labels)
        self.writer.save_array("train_inputs", self.problem.train)
        self.writer.save_array("kept_inputs", kept_inputs(len(self.problem.inputs), self.config))
        self._record(0, None)

    def trained(self, epoch: int, loss: float, seconds: float) -> None:
        """Measure and store what is due after an epoch that had this mean loss with noise and took these seconds."""
        self._seconds += seconds
        if epoch in self._recorded:
            self._record(epoch, loss)

    def go_on(self, run: Run, epoch: int) -> dict[str, npt.NDArray[Any]]:
        """Take weights, noise and training time of a stored epoch, and return the state of its training."""
        tensors = run.checkpoint(epoch)
        weights = {name.removeprefix(_MODEL): value for name, value in tensors.items() if name.startswith(_MODEL)}
        self.network.model.load_state_dict({name: torch.from_numpy(value) for name, value in weights.items()})
        self.network.load_noise_state(torch.from_numpy(tensors[_NOISE]))
        history = run.history
        self._seconds = float(history["seconds"][history["epoch"] == epoch].iloc[0])
        return {name: value for name, value in tensors.items() if not name.startswith(_MODEL) and name != _NOISE}

    def _record(self, epoch: int, noisy_loss: float | None) -> None:
        with threads(1):
            losses = self.training.losses()
        if epoch in self.measured:
            self._measure(epoch, losses)
        # last: an epoch is in the history when everything of it is stored, and can be gone on from
        self.writer.record_history(epoch, **losses._asdict(), noisy_train_loss=noisy_loss, seconds=self._seconds)

    def _measure(self, epoch: int, losses: Losses) -> None:
        start = time.perf_counter()
        with threads(self.config.threads or os.cpu_count() or 1), self._recorded_warnings(epoch):
            result = measure(
                self.network,
                self.problem,
                self.config,
                epoch,
                progress=lambda layer: self._listener.layer_done(epoch, layer),
            )
        self._save_checkpoint(epoch)
        for name, array in result.arrays.items():
            self.writer.save_array(name, array, epoch=epoch)
        self.writer.record_measures(epoch, [*result.measures, *learned_measures(self.network)])
        self.writer.record_estimates(epoch, result.intervals, seconds=time.perf_counter() - start)
        self._listener.estimated(epoch, self._label + _summary(epoch, losses, result))

    def _save_checkpoint(self, epoch: int) -> None:
        state = self.network.model.state_dict()
        tensors = {f"{_MODEL}{name}": np.array(value.cpu().numpy()) for name, value in state.items()}
        noise = {_NOISE: self.network.noise_state().numpy()}
        self.writer.save_checkpoint(epoch, tensors | noise | self.training.state())

    @contextmanager
    def _recorded_warnings(self, epoch: int) -> Generator[None]:
        """Turn the library's own warnings into events of the run; pass all others on."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", InfoflowWarning)
            yield
        for warning in caught:
            if issubclass(warning.category, InfoflowWarning):
                self.writer.record_event("warning", str(warning.message), epoch=epoch)
            else:
                warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)


def measured_epochs(config: ExperimentConfig) -> list[int]:
    """Return the epochs after which the layers are measured, ascending."""
    return sorted({0, *log_spaced_epochs(config.epochs, config.checkpoints)})


def last_stored_epoch(run: Run, config: ExperimentConfig) -> int | None:
    """Return the last measured epoch that a run stored wholly; None if there is none."""
    stored = set(run.history["epoch"]) & set(run.checkpoint_epochs()) & set(measured_epochs(config))
    return max(stored, default=None)


def _summary(epoch: int, losses: Losses, result: Measurement) -> str:
    shown = [
        f"{layer} {interval.lower:.2f}-{interval.upper:.2f}"
        for layer, interval in result.intervals
        if (interval.quantity, interval.mode) == ("I(X;T)", "certified")
    ]
    return f"epoch {epoch}: loss {losses.train_loss:.3g}, I(X;T) {', '.join(shown)}"
