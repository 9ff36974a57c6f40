"""Jobs: runs to be made or finished, each by itself or several in one pass of training."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.folder import run_writer, stored_run
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.run import run_images
from infoflow.experiments.kinds import AnyConfig
from infoflow.experiments.models import build_model
from infoflow.experiments.problems import load_problem
from infoflow.experiments.progress import Listener
from infoflow.experiments.session import Session, last_stored_epoch, measured_epochs
from infoflow.experiments.stacked_training import StackedTrainer
from infoflow.experiments.threads import threads
from infoflow.experiments.training import Trainer, check_loss
from infoflow.experiments.validation.config import ValidationConfig
from infoflow.experiments.validation.run import run_validation
from infoflow.runs import Run, RunWriter, load_run
from infoflow.runs.schema import MANIFEST_NAME

_T = TypeVar("_T")
_Config = TypeVar("_Config", bound=AnyConfig)
VectorJob: TypeAlias = "Job[ExperimentConfig]"


@dataclass(frozen=True, kw_only=True)
class Job(Generic[_Config]):
    """A run to be made, or to be finished where its folder holds an unfinished one.

    Attributes:
        folder: The run folder.
        config: The settings.
        experiment: Name of the experiment, for the manifest.
        command: The command line, for the manifest; None for ``sys.argv``.
        label: Put before the lines that the listener gets.
    """

    folder: Path
    config: _Config
    experiment: str
    command: Sequence[str] | None = None
    label: str = ""

    @property
    def begun(self) -> bool:
        """Whether the folder holds a run."""
        return (self.folder / MANIFEST_NAME).exists()

    def stored(self) -> Run | None:
        """Return the run that the folder holds; None if there is none.

        Raises:
            RunFolderError: It holds a run with other settings.
        """
        return stored_run(self.folder, self.config)

    @property
    def finished(self) -> bool:
        """Whether the folder holds the whole run."""
        run = self.stored()
        return run is not None and run.state == "finished"

    def writer(self) -> RunWriter:
        """Return the writer of a new run, or of the unfinished one."""
        return run_writer(self.folder, self.config, self.stored(), name=self.experiment, command=self.command)


def start_epoch(job: VectorJob) -> int | None:
    """Return the epoch after which a run goes on; None for a run from the beginning."""
    run = job.stored()
    return None if run is None else last_stored_epoch(run, job.config)


def run_images_job(job: Job[ImageConfig], listener: Listener) -> None:
    """Make or finish one run with images; raises what :func:`infoflow.experiments.images.run_images` does."""
    run_images(job.config, job.folder, name=job.experiment, command=job.command, listener=listener, resume=job.begun)


def run_validation_job(job: Job[ValidationConfig], listener: Listener) -> None:
    """Make or finish one check of estimators; raises what ``run_validation`` does."""
    run_validation(
        job.config, job.folder, name=job.experiment, command=job.command, listener=listener, resume=job.begun
    )


def run_alone(job: VectorJob, listener: Listener) -> None:
    """Make or finish one run; it repeats bit for bit, whether or not it was broken off in between.

    Data and settings are checked before the folder is made.

    Raises:
        RunFolderError: The folder holds a finished run or one with other settings, or cannot be made.
        LoadError: The data cannot be read.
        ConfigError: The settings do not fit the data.
        NonFiniteError: Training diverged.
        CrossingError: Certified intervals contradict the data-processing inequality.
    """
    problem = load_problem(job.config)
    trainer = Trainer(build_model(job.config, problem), problem, job.config)
    start = start_epoch(job)
    _announce([job], start, listener)
    with job.writer() as writer:
        session = Session(job.config, problem, trainer.network, trainer, writer, listener, job.label)
        if start is None:
            session.begin()
        else:
            trainer.load_state(start, session.go_on(load_run(job.folder), start))
        for epoch in range((start or 0) + 1, job.config.epochs + 1):
            loss, seconds = _timed(trainer.train_epoch)
            listener.trained(epoch, loss)
            session.trained(epoch, loss, seconds)


def run_together(jobs: Sequence[VectorJob], listener: Listener) -> None:
    """Make or finish runs that can be stacked, trained in one pass; one that fails is recorded, the others go on.

    Args:
        jobs: Runs with the same :func:`start_epoch`.
        listener: Hears of the progress.

    Raises:
        RunFolderError: As in :func:`run_alone`.
        LoadError: As in :func:`run_alone`.
        ConfigError: As in :func:`run_alone`.
    """
    problems = [load_problem(job.config) for job in jobs]
    networks = [build_model(job.config, problem) for job, problem in zip(jobs, problems, strict=True)]
    trainer = StackedTrainer(networks, problems, [job.config for job in jobs])
    start = start_epoch(jobs[0])
    _announce(jobs, start, listener)
    with ExitStack() as stack:
        writers = [stack.enter_context(job.writer()) for job in jobs]
        sessions = [
            Session(job.config, problem, network, trainer.member(row), writer, listener, job.label)
            for row, (job, problem, network, writer) in enumerate(zip(jobs, problems, networks, writers, strict=True))
        ]
        _Pass(jobs, sessions, trainer, listener).run(start)


class _Pass:
    """One pass of training over several sessions, of which some may fail."""

    def __init__(
        self, jobs: Sequence[VectorJob], sessions: Sequence[Session], trainer: StackedTrainer, listener: Listener
    ) -> None:
        self._jobs, self._trainer, self._listener = jobs, trainer, listener
        self._sessions = sessions
        self._alive = list(range(len(sessions)))

    def run(self, start: int | None) -> None:
        if start is None:
            self._each(lambda row: self._sessions[row].begin())
        else:
            pairs = zip(self._sessions, self._jobs, strict=True)
            self._trainer.load_state(start, [session.go_on(load_run(job.folder), start) for session, job in pairs])
        for epoch in range((start or 0) + 1, self._jobs[0].config.epochs + 1):
            if not self._alive:
                return
            self._train(epoch)

    def _train(self, epoch: int) -> None:
        losses, seconds = _timed(self._trainer.train_epoch)
        share = seconds / len(losses)
        self._listener.trained(epoch, sum(losses[row] for row in self._alive) / len(self._alive))

        def finish(row: int) -> None:
            check_loss(losses[row], epoch)
            self._sessions[row].trained(epoch, losses[row], share)

        self._each(finish)

    def _each(self, act: Callable[[int], None]) -> None:
        """Do something for every run that has not failed; one that fails is recorded and left out from then on."""
        for row in list(self._alive):
            try:
                act(row)
            except Exception as error:  # noqa: BLE001 - whatever ends one run must not end the others
                self._sessions[row].writer.fail(error)
                self._alive.remove(row)


def _announce(jobs: Sequence[VectorJob], start: int | None, listener: Listener) -> None:
    config = jobs[0].config
    done = -1 if start is None else start
    left = sum(epoch > done for epoch in measured_epochs(config))
    listener.begin(config.epochs - max(done, 0), left * len(jobs), len(config.hidden))


def _timed(work: Callable[[], _T]) -> tuple[_T, float]:
    """Return the result of work done on one thread, and the seconds it took."""
    start = time.perf_counter()
    with threads(1):
        result = work()
    return result, time.perf_counter() - start
