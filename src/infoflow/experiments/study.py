"""Studies: one experiment with several seeds, and perhaps several values of one setting, a run folder for each.

::

    STUDY/study.json       the runs and how their settings differ
    STUDY/seed0, seed1, …  run folders; STUDY/beta=0.01/seed0, … where a setting is swept
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, cast

from infoflow._errors import RunFolderError
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.jobs import (
    Job,
    VectorJob,
    run_alone,
    run_images_job,
    run_together,
    run_validation_job,
    start_epoch,
)
from infoflow.experiments.kinds import AnyConfig, configured
from infoflow.experiments.progress import Listener
from infoflow.experiments.stacked_training import stackable
from infoflow.experiments.validation.config import ValidationConfig
from infoflow.runs import atomic

STUDY_NAME = "study.json"
AnyJob: TypeAlias = Job[AnyConfig]


def study_jobs(
    config: AnyConfig,
    out: Path,
    seeds: Iterable[int],
    sweep: Mapping[str, Sequence[Any]],
    *,
    name: str,
    command: Sequence[str] | None,
) -> list[AnyJob]:
    """Return the runs of a study: every seed with every combination of the swept settings.

    Raises:
        ConfigError: A swept setting does not exist or has a value out of its range.
        ValueError: No seed, or one twice.
    """
    chosen = list(seeds)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"seeds must be different and at least one, got {chosen}")
    jobs: list[AnyJob] = []
    for values in itertools.product(*sweep.values()):
        changes = dict(zip(sweep, values, strict=True))
        folders = [f"{key}={_shown(value)}" for key, value in changes.items()]
        for seed in chosen:
            label = ", ".join([*folders, f"seed {seed}"])
            jobs.append(
                Job(
                    folder=out.joinpath(*folders, f"seed{seed}"),
                    config=config.changed(**changes, seed=seed),
                    experiment=name,
                    command=command,
                    label=f"{label}: ",
                )
            )
    return jobs


def run_jobs(jobs: Sequence[AnyJob], listener: Listener, *, together: bool = True) -> None:
    """Make or finish all runs that are not finished; one that fails is recorded and the rest goes on.

    Args:
        jobs: The runs.
        listener: Hears of the progress.
        together: Whether small networks of one shape train in one pass.
    """
    for group in _groups([job for job in jobs if not job.finished], together):
        if len(group) > 1:
            run_together([cast("VectorJob", job) for job in group], listener)
        else:
            _run_recorded(group[0], listener)


def run_job(job: AnyJob, listener: Listener) -> None:
    """Make or finish one run, of any kind; raises what :func:`infoflow.experiments.runner.run_experiment` does."""
    if isinstance(job.config, ImageConfig):
        run_images_job(cast("Job[ImageConfig]", job), listener)
    elif isinstance(job.config, ValidationConfig):
        run_validation_job(cast("Job[ValidationConfig]", job), listener)
    else:
        run_alone(cast("VectorJob", job), listener)


def write_study(out: Path, name: str, jobs: Sequence[AnyJob]) -> None:
    """Write which runs a study has and how their settings differ."""
    entries = [{"folder": job.folder.relative_to(out).as_posix(), "config": job.config.as_dict()} for job in jobs]
    content = json.dumps({"experiment": name, "runs": entries}, indent=1, allow_nan=False) + "\n"
    atomic.write_bytes(out / STUDY_NAME, content.encode())


def stored_jobs(out: Path, command: Sequence[str] | None = None) -> list[AnyJob]:
    """Return the runs of a stored study.

    Raises:
        RunFolderError: ``out`` is no study, or its file is damaged.
        ConfigError: A later infoflow wrote settings that this one does not know.
    """
    path = out / STUDY_NAME
    try:
        study = json.loads(path.read_text(encoding="utf-8"))
        entries = [(str(entry["folder"]), dict(entry["config"])) for entry in study["runs"]]
        name = str(study["experiment"])
    except FileNotFoundError:
        raise RunFolderError(f"study must be a folder with a {STUDY_NAME}, got {out}") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RunFolderError(f"{path} must be a whole study file: {type(error).__name__} {error}") from None
    return [
        Job(folder=out / folder, config=configured(config), experiment=name, command=command)
        for folder, config in entries
    ]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _groups(jobs: Sequence[AnyJob], together: bool) -> list[list[AnyJob]]:
    """Return the jobs in groups that one pass can train."""
    groups: list[list[AnyJob]] = []
    for job in jobs:
        group = next((group for group in groups if together and _fits(group[0], job)), None)
        if group is None:
            groups.append([job])
        else:
            group.append(job)
    return groups


def _fits(first: AnyJob, job: AnyJob) -> bool:
    if not (isinstance(first.config, ExperimentConfig) and isinstance(job.config, ExperimentConfig)):
        return False
    alike = stackable([first.config, job.config])
    return alike and start_epoch(cast("VectorJob", first)) == start_epoch(cast("VectorJob", job))


def _run_recorded(job: AnyJob, listener: Listener) -> None:
    try:
        run_job(job, listener)
    except Exception:
        if not job.begun:  # nothing was run: the settings or the data are at fault, for all runs
            raise
