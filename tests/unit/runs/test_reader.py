import json
import signal
import subprocess
import sys

import pytest

from infoflow import RunFolderError
from infoflow.runs import load_run


def test_a_folder_without_manifest_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match=r"must be a run folder with a manifest\.json, got a folder without it"):
        load_run(tmp_path)
    with pytest.raises(RunFolderError, match="got no folder"):
        load_run(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "content", ["{half", '"text"', "[]", "{}", '{"schema_version": "1"}', '{"schema_version": 1, "config": {}}']
)
def test_a_damaged_manifest_is_refused(writer, content):
    (writer.folder / "manifest.json").write_text(content)
    with pytest.raises(RunFolderError, match="must") as caught:
        load_run(writer.folder)
    assert "\n" not in str(caught.value)


def test_a_later_schema_is_refused(writer):
    path = writer.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(RunFolderError, match=r"schema version 99.*update infoflow"):
        load_run(writer.folder)


@pytest.mark.parametrize("damage", [b"", b"not a database, but long enough to be taken for a header" * 4, None])
def test_a_damaged_database_is_refused(writer, damage):
    writer.close("finished")
    path = writer.folder / "run.sqlite"
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(RunFolderError, match="must be a readable run database"):
        load_run(writer.folder)


def test_a_damaged_record_is_refused(writer):
    writer._insert("INSERT INTO events (time, kind, message, data) VALUES ('', 'note', '', '{half')", [()])
    with pytest.raises(RunFolderError, match="whole JSON"):
        _ = load_run(writer.folder).events


def test_records_are_seen_while_the_run_is_written(writer, interval):
    run = load_run(writer.folder)
    assert (len(run.table), run.table["lower"].dtype, run.table["epoch"].dtype) == (0, "float64", "int64")
    writer.record_estimates(0, [("T1", interval())])
    assert len(run.table) == 1
    assert run.state == "running"


_KILLED_WRITER = """
import sys, time
from infoflow.runs import RunWriter
writer = RunWriter.create(sys.argv[1], experiment="x", config={}, seed=0)
for epoch in range(3):
    writer.record_history(epoch, train_loss=1.0, test_loss=1.0, train_accuracy=0.5, test_accuracy=0.5)
writer._database.execute("BEGIN")
writer._database.execute("INSERT INTO history (epoch) VALUES (3)")  # unfinished
print("ready", flush=True)
time.sleep(60)
"""


def test_a_killed_run_keeps_every_finished_record(tmp_path):
    folder = tmp_path / "run"
    process = subprocess.Popen([sys.executable, "-c", _KILLED_WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    assert load_run(folder).state == "running"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    run = load_run(folder)
    assert list(run.history["epoch"]) == [0, 1, 2]
    assert run.state == "interrupted"


def test_reading_a_finished_run_leaves_its_folder_as_it_was(writer, interval):
    writer.record_estimates(0, [("T1", interval())])
    writer.close("finished")
    before = sorted(path.name for path in writer.folder.iterdir())
    assert len(load_run(writer.folder).table) == 1
    assert (
        sorted(path.name for path in writer.folder.iterdir())
        == before
        == ["manifest.json", "run.sqlite", "writer.lock"]
    )


def test_a_run_of_the_first_version_has_no_measures(writer):
    path = writer.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 1}))
    writer._database.execute("DROP TABLE measures")
    measures = load_run(writer.folder).measures
    assert (list(measures.columns), len(measures)) == (["epoch", "layer", "measure", "value"], 0)
    assert (measures["epoch"].dtype, measures["value"].dtype) == ("int64", "float64")
