import copy
import gc
import pickle
import tracemalloc

import numpy as np
import pytest
import torch
from torch import nn

from infoflow import NonFiniteError, make_noisy, sample_representations
from infoflow.networks.storage import Storage, file_name


def noisy():
    torch.manual_seed(0)
    return make_noisy(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh()), 0.1, ["1", "3"])


X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)


def test_spilled_draws_are_the_same_and_the_folder_goes_with_them():
    network = noisy()
    inside = sample_representations(network, X, 5)
    outside = sample_representations(network, X, 5, result_limit=8 * 8 * 6 * 4 - 1)
    assert inside.storage.folder is None
    folder = outside.storage.folder
    assert sorted(path.name for path in folder.iterdir()) == ["1.npy", "3.npy"]
    for layer in inside:
        assert np.array_equal(inside[layer], outside[layer])
        assert isinstance(outside[layer], np.memmap)
    del outside
    gc.collect()
    assert not folder.exists()


def test_own_folder_is_kept_and_not_overwritten(tmp_path):
    network = noisy()
    drawn = sample_representations(network, X, 5, result_limit=0, spill_to=tmp_path)
    expected = drawn["3"].copy()
    del drawn
    gc.collect()
    assert np.array_equal(np.load(tmp_path / "3.npy", mmap_mode="r").reshape(8, 5, 4), expected)
    with pytest.raises(ValueError, match=r"spill_to must hold no 1\.npy, 3\.npy yet"):
        sample_representations(network, X, 5, result_limit=0, spill_to=tmp_path)


def test_nothing_is_written_below_the_limit(tmp_path):
    sample_representations(noisy(), X, 5, spill_to=tmp_path)
    assert not list(tmp_path.iterdir())


def test_memory_does_not_grow_with_the_result(tmp_path):
    """15 MB of draws past the limit: what numpy allocates stays below 4 MB (torch's part is memory_limit)."""
    network = make_noisy(nn.Sequential(nn.Linear(3, 400), nn.Tanh()), 0.1, ["0", "1"])
    tracemalloc.start()
    try:
        drawn = sample_representations(network, X, 600, memory_limit=2**22, result_limit=0, spill_to=tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert drawn["1"].nbytes == 8 * 600 * 400 * 8
    assert peak < 4 * 2**20


def test_file_names():
    assert file_name("block.0/act@2") == "block.0_act@2.npy"


def test_names_that_differ_only_in_odd_characters(tmp_path):
    storage = Storage({"a/b": (1, 2), "a_b": (1, 2)}, 0, tmp_path)
    storage.arrays["a/b"][:] = 1
    storage.arrays["a_b"][:] = 2
    assert storage.arrays["a/b"].tolist() == [[1, 1]]


def test_refusals(tmp_path):
    with pytest.raises(NotADirectoryError, match="spill_to must be an existing folder"):
        Storage({"a": (1,)}, 0, tmp_path / "none")
    with pytest.raises(ValueError, match=r"spill_to must have \d+ bytes free"):
        Storage({"a": (2**50,)}, 0, tmp_path)
    with pytest.raises(ValueError, match="result_limit must be at least 0"):
        Storage({"a": (1,)}, -1, None)


def test_a_failure_leaves_no_files(tmp_path):
    network = noisy()
    network.model[2].weight.data.fill_(float("inf"))
    with pytest.raises(NonFiniteError):
        sample_representations(network, X, 5, result_limit=0, spill_to=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("clone", [copy.deepcopy, lambda drawn: pickle.loads(pickle.dumps(drawn))])  # noqa: S301
def test_copies_of_spilled_draws_are_in_memory(clone):
    drawn = sample_representations(noisy(), X, 5, result_limit=0)
    expected = drawn["3"].copy()
    twin = clone(drawn)
    del drawn
    gc.collect()
    assert twin.storage.folder is None
    assert np.array_equal(twin["3"], expected)
    assert not isinstance(twin["3"], np.memmap) or twin["3"].filename is None
