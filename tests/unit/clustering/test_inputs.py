import numpy as np
import pytest
import torch

from infoflow import NonFiniteError
from infoflow.clustering import inputs
from infoflow.clustering.inputs import as_class_values, as_range, as_rows


def test_blocks_cover_the_rows_in_order(monkeypatch):
    monkeypatch.setattr(inputs, "BLOCK_ELEMENTS", 10)
    x = np.arange(21, dtype=np.float32).reshape(7, 3)
    parts = list(as_rows("x", x).blocks())
    assert [(part.start, part.stop) for part, _ in parts] == [(0, 3), (3, 6), (6, 7)]
    np.testing.assert_array_equal(np.concatenate([block for _, block in parts]), x)
    assert all(block.dtype == np.float64 for _, block in parts)


def test_the_callers_array_cannot_be_written_through_a_block():
    x = np.zeros((2, 2))
    with pytest.raises(ValueError, match="read-only"):
        as_rows("x", x).block(0, 2)[0, 0] = 1
    as_rows("x", x).take(np.array([0, 1]))[0, 0] = 1
    as_rows("x", torch.from_numpy(x)).take(np.array([0, 1]))[0, 0] = 1
    assert not x.any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16, torch.int64])
def test_tensors_of_any_real_dtype_are_read(dtype):
    x = torch.tensor([[1, 2], [3, 4], [5, 6]], dtype=dtype, requires_grad=dtype.is_floating_point)
    rows = as_rows("x", x)
    np.testing.assert_array_equal(rows.block(1, 3), [[3, 4], [5, 6]])
    np.testing.assert_array_equal(rows.take(np.array([2, 0])), [[5, 6], [1, 2]])


def test_a_memory_map_is_read_without_a_copy(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.eye(4, dtype=np.float32))
    mapped = np.load(path, mmap_mode="r")
    rows = as_rows("x", mapped)
    assert rows.source.base is mapped or rows.source is mapped
    assert rows.shape == (4, 4)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([[1.0, np.nan], [np.inf, 2]], NonFiniteError, "x must be finite, got 2 NaN or infinite values of 4"),
        ([1.0, 2.0], ValueError, r"x must have shape \(n, d\), got \(2,\)"),
        (np.empty((0, 3)), ValueError, r"x must not be empty, got shape \(0, 3\)"),
        ([["a"]], TypeError, "x must be a real array"),
        ([[1.0], [2.0, 3.0]], ValueError, "x must be a rectangular array"),
        (torch.ones(2, 2, dtype=torch.complex64), TypeError, "x must be a real array"),
        ([[1e151]], ValueError, "x must not exceed 1e[+]150 in size"),
    ],
)
def test_unsuitable_representations_are_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_rows("x", value)


def test_labels_keep_their_values():
    assert as_class_values("y", torch.tensor([5, -1]), n=2).tolist() == [5, -1]
    assert as_class_values("y", [2.0, 1.0], n=2).tolist() == [2, 1]
    assert as_class_values("y", [True, False], n=2).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([1, 2, 3], ValueError, r"y must have shape \(2,\), one label per sample, got \(3,\)"),
        ([0.5, 1.0], ValueError, "y must be integers, got fractional"),
        ([np.nan, 1.0], ValueError, "y must be integers, got fractional or non-finite"),
        (["a", "b"], TypeError, "y must be integers, got dtype"),
    ],
)
def test_unsuitable_labels_are_refused(value, error, message):
    with pytest.raises(error, match=message):
        as_class_values("y", value, n=2)


@pytest.mark.parametrize(
    ("value", "error"), [((1, 0), ValueError), ((0, np.inf), ValueError), (3, TypeError), (("a", "b"), TypeError)]
)
def test_unsuitable_ranges_are_refused(value, error):
    with pytest.raises(error, match="ends must be"):
        as_range("ends", value)
