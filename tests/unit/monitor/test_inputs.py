import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from infoflow.monitor.inputs import InputRows

X = np.arange(12.0).reshape(6, 2)


def test_rows_of_an_array_a_tuple_and_a_mapping():
    index = np.array([4, 1])
    assert np.array_equal(InputRows(X, None).take(index), X[[4, 1]])
    first, second = InputRows((X, torch.from_numpy(X)), None).take(index)
    assert np.array_equal(first, second.numpy())
    assert np.array_equal(InputRows({"x": X}, None).part(2, 4)["x"], X[2:4])


def test_a_subset_is_fixed_by_the_seed_and_keeps_its_labels():
    rows = InputRows(X, np.arange(6), limit=3, seed=5)
    again = InputRows(X, np.arange(6), limit=3, seed=5)
    assert (rows.m, rows.total) == (3, 6)
    assert np.array_equal(rows.part(0, 3), again.part(0, 3))
    assert list(rows.labels) == [0, 1, 2]  # sorted subset of distinct classes, recoded
    assert InputRows(X, None, limit=6).m == 6


def test_a_loader_is_read_with_its_labels_and_leaves_the_generators_alone():
    generator = torch.Generator().manual_seed(3)
    loader = DataLoader(
        TensorDataset(torch.from_numpy(X), torch.arange(6)), batch_size=4, shuffle=True, generator=generator
    )
    state, own = torch.get_rng_state(), generator.get_state()
    rows = InputRows(loader, None)
    assert rows.m == 6
    assert np.array_equal(rows.part(0, 6)[:, 0].numpy() // 2, rows.labels)  # row i begins with 2 i
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(generator.get_state(), own)


def test_a_loader_of_mappings_or_of_inputs_alone():
    rows = InputRows(iter([{"x": X[:4], "labels": np.zeros(4, int)}, {"x": X[4:], "labels": np.ones(2, int)}]), None)
    assert list(rows.labels) == [0, 0, 0, 0, 1, 1]
    assert torch.equal(rows.part(0, 6)["x"], torch.from_numpy(X))
    assert InputRows(iter([X[:2], X[2:]]), None).labels is None
    assert InputRows(iter([[X[:2]], [X[2:]]]), None).m == 6


@pytest.mark.parametrize(
    ("inputs", "labels", "error", "message"),
    [
        (DataLoader([]), None, ValueError, "inputs must hold at least one batch, got an empty loader"),
        (np.empty((0, 2)), None, ValueError, "inputs must have at least one row"),
        ((), None, ValueError, "got an empty tuple"),
        ({}, None, ValueError, "got an empty mapping"),
        ((X, X[:2]), None, ValueError, r"same number of rows, got \[6, 2\]"),
        (X, np.arange(5), ValueError, r"labels must have shape \(6,\)"),
        (X, np.full(6, 0.5), ValueError, "labels must be integers"),
        (np.array(["a"]), None, TypeError, "inputs must be a numeric array"),
        ([[1.0], [1.0, 2.0]], None, ValueError, "inputs must be a rectangular array"),
        (iter(["ab"]), None, TypeError, "got a batch of str"),
        (iter([7]), None, TypeError, "got a batch of int"),
        (iter([(X[:2], np.zeros(2)), X[2:]]), None, ValueError, "labels in every batch or in none"),
    ],
)
def test_bad_inputs(inputs, labels, error, message):
    with pytest.raises(error, match=message):
        InputRows(inputs, labels)


def test_a_limit_below_two_is_refused():
    with pytest.raises(ValueError, match="max_inputs must be at least 2, got 1"):
        InputRows(X, None, limit=1)
