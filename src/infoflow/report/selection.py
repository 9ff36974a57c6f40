"""Which runs a page shows: run folders, and folders that hold several, with a name for each."""

from collections.abc import Sequence
from pathlib import Path

from infoflow._errors import RunFolderError
from infoflow.runs.schema import MANIFEST_NAME

_MAX_RUNS = 40


def run_folders(paths: Sequence[Path]) -> list[Path]:
    """Return the run folders named by ``paths``; a folder without manifest stands for the runs directly inside it.

    Raises:
        RunFolderError: A path is neither a run folder nor a folder of runs, or there are too many runs for one page.
    """
    folders = list(dict.fromkeys(folder for path in paths for folder in _folders(path)))
    if not folders:
        raise RunFolderError("run must be at least one run folder, got none")
    if len(folders) > _MAX_RUNS:
        raise RunFolderError(f"a page must show at most {_MAX_RUNS} runs, got {len(folders)}")
    return folders


def run_names(folders: Sequence[Path]) -> list[str]:
    """Return a short name for each folder: its own, with as many parents as tell it from the others."""
    resolved = [folder.resolve() for folder in folders]
    depth = 1
    while depth < 8 and len({path.parts[-depth:] for path in resolved}) < len(resolved):
        depth += 1
    return ["/".join(path.parts[-depth:]) for path in resolved]


def _folders(path: Path) -> list[Path]:
    if (path / MANIFEST_NAME).exists() or not path.is_dir():
        return [path]
    inside = sorted((child.parent for child in path.glob(f"*/{MANIFEST_NAME}")), key=_natural)
    return inside or [path]  # a folder that is neither: opening it says so


def _natural(path: Path) -> tuple[str, int, str]:
    stem = path.name.rstrip("0123456789")
    number = path.name[len(stem) :]
    return stem, int(number) if number else -1, path.name
