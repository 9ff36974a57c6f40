"""Studies: one experiment with several seeds, and perhaps several values of one setting, a run folder for each.

::

    STUDY/study.json       the runs and how their settings differ
    STUDY/seed0, seed1, …  run folders; STUDY/beta=0.01/seed0, … where a setting is swept
"""

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from infoflow._errors import RunFolderError
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.jobs import Job, run_alone, run_together
from infoflow.experiments.progress import Listener
from infoflow.experiments.stacked_training import stackable
from infoflow.runs import atomic

STUDY_NAME = "study.json"


def study_jobs(
    config: ExperimentConfig,
    out: Path,
    seeds: Iterable[int],
    sweep: Mapping[str, Sequence[Any]],
    *,
    name: str,
    command: Sequence[str] | None,
) -> list[Job]:
    """Return the runs of a study: every seed with every combination of the swept settings.

    Raises:
        ConfigError: A swept setting does not exist or has a value out of its range.
        ValueError: No seed, or one twice.
    """
    chosen = list(seeds)
    if not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(f"seeds must be different and at least one, got {chosen}")
    jobs: list[Job] = []
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


def run_jobs(jobs: Sequence[Job], listener: Listener, *, together: bool = True) -> None:
    """Make or finish all runs that are not finished; one that fails is recorded and the rest goes on.

    Args:
        jobs: The runs.
        listener: Hears of the progress.
        together: Whether small networks of one shape train in one pass.
    """
    for group in _groups([job for job in jobs if not job.finished], together):
        if len(group) > 1:
            run_together(group, listener)
        else:
            _run_recorded(group[0], listener)


def write_study(out: Path, name: str, jobs: Sequence[Job]) -> None:
    """Write which runs a study has and how their settings differ."""
    entries = [{"folder": job.folder.relative_to(out).as_posix(), "config": job.config.as_dict()} for job in jobs]
    content = json.dumps({"experiment": name, "runs": entries}, indent=1, allow_nan=False) + "\n"
    atomic.write_bytes(out / STUDY_NAME, content.encode())


def stored_jobs(out: Path, command: Sequence[str] | None = None) -> list[Job]:
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
        Job(folder=out / folder, config=ExperimentConfig().changed(**config), experiment=name, command=command)
        for folder, config in entries
    ]


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _groups(jobs: Sequence[Job], together: bool) -> list[list[Job]]:
    """Return the jobs in groups that one pass can train."""
    groups: list[list[Job]] = []
    for job in jobs:
        fitting = (g for g in groups if together and g[0].start == job.start and _fits(g, job))
        group = next(fitting, None)
        if group is None:
            groups.append([job])
        else:
            group.append(job)
    return groups


def _fits(group: Sequence[Job], job: Job) -> bool:
    return stackable([group[0].config, job.config])


def _run_recorded(job: Job, listener: Listener) -> None:
    try:
        run_alone(job, listener)
    except Exception:
        if not job.begun:  # nothing was run: the settings or the data are at fault, for all runs
            raise
