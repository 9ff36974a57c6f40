from pathlib import Path

import pytest

from infoflow._errors import RunFolderError
from infoflow.report.selection import run_folders, run_names


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}")
    return folder


def test_a_folder_of_seeds_stands_for_its_runs_in_their_order(tmp_path: Path) -> None:
    for seed in (10, 2, 0):
        make(tmp_path / "all" / f"seed{seed}")
    assert [path.name for path in run_folders([tmp_path / "all"])] == ["seed0", "seed2", "seed10"]


def test_a_run_named_twice_is_one_run(tmp_path: Path) -> None:
    run = make(tmp_path / "a")
    assert run_folders([run, run]) == [run]


def test_names_have_as_many_parents_as_tell_them_apart(tmp_path: Path) -> None:
    runs = [make(tmp_path / "x" / "seed0"), make(tmp_path / "y" / "seed0")]
    assert run_names(runs) == ["x/seed0", "y/seed0"]
    assert run_names(runs[:1]) == ["seed0"]


def test_no_run_and_too_many_runs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="at least one run folder"):
        run_folders([])
    for index in range(41):
        make(tmp_path / "many" / f"run{index}")
    with pytest.raises(RunFolderError, match="at most 40 runs, got 41"):
        run_folders([tmp_path / "many"])
