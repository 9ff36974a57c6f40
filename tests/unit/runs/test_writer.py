import json
import sqlite3

import numpy as np
import pytest

from infoflow import RunFolderError
from infoflow.runs import RunWriter, load_run


def test_a_record_reads_back_exactly(writer, interval):
    value = interval()
    writer.record_estimates(25, [("T1", value), ("T2", interval(quantity="I(Y;T)"))], seconds=1.5)
    table = load_run(writer.folder).table
    assert list(table.columns[:10]) == (
        ["epoch", "layer", "quantity", "lower", "estimate", "upper", "width", "n", "mode", "status"]
    )
    row = table.iloc[0]
    for name in ("lower", "estimate", "upper", "width", "raw_upper", "ceiling", "n", "m", "r", "d", "decoder", "mode"):
        assert row[name] == getattr(value, name), name
    assert row["bias_gap"] == value.parts.bias_gap
    assert (row["status"], row["seconds"]) == ("near ceiling", 1.5)
    assert list(table["layer"]) == ["T1", "T2"]


def test_missing_values_read_back_as_nan(writer, interval):
    writer.record_estimates(0, [("T1", interval(upper=float("nan"), raw_upper=float("inf")))])
    row = load_run(writer.folder).table.iloc[0]
    assert np.isnan(row["upper"])
    assert row["raw_upper"] == np.inf


def test_an_epoch_is_recorded_whole_or_not_at_all(writer, interval):
    writer.record_estimates(1, [("T2", interval())])
    with pytest.raises(RunFolderError, match="new to its run"):
        writer.record_estimates(1, [("T1", interval()), ("T2", interval())])
    assert list(load_run(writer.folder).table["layer"]) == ["T2"]


def test_history_reads_back(writer):
    losses = {"train_loss": 0.5, "test_loss": 0.6, "train_accuracy": 0.9, "test_accuracy": 0.8}
    writer.record_history(2, **losses, noisy_train_loss=np.float32(0.25), seconds=0.125)
    row = load_run(writer.folder).history.iloc[0]
    assert dict(row) == {"epoch": 2, **losses, "noisy_train_loss": 0.25, "seconds": 0.125}


def test_an_existing_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "precious.txt").write_text("mine")
    with pytest.raises(RunFolderError, match="must not exist yet"):
        RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["precious.txt"]


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match="can be made"):
        RunWriter.create(tmp_path / "file" / "run", experiment="x", config={}, seed=0)


def test_the_manifest_names_what_was_run(writer):
    manifest = json.loads((writer.folder / "manifest.json").read_text())
    assert manifest["experiment"] == "szt-tanh"
    assert (manifest["config"], manifest["seed"], manifest["schema_version"]) == ({"beta": 0.005}, 3, 2)
    assert {"infoflow", "torch", "numpy", "python"} <= set(manifest["versions"])


def test_the_database_is_in_wal_mode(writer):
    database = sqlite3.connect(writer.folder / "run.sqlite")
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    database.close()


def test_a_second_writer_is_refused(writer):
    from infoflow.runs.lock import WriterLock

    with pytest.raises(RunFolderError, match="one writer"):
        WriterLock(writer.folder)


@pytest.mark.parametrize(
    ("error", "state"), [(None, "finished"), (KeyboardInterrupt(), "interrupted"), (OSError("disk full"), "failed")]
)
def test_the_end_of_the_run_is_recorded(tmp_path, error, state):
    folder = tmp_path / "run"
    try:
        with RunWriter.create(folder, experiment="x", config={}, seed=0):
            assert load_run(folder).state == "running"
            if error is not None:
                raise error
    except (KeyboardInterrupt, OSError):
        pass
    run = load_run(folder)
    assert run.state == state
    if state == "failed":
        assert "disk full" in run.events[-1].data["traceback"]


def test_a_run_that_has_ended_takes_no_record(writer):
    writer.close("finished")
    writer.close("failed")  # the first end counts
    with pytest.raises(RunFolderError, match="must be open"):
        writer.record_event("late")
    assert load_run(writer.folder).state == "finished"


def test_a_disk_without_room_for_a_database_is_refused(tmp_path, monkeypatch):
    def full(path):
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr("infoflow.runs.writer.sqlite3.connect", full)
    with pytest.raises(RunFolderError, match="holds a database"):
        RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0)


def test_measures_read_back(writer):
    writer.record_measures(3, [("T1", "within_cosine", np.float64(0.25)), ("T1", "twin_H_bin[0.07]", float("nan"))])
    measures = load_run(writer.folder).measures
    assert list(measures.columns) == ["epoch", "layer", "measure", "value"]
    assert next(measures.itertuples(index=False, name=None)) == (3, "T1", "within_cosine", 0.25)
    assert np.isnan(measures["value"].iloc[1])
    with pytest.raises(RunFolderError, match="new to its run"):
        writer.record_measures(3, [("T1", "within_cosine", 0.3)])


def test_a_resumed_run_keeps_what_it_has_and_passes_over_repeated_records(writer, interval):
    losses = {"train_loss": 0.5, "test_loss": 0.6, "train_accuracy": 0.9, "test_accuracy": 0.8}
    writer.record_history(0, **losses)
    writer.close("interrupted")
    with RunWriter.resume(writer.folder) as again:
        assert load_run(writer.folder).state == "running"
        again.record_history(0, **losses | {"train_loss": 7.0})
        again.record_history(1, **losses)
        again.record_estimates(1, [("T1", interval())])
    run = load_run(writer.folder)
    assert run.state == "finished"
    assert run.history["train_loss"].tolist() == [0.5, 0.5]
    assert [event.kind for event in run.events] == ["started", "interrupted", "resumed", "finished"]


def test_only_an_unfinished_run_of_this_schema_is_resumed(writer):
    with pytest.raises(RunFolderError, match="one writer"):
        RunWriter.resume(writer.folder)
    writer.close("finished")
    for _ in range(2):  # the lock is given back
        with pytest.raises(RunFolderError, match="must be unfinished, got a finished one"):
            RunWriter.resume(writer.folder)
    path = writer.folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 1}))
    with pytest.raises(RunFolderError, match="must be of schema version 2, got 1"):
        RunWriter.resume(writer.folder)


def test_numbers_without_axes_keep_their_shape(writer):
    writer.save_checkpoint(3, {"step": np.array(4.0, np.float32), "weights": np.eye(2).T})
    tensors = load_run(writer.folder).checkpoint(3)
    assert (tensors["step"].shape, tensors["weights"].tolist()) == ((), [[1, 0], [0, 1]])
