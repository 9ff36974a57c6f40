import os
import zipfile

import numpy as np
import pytest

from infoflow import LoadError
from infoflow.experiments.data import load_szt, szt_problem, train_test_split

INPUTS, LABELS = szt_problem()
TRAIN, TEST = train_test_split(4096)
GOOD = {"X_train": INPUTS[TRAIN], "y_train": LABELS[TRAIN], "X_test": INPUTS[TEST], "y_test": LABELS[TEST]}


def changed(**arrays):
    return {key: value for key, value in (GOOD | arrays).items() if value is not None}


@pytest.fixture
def npz(tmp_path):
    def write(arrays, save=np.savez):
        save(tmp_path / "szt.npz", **arrays)
        return tmp_path / "szt.npz"

    return write


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("dtype", ["b1", "u1", ">i4", "<f4", "<f8"])
def test_npz(npz, save, dtype):
    data = load_szt(npz({key: value.astype(dtype) for key, value in GOOD.items()}, save))
    assert (data.inputs.dtype, data.labels.dtype) == (np.float32, np.int64)
    assert np.array_equal(data.inputs[data.train], INPUTS[TRAIN])
    assert np.array_equal(data.labels[data.train], LABELS[TRAIN])
    assert np.array_equal(data.inputs[data.test], INPUTS[TEST])
    assert np.array_equal(data.labels[data.test], LABELS[TEST])


def test_npz_label_layouts(npz):
    one_hot = np.stack([1 - LABELS[TRAIN], LABELS[TRAIN]], axis=1)
    for arrays in (changed(y_train=LABELS[None, TRAIN], y_test=LABELS[TEST, None]), changed(y_train=one_hot)):
        assert np.array_equal(load_szt(str(npz(arrays))).labels, np.concatenate([LABELS[TRAIN], LABELS[TEST]]))


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (changed(y_test=None), "npz must have X_train, y_train, X_test, y_test, got no y_test; found: X_test, X_train"),
        (changed(X_train=INPUTS[TRAIN, :11]), r"X_train must have shape \(3277, 12\), got \(3277, 11\)"),
        (changed(X_train=INPUTS[:0]), r"X_train must have shape \(m, 12\), got \(0, 12\)"),
        (changed(X_test=np.float64(1)), r"X_test must have shape \(m, 12\), got \(\)"),
        (changed(y_train=LABELS[:-1]), r"y_train must have shape \(3277,\), .* got \(4095,\)"),
        (changed(y_train=np.ones((3277, 2))), "one-hot, got rows with another sum"),
        (changed(X_train=2 * INPUTS[TRAIN]), "X_train must be binary"),
        (changed(X_train=np.where(INPUTS[TRAIN] > 0, np.nan, 0)), "X_train must be binary"),
        (
            changed(y_train=LABELS[TRAIN] * 2 - 1),
            r"y_train must be binary \(0 or 1\), got 1\d\d\d other values of 3277",
        ),
        (changed(X_test=INPUTS[TRAIN][: len(TEST)]), "each of the 4096 inputs once, got 4096 inputs, 3277 different"),
        (changed(X_test=INPUTS[TEST][1:], y_test=LABELS[TEST][1:]), "got 4095 inputs, 4095 different"),
        (changed(y_train=np.array([None] * 3277)), "y_train must hold plain numbers, got pickled"),
        (changed(y_train=np.array(["0"] * 3277)), "y_train must hold plain numbers, got the type '<U1'"),
        (
            changed(X_train=np.zeros((10_000, 12))),
            "X_train must take at most 39\\d+ bytes, got 960128 declared in the zip",
        ),
    ],
)
def test_npz_that_is_something_else(npz, arrays, message):
    with pytest.raises(LoadError, match=message):
        load_szt(npz(arrays))


def test_pickle_in_an_npz_is_never_run(npz, tmp_path):
    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    path = npz(changed(y_train=np.array([Bomb()] * 3277)))
    with pytest.raises(LoadError, match="pickled"):
        load_szt(path)
    assert not (tmp_path / "ran").exists()


def test_paths(tmp_path):
    (tmp_path / "directory.npz").mkdir()
    (tmp_path / "text.npz").write_text("no archive")
    (tmp_path / "empty.npz").touch()
    with (tmp_path / "large.npz").open("wb") as file:
        file.truncate(2**24 + 1)
    for name, message in {
        "missing.npz": "path must be an existing file, got",
        "missing.mat": "path must be an existing file, got",
        "directory.npz": "path must be an existing file, got",
        "data.csv": "path must end in .mat or .npz, got",
        "data": "path must end in .mat or .npz, got",
        "text.npz": "text.npz must be an intact .npz file",
        "empty.npz": "empty.npz must be an intact .npz file",
        "large.npz": "large.npz must have at most 16777216 bytes, got 16777217",
        "nul\0.npz": "path must be",
        "x" * 300 + ".npz": "path must be",
    }.items():
        with pytest.raises(LoadError, match=message):
            load_szt(tmp_path / name)


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_zip_bomb_is_refused_by_its_declared_size(npz, tmp_path):
    contents = members(npz(GOOD))
    bomb = tmp_path / "bomb.npz"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, bytes(2**27) if name == "X_test.npy" else data)
    assert bomb.stat().st_size < 2**20
    with pytest.raises(LoadError, match=r"X_test must take at most \d+ bytes, got 134217728 declared in the zip"):
        load_szt(bomb)


def test_zip_that_lies_about_its_size(npz, tmp_path):
    contents = members(npz(GOOD))
    bomb = tmp_path / "liar.npz"
    size = 2**24
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data + bytes(size - len(data)) if name == "X_test.npy" else data)
    data = bomb.read_bytes()
    directory = data.index(b"PK\x01\x02")
    honest, lie = size.to_bytes(4, "little"), len(contents["X_test.npy"]).to_bytes(4, "little")
    bomb.write_bytes(data[:directory] + data[directory:].replace(honest, lie))
    with pytest.raises(
        LoadError, match=r"liar.npz must be an intact \.npz file"
    ):  # only the declared bytes are unpacked
        load_szt(bomb)


def test_unusual_zip_members(npz, tmp_path):
    contents = members(npz(GOOD))
    path = tmp_path / "odd.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    with pytest.raises(LoadError, match="X_train must be stored or deflated, got zip compression method 14"):
        load_szt(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
            archive.writestr(name.removesuffix(".npy"), data)
    with pytest.raises(LoadError, match="members with different names, got 8"):
        load_szt(path)


def test_byte_mutations_of_an_npz_raise_load_errors_only(npz, tmp_path):
    path = tmp_path / "mutated.npz"
    rng = np.random.default_rng(7)
    n_refused = 0
    for save in (np.savez, np.savez_compressed):
        good = npz({key: value.astype("u1") for key, value in GOOD.items()}, save).read_bytes()
        heads = [good.find(sign, start) for sign in (b"PK", b"NUMPY", b"descr") for start in range(0, len(good), 1000)]
        for trial in range(150):
            mutated = bytearray(good)
            if trial % 5 == 0:
                mutated = mutated[: rng.integers(len(good))]
            elif trial % 2:
                for position in rng.integers(len(good), size=rng.integers(1, 20)):
                    mutated[position] = rng.integers(256)
            else:  # near the structure of the file, where it hurts
                position = max(heads[rng.integers(len(heads))], 0) + rng.integers(60)
                mutated[min(position, len(mutated) - 1)] = rng.integers(256)
            path.write_bytes(mutated)
            try:
                load_szt(path)
            except LoadError:
                n_refused += 1
    assert n_refused > 200  # the rest hit bytes without meaning, such as time stamps
