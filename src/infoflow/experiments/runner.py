"""The one way into all experiments: make a run, or a study of several seeds; go on where one was broken off."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infoflow._errors import RunFolderError
from infoflow.experiments.jobs import Job
from infoflow.experiments.kinds import AnyConfig, configured
from infoflow.experiments.progress import Listener, Silent
from infoflow.experiments.study import STUDY_NAME, AnyJob, run_job, run_jobs, stored_jobs, study_jobs, write_study
from infoflow.runs import Run, load_run


def run_experiment(
    config: AnyConfig,
    out: str | Path,
    *,
    name: str = "custom",
    command: Sequence[str] | None = None,
    listener: Listener | None = None,
    resume: bool = False,
) -> Run:
    """Train the network of an experiment, measure its layers at log-spaced epochs, and return the stored run.

    Equal settings give equal numbers, bit for bit, on one kind of machine, whether or not the run was broken off and
    resumed. The data are loaded and checked before the folder is made. Stored besides the estimates: losses, measures
    of clustering, weights, noise and optimiser state of every estimated epoch, and the representations of
    ``config.kept_inputs`` inputs, float32: draws of the noiseless S_l of the noisy network (``representations/T1`` …)
    and those of its twin without noise anywhere (``twin/T1`` …).

    Args:
        config: The settings.
        out: The run folder; it must not exist, unless ``resume``.
        name: Name of the experiment, for the manifest.
        command: The command line, for the manifest; ``sys.argv`` by default.
        listener: Hears of the progress.
        resume: Return the finished run that ``out`` holds, finish an unfinished one, or make it.

    Raises:
        RunFolderError: ``out`` exists; with ``resume``, it holds a run with other settings.
        LoadError: The data cannot be read.
        ConfigError: The settings do not fit the data.
        NonFiniteError: Training diverged.
        CrossingError: Certified intervals contradict the data-processing inequality.
    """
    job = Job(folder=Path(out), config=config, experiment=name, command=command)
    if not resume:
        _refuse_existing(job.folder)
    if not (resume and job.finished):
        run_job(job, listener or Silent())
    return load_run(out)


def run_study(
    config: AnyConfig,
    out: str | Path,
    seeds: Iterable[int] = range(3),
    *,
    sweep: Mapping[str, Sequence[Any]] | None = None,
    name: str = "custom",
    command: Sequence[str] | None = None,
    listener: Listener | None = None,
    resume: bool = False,
    together: bool = True,
) -> list[Run]:
    """Make the runs of an experiment with several seeds, in the folders ``seed0``, ``seed1``, … of ``out``.

    Seeds (and betas) of one small network train together in one pass, which costs less than one of them alone did; they
    then equal runs by themselves up to float rounding, which training amplifies. A run that fails is recorded, the
    rest goes on, and its ``state`` is ``"failed"``.

    Args:
        config: The settings; its seed is replaced.
        out: Folder of the study; it must not exist, unless ``resume``.
        seeds: Different seeds.
        sweep: Settings with several values each; runs are then in ``beta=0.01/seed0`` and so on.
        name: Name of the experiment, for the manifests.
        command: The command line, for the manifests; ``sys.argv`` by default.
        listener: Hears of the progress.
        resume: Keep finished runs of ``out``, finish unfinished ones, and make those that are missing.
        together: Whether to train in one pass where that is possible.

    Returns:
        The runs, by swept value and seed.

    Raises:
        RunFolderError: ``out`` exists; with ``resume``, a run in it has other settings.
        LoadError: The data cannot be read.
        ConfigError: The settings do not fit the data.
        ValueError: No seed, or one twice.
    """
    folder = Path(out)
    jobs = study_jobs(config, folder, seeds, sweep or {}, name=name, command=command)
    if not resume:
        _refuse_existing(folder)
    write_study(folder, name, _united(folder, jobs))
    run_jobs(jobs, listener or Silent(), together=together)
    return [load_run(job.folder) for job in jobs]


def resume_stored(path: str | Path, *, listener: Listener | None = None) -> list[Run]:
    """Finish a stored run, or all unfinished runs of a stored study, with the settings they were begun with.

    Args:
        path: A run folder, or the folder of a study.
        listener: Hears of the progress.

    Returns:
        The run, or all runs of the study.

    Raises:
        RunFolderError: Neither a run nor a study, or one that is finished, or that another process writes.
        LoadError: The data cannot be read.
        ConfigError: A later infoflow wrote settings that this one does not know.
        NonFiniteError: The training of a single run diverged.
    """
    folder = Path(path)
    if (folder / STUDY_NAME).exists():
        jobs = stored_jobs(folder)
        if all(job.finished for job in jobs):
            raise RunFolderError(f"study to resume must be unfinished, got a finished one: {folder}")
        run_jobs(jobs, listener or Silent())
        return [load_run(job.folder) for job in jobs]
    manifest = load_run(folder).manifest
    job = Job(folder=folder, config=configured(manifest["config"]), experiment=manifest["experiment"])
    if job.finished:
        raise RunFolderError(f"run to resume must be unfinished, got a finished one: {folder}")
    run_job(job, listener or Silent())
    return [load_run(folder)]


def _united(folder: Path, jobs: Sequence[AnyJob]) -> list[AnyJob]:
    """Return the runs that a study has already, and those of ``jobs`` that it has not."""
    stored = stored_jobs(folder) if (folder / STUDY_NAME).exists() else []
    known = {job.folder for job in stored}
    return [*stored, *(job for job in jobs if job.folder not in known)]


def _refuse_existing(out: Path) -> None:
    if out.exists():
        raise RunFolderError(f"run folder must not exist yet, got {out} (nothing was overwritten)")
