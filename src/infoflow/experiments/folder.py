"""The folder of a run: the run that it holds, and the writer of a new or an unfinished one."""

from collections.abc import Sequence
from pathlib import Path

from infoflow._errors import RunFolderError
from infoflow.experiments.kinds import AnyConfig, configured
from infoflow.runs import Run, RunWriter, load_run
from infoflow.runs.schema import MANIFEST_NAME


def stored_run(folder: Path, config: AnyConfig) -> Run | None:
    """Return the run that a folder holds; None if there is none.

    Raises:
        RunFolderError: It holds a run with other settings.
    """
    if not (folder / MANIFEST_NAME).exists():
        return None
    run = load_run(folder)
    if configured(run.manifest["config"]) != config:
        raise RunFolderError(f"run to resume must have the settings asked for, got others in {folder}")
    return run


def run_writer(
    folder: Path, config: AnyConfig, stored: Run | None, *, name: str, command: Sequence[str] | None
) -> RunWriter:
    """Return the writer of a new run, or of the unfinished one that is ``stored``."""
    if stored is not None:
        return RunWriter.resume(folder)
    return RunWriter.create(folder, experiment=name, config=config.as_dict(), seed=config.seed, command=command)
