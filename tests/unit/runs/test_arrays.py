import numpy as np
import pytest

from infoflow import RunFolderError
from infoflow.runs import load_run
from infoflow.runs.atomic import write_bytes


def test_arrays_read_back_by_name_and_epoch(writer):
    first, later = np.eye(3), np.arange(4, dtype=np.float32)
    writer.save_array("representations/T1", first, epoch=0)
    writer.save_array("representations/T1", later, epoch=100)
    writer.save_array("labels", np.array([0, 1]))
    arrays = load_run(writer.folder).arrays
    assert arrays.names() == ["labels", "representations/T1"]
    assert arrays.epochs("representations/T1") == [0, 100]
    np.testing.assert_array_equal(arrays.load("representations/T1", 100), later)
    np.testing.assert_array_equal(arrays.load("labels"), [0, 1])


def test_an_array_that_was_not_stored_is_named(writer):
    with pytest.raises(RunFolderError, match="'T9' at epoch 3"):
        load_run(writer.folder).arrays.load("T9", 3)


@pytest.mark.parametrize("name", ["../manifest", "/etc/passwd", "a//b", "", ".hidden", "a/../b", "a b"])
def test_a_name_outside_the_folder_is_refused(writer, name):
    with pytest.raises(ValueError, match="array name"):
        load_run(writer.folder).arrays.load(name)


def test_a_damaged_array_is_refused(writer):
    path = writer.save_array("x", np.eye(3), epoch=1)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(RunFolderError, match="whole"):
        load_run(writer.folder).arrays.load("x", 1)


def test_an_array_that_needs_pickle_is_refused(writer):
    with pytest.raises(ValueError, match="allow_pickle"):
        writer.save_array("x", np.array([{}]))


def test_a_checkpoint_reads_back(writer):
    tensors = {"T1.weight": np.random.default_rng(0).normal(size=(3, 2)), "state": np.arange(5, dtype=np.uint8)}
    path = writer.save_checkpoint(7, tensors)
    run = load_run(writer.folder)
    assert run.checkpoint_epochs() == [7]
    for name, value in run.checkpoint(7).items():
        np.testing.assert_array_equal(value, tensors[name])
    with pytest.raises(RunFolderError, match="epoch 8"):
        run.checkpoint(8)
    path.write_bytes(b"short")
    with pytest.raises(RunFolderError, match="whole"):
        run.checkpoint(7)


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path):
    path = tmp_path / "file"
    write_bytes(path, b"old")
    with pytest.raises(TypeError):
        write_bytes(path, "text")  # pyright: ignore[reportArgumentType]
    assert path.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
