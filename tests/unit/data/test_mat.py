import json
import re
import subprocess
import sys

import numpy as np
import pytest
import scipy.io

from infoflow import LoadError
from infoflow.experiments.data import load_szt, mat, mat_child, szt_problem

INPUTS, LABELS = szt_problem()


@pytest.fixture
def mat_file(tmp_path):
    def write(**options):
        arrays = options.pop("arrays", {"F": INPUTS.astype("u1"), "y": LABELS[None].astype("u1")})
        scipy.io.savemat(tmp_path / "var_u.mat", arrays, **options)
        return tmp_path / "var_u.mat"

    return write


def test_mat_as_published(mat_file):
    data = load_szt(mat_file(arrays={"F": INPUTS.astype("f8"), "y": LABELS[None]}, do_compression=True))
    assert np.array_equal(data.inputs, INPUTS)
    assert np.array_equal(data.labels, LABELS)
    assert data.train is None
    assert data.test is None


def test_crash_of_the_parser_is_a_load_error(mat_file, tmp_path, monkeypatch):
    crashing = tmp_path / "crashing_child.py"
    crashing.write_text("import os\nprint('{}', flush=True)\nos.abort()\n")
    monkeypatch.setattr(mat_child, "__file__", str(crashing))
    with pytest.raises(LoadError, match=r"got one that ended its parser \(-6\)"):
        load_szt(mat_file())


def test_parser_that_does_not_end_is_stopped(mat_file, tmp_path, monkeypatch):
    slow = tmp_path / "slow_child.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(mat_child, "__file__", str(slow))
    monkeypatch.setattr(mat, "TIMEOUT_SECONDS", 0.2)
    with pytest.raises(LoadError, match=r"ended its parser \(stopped after 0.2 s\)"):
        load_szt(mat_file())


def test_answer_that_is_too_long_is_refused(mat_file, tmp_path, monkeypatch):
    child = tmp_path / "long_child.py"
    child.write_text("import sys\nsys.stdout.buffer.write(b'{}\\n' + (2**40).to_bytes(8, 'little'))\n")
    monkeypatch.setattr(mat_child, "__file__", str(child))
    with pytest.raises(LoadError, match="F must take at most 393216 bytes, got 1099511627776"):
        load_szt(mat_file())


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"F": INPUTS}, r"must have the key y \(1, 4096\), got keys: F"),
        ({"F": INPUTS, "y": LABELS[:, None]}, r"must have y of shape \(1, 4096\), got \(4096, 1\)"),
        ({"F": INPUTS, "y": np.array(["a"])}, "must have numbers in y, got ndarray of <U1"),
        ({"F": np.array([[1, "b"]], dtype=object), "y": LABELS}, "must have numbers in F, got ndarray of object"),
        ({"F": INPUTS + 1j, "y": LABELS}, "must have numbers in F, got ndarray of complex64"),
    ],
)
def test_mat_that_is_something_else(mat_file, arrays, message):
    path = mat_file(arrays=arrays, oned_as="row")
    shapes = {"F": [4096, 12], "y": [1, 4096]}
    found = json.loads(mat_child.answer(str(path), shapes))  # as the child sees it; the next test asks the parent
    assert re.search(message, found["error"])


def test_values_are_checked_in_the_parent(mat_file):
    with pytest.raises(LoadError, match="y must be binary"):
        load_szt(mat_file(arrays={"F": INPUTS, "y": LABELS[None] + 1}))


def test_repeated_inputs(mat_file):
    with pytest.raises(LoadError, match="each of the 4096 inputs once, got 4096 inputs, 1 different"):
        load_szt(mat_file(arrays={"F": np.zeros((4096, 12)), "y": LABELS[None]}))


def test_hdf5_mat_is_named(tmp_path):
    path = tmp_path / "new.mat"
    header = b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM"
    path.write_bytes(header.ljust(1024, b"\0"))
    with pytest.raises(LoadError, match=r"got version 7\.3 \(HDF5\): save it with -v7"):
        load_szt(path)


@pytest.mark.parametrize("start", [124, 128, 136])
def test_mutated_mats_raise_load_errors_only(mat_file, tmp_path, start):
    mutated = bytearray(mat_file(do_compression=True).read_bytes())
    for position in start + np.random.default_rng(start).integers(40, size=4):
        mutated[position] ^= 0x5A
    path = tmp_path / "mutated.mat"
    path.write_bytes(mutated)
    with pytest.raises(LoadError, match=r"mutated\.mat must"):
        load_szt(path)


def test_truncated_mat(mat_file):
    path = mat_file()
    path.write_bytes(path.read_bytes()[:10_000])
    with pytest.raises(LoadError, match=r"var_u\.mat must be a MATLAB file of version 4 to 7, got"):
        load_szt(path)


def test_child_imports_no_torch_and_keeps_its_limits():
    code = (
        "import runpy, sys, resource; child = runpy.run_path(sys.argv[1]); child['limit_resources']();"
        "child['answer']('missing.mat', {}); print('torch' in sys.modules, resource.getrlimit(resource.RLIMIT_AS)[0])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, mat_child.__file__], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", str(2 * 2**30)]
