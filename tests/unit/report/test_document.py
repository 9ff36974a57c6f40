import json
import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest

from infoflow._errors import RunFolderError
from infoflow.cli import main
from infoflow.report.document import MAX_BYTES, report_html, write_report


def payload_of(text: str) -> dict[str, Any]:
    found = re.search(r'<script id="payload" type="application/json">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_report_holds_everything_and_loads_nothing(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run")
    out = write_report([tmp_path / "run"], tmp_path / "out.html")
    text = out.read_text()
    assert out.stat().st_size < MAX_BYTES
    tags = re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not re.search(r"(src|href)=.?(http|//)", tags)
    [run] = payload_of(text)["runs"]
    assert run["state"] == "finished"
    assert run["layers"] == ["T1", "T2", "T3"]
    assert set(run["views"]["T1"]["frames"]) == {"0", "1", "10", "100"}
    assert run["manifest"]["seed"] == 3
    assert run["command"].startswith("infoflow run szt-tanh --seed 3 --set beta=0.005")
    assert [event["message"] for event in run["events"] if event["kind"] == "warning"] == ["an interval is wide"]


def test_texts_of_the_run_stay_texts(stored_run, tmp_path: Path) -> None:
    nasty = "<script>alert(1)<\u2215script>"
    stored_run(tmp_path / nasty, experiment="</script><img src=x onerror=alert(1)>")
    text = report_html([tmp_path / nasty])
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert payload_of(text)["runs"][0]["name"] == nasty


def test_a_folder_of_seeds_is_compared_in_one_page(stored_run, tmp_path: Path) -> None:
    for seed in (0, 1):
        stored_run(tmp_path / "all" / f"seed{seed}", seed=seed, arrays=False)
    runs = payload_of(report_html([tmp_path / "all"]))["runs"]
    assert [run["name"] for run in runs] == ["seed0", "seed1"]


def test_a_run_without_arrays_says_which_panels_are_missing(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run", arrays=False)
    [run] = payload_of(report_html([tmp_path / "run"]))["runs"]
    assert run["views"] == {}
    assert any("no scatter and no histograms" in note for note in run["notes"])


def test_missing_labels_and_a_half_written_last_frame_are_noted(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run")
    (tmp_path / "run/arrays/labels/static.npy").unlink()
    last = tmp_path / "run/arrays/representations/T2/00000100.npy"
    last.write_bytes(last.read_bytes()[:100])
    [run] = payload_of(report_html([tmp_path / "run"]))["runs"]
    assert run["points"]["classes"] is None
    assert any("no labels" in note for note in run["notes"])
    assert any(note.startswith("Left out: ") and "00000100.npy" in note for note in run["notes"])
    assert run["views"]["T2"]["epochs"] == [0, 1, 10]


def test_many_points_are_drawn_from_the_inputs_so_that_the_page_stays_small(
    stored_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infoflow.report.document.MAX_POINTS", 16)
    stored_run(tmp_path / "run", epochs=(0, 1))
    [run] = payload_of(report_html([tmp_path / "run"]))["runs"]
    assert any("16 of 60 stored inputs" in note for note in run["notes"])


def test_histograms_of_units_make_way_first(stored_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from infoflow.report.page import plotly_script

    stored_run(tmp_path / "run")
    monkeypatch.setattr("infoflow.report.document.MAX_BYTES", len(plotly_script().encode()) + 620_000)
    [run] = payload_of(report_html([tmp_path / "run"]))["runs"]
    assert {view["units"] for view in run["views"].values()} == {0}
    assert any("all units of a layer together" in note for note in run["notes"])


def test_a_long_history_is_thinned_and_says_so(stored_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infoflow.report.shown_run.MAX_HISTORY_ROWS", 3)
    stored_run(tmp_path / "run")
    [run] = payload_of(report_html([tmp_path / "run"]))["runs"]
    assert any("3 of 4 recorded epochs" in note for note in run["notes"])


def test_a_file_that_cannot_be_written_is_one_line(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run", epochs=(0,), arrays=False)
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match="report must be a file that can be written"):
        write_report([tmp_path / "run"], tmp_path / "file" / "out.html")


def test_the_command_writes_into_the_run_by_default(stored_run, tmp_path: Path, capsys) -> None:
    stored_run(tmp_path / "run", epochs=(0,), arrays=False)
    assert main(["report", str(tmp_path / "run")]) == 0
    assert f"report: {tmp_path / 'run' / 'report.html'} (" in capsys.readouterr().out
    assert (tmp_path / "run" / "report.html").exists()


@pytest.mark.parametrize("make", ["nothing", "file", "empty", "future", "torn"])
def test_bad_runs_are_one_clear_line(stored_run, tmp_path: Path, capsys, make: str) -> None:
    folder = tmp_path / "run"
    if make == "file":
        folder.write_text("x")
    elif make == "empty":
        folder.mkdir()
    elif make != "nothing":
        stored_run(folder, epochs=(0,), arrays=False)
    if make == "future":
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 99}))
    if make == "torn":
        (folder / "run.sqlite").write_bytes(b"no database")
    assert main(["report", str(folder), "--out", str(tmp_path / "out.html")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error
    assert not (tmp_path / "out.html").exists()


def test_a_torn_log_shows_all_whole_records(stored_run, recorded_epoch, tmp_path: Path) -> None:
    """A writer killed in the middle of a commit leaves a half-written log behind; what is whole is read."""
    import shutil

    from infoflow.runs import RunWriter

    source = tmp_path / "running"
    with RunWriter.create(source, experiment="e", config={}, seed=0) as writer:
        recorded_epoch(writer, 0, layers={"T1": 2}, m=4)
        whole = (source / "run.sqlite-wal").stat().st_size
        recorded_epoch(writer, 1, layers={"T1": 2}, m=4)
        shutil.copytree(source, tmp_path / "killed")
    log = tmp_path / "killed" / "run.sqlite-wal"
    log.write_bytes(log.read_bytes()[: whole + 1000])
    [run] = payload_of(report_html([tmp_path / "killed"]))["runs"]
    assert run["state"] == "interrupted"
    assert run["progress"]["estimated"] == 1


def test_without_plotly_the_extra_is_named(stored_run, tmp_path: Path, monkeypatch, capsys) -> None:
    stored_run(tmp_path / "run", epochs=(0,), arrays=False)
    monkeypatch.setitem(sys.modules, "plotly.offline", None)
    assert main(["report", str(tmp_path / "run")]) == 2
    assert "pip install 'infoflow[report]'" in capsys.readouterr().err
    with pytest.raises(ImportError, match=r"infoflow\[report\]"):
        report_html([tmp_path / "run"])


def test_version_1_runs_are_still_shown(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run", arrays=False)
    with sqlite3.connect(tmp_path / "run/run.sqlite") as database:
        database.execute("DROP TABLE measures")
    [run] = payload_of(report_html([tmp_path / "run"]))["runs"]
    assert any("no measures" in note for note in run["notes"])
