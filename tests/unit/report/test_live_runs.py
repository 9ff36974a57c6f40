from pathlib import Path

import pytest

from infoflow._errors import RunFolderError
from infoflow.report.live_runs import LiveRuns
from infoflow.runs import RunWriter

LAYERS = {"T1": 4, "T2": 2}


@pytest.fixture
def writer(tmp_path: Path):
    with RunWriter.create(tmp_path / "run", experiment="e", config={}, seed=0) as opened:
        yield opened


def test_every_record_makes_another_version(writer, recorded_epoch) -> None:
    runs = LiveRuns([writer.folder])
    seen = {runs.version()}
    assert runs.version() in seen
    for epoch in (0, 1):
        recorded_epoch(writer, epoch, layers=LAYERS, m=10)
        assert runs.version() not in seen
        seen.add(runs.version())
        [run] = runs.payload()["runs"]
        assert run["state"] == "running"
        assert run["progress"]["estimated"] == epoch + 1
        assert run["views"]["T1"]["epochs"] == list(range(epoch + 1))


def test_the_end_of_a_run_is_seen(writer) -> None:
    runs = LiveRuns([writer.folder])
    before = runs.version()
    writer.close("finished")
    assert runs.version() != before
    assert runs.payload()["runs"][0]["state"] == "finished"


def test_a_death_without_a_word_is_seen(tmp_path: Path) -> None:
    writer = RunWriter.create(tmp_path / "run", experiment="e", config={}, seed=0)
    runs = LiveRuns([tmp_path / "run"])
    before = runs.version()
    writer._lock.release()  # what the kernel does for a killed process
    assert runs.version() != before
    assert runs.payload()["runs"][0]["state"] == "interrupted"
    writer._database.close()


def test_frames_of_the_run_and_nothing_else(writer, recorded_epoch) -> None:
    recorded_epoch(writer, 0, layers=LAYERS, m=10)
    runs = LiveRuns([writer.folder])
    runs.payload()
    assert set(runs.frame(0, "T1", 0)) == {"revision", "scale", "points", "counts"}
    for index, layer, epoch in [
        (1, "T1", 0),
        (-1, "T1", 0),
        (0, "T9", 0),
        (0, "T1", 5),
        (0, "../labels", 0),
        (0, "", 0),
    ]:
        with pytest.raises(RunFolderError, match="must be one"):
            runs.frame(index, layer, epoch)


def test_a_run_that_has_not_begun_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "later"
    with pytest.raises(RunFolderError, match="run must be a run folder"):
        LiveRuns([folder])
    runs = LiveRuns([folder], must_exist=False)
    assert runs.payload()["runs"] == []
    assert "Waiting" in runs.payload()["notes"][0]
    before = runs.version()
    with RunWriter.create(folder, experiment="e", config={}, seed=0):
        assert runs.version() != before
        assert runs.payload()["runs"][0]["name"] == "later"


def test_a_run_that_vanishes_stays_as_it_was(writer, recorded_epoch, tmp_path: Path) -> None:
    recorded_epoch(writer, 0, layers=LAYERS, m=10)
    runs = LiveRuns([writer.folder])
    runs.payload()
    writer.folder.rename(tmp_path / "elsewhere")
    payload = runs.payload()
    assert payload["runs"][0]["progress"]["estimated"] == 1
    assert "what was read last" in payload["notes"][0]


def test_another_run_in_the_same_place_is_another_run(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run", epochs=(0, 1), arrays=False, seed=1)
    runs = LiveRuns([tmp_path / "run"])
    runs.payload()
    (tmp_path / "run").rename(tmp_path / "old")
    stored_run(tmp_path / "run", epochs=(0,), arrays=False, seed=2)
    assert runs.payload()["runs"][0]["manifest"]["seed"] == 2


def test_runs_that_appear_in_a_folder_of_runs_are_taken_in(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "all" / "seed0", epochs=(0,), arrays=False)
    runs = LiveRuns([tmp_path / "all"])
    before = runs.version()
    stored_run(tmp_path / "all" / "seed1", epochs=(0,), arrays=False)
    assert runs.version() != before
    assert [run["name"] for run in runs.payload()["runs"]] == ["seed0", "seed1"]
    assert runs.names == ["seed0", "seed1"]


def test_readers_of_one_version_share_its_text(writer, recorded_epoch) -> None:
    runs = LiveRuns([writer.folder])
    assert runs.payload_text() is runs.payload_text()
    before = runs.payload_text()
    recorded_epoch(writer, 0, layers=LAYERS, m=10)
    assert runs.payload_text() != before
