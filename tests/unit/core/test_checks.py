import math

import numpy as np
import pytest
import torch

import infoflow
from infoflow import _checks


def test_as_float64_takes_numpy_torch_and_lists():
    expected = np.array([[1.0, 2.0], [3.0, 4.0]])
    strided = np.asfortranarray(expected)
    gradient = torch.tensor(expected, requires_grad=True)
    for value in (expected, expected.astype(np.float32), expected.tolist(), torch.tensor(expected), strided, gradient):
        array = _checks.as_float64("a", value, shape="n d")
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        np.testing.assert_array_equal(array, expected)


def test_read_only_arrays_are_copied():
    value = np.zeros((2, 2))
    value.flags.writeable = False
    array = _checks.as_float64("a", value, shape="n d")
    assert array.flags.writeable
    assert not value.flags.writeable


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ("text", TypeError, r"a must be a real array of shape \(n d\), got str"),
        ([[1], [2, 3]], ValueError, "a must be a rectangular array"),
        (np.zeros(3), ValueError, r"a must have shape \(n, d\), got \(3,\)"),
        (np.zeros((0, 3)), ValueError, r"a must not be empty, got shape \(0, 3\)"),
        (np.array([[1.0, np.nan], [np.inf, 0]]), infoflow.NonFiniteError, "got 2 NaN or infinite values of 4"),
        (np.zeros((1, 1), dtype=object), TypeError, "real array"),
    ],
)
def test_as_float64_refuses(value, error, message):
    with pytest.raises(error, match=message):
        _checks.as_float64("a", value, shape="n d")


def test_labels_are_recoded_in_sorted_order():
    np.testing.assert_array_equal(_checks.as_labels("y", torch.tensor([7, -1, 7]), m=3), [1, 0, 1])
    np.testing.assert_array_equal(_checks.as_labels("y", np.array(["b", "a"]), m=2), [1, 0])


@pytest.mark.parametrize(
    ("value", "error"), [([1, 2], ValueError), ([1.5, 2, 3], ValueError), (np.array([None, 1, 2]), TypeError)]
)
def test_labels_refuse(value, error):
    with pytest.raises(error, match="labels must"):
        _checks.as_labels("labels", value, m=3)


def test_weights_are_normalised_and_uniform_by_default():
    np.testing.assert_allclose(_checks.as_weights("w", [1, 3], m=2), [0.25, 0.75])
    np.testing.assert_allclose(_checks.as_weights("w", None, m=4), np.full(4, 0.25))


def test_numbers():
    assert _checks.as_number("x", np.float32(2)) == 2.0
    assert _checks.as_number("x", torch.tensor(3)) == 3.0
    assert _checks.as_number("x", np.array([4.0])) == 4.0
    for bad in (True, "1", None, torch.ones(2)):
        with pytest.raises(TypeError, match="x must be a real number"):
            _checks.as_number("x", bad)


def test_probability_count_choice_and_beta():
    assert _checks.probability("p", 0.5) == 0.5
    assert _checks.as_count("k", np.int32(3)) == 3
    assert _checks.one_of("c", "a", ("a", "b")) == "a"
    assert _checks.positive_beta(0.1) == 0.1
    with pytest.raises(ValueError, match="p must lie strictly between 0 and 1, got 0"):
        _checks.probability("p", 0)
    with pytest.raises(TypeError, match="k must be an integer, got True"):
        _checks.as_count("k", True)
    with pytest.raises(ValueError, match="c must be one of a, b, got 'z'"):
        _checks.one_of("c", "z", ("a", "b"))
    with pytest.raises(infoflow.IllPosedError, match=f"ln m = {math.log(8):.4f}"):
        _checks.positive_beta(0, m=8)
    with pytest.raises(infoflow.IllPosedError, match="got inf"):
        _checks.positive_beta(math.inf)
