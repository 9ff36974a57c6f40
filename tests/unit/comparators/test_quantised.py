import math
from collections import Counter

import numpy as np
import pytest

from infoflow import InfoflowWarning, NonFiniteError, Status
from infoflow.comparators import quantise, quantised_information


def entropy(items):
    counts = Counter(items)
    n = counts.total()
    return math.log(n) - math.fsum(c * math.log(c) for c in counts.values()) / n


@pytest.mark.parametrize("bits", [None, 2, 4])
def test_informations_equal_brute_force(generator, bits):
    rows = np.round(np.tanh(generator.normal(size=(400, 2))), 1)
    labels = generator.integers(3, size=400)
    values = rows if bits is None else np.rint((rows - rows.min()) / np.ptp(rows) * (2**bits - 1))
    cells = [tuple(row) for row in values.tolist()]
    expected = [entropy(cells), entropy(cells) + entropy(labels) - entropy(zip(cells, labels, strict=True))]
    result = quantised_information(rows, labels, bits=bits)
    # sums of 400 terms of order 10
    assert [row.nats for row in result] == pytest.approx(expected, abs=1e-12)
    assert [row.quantity for row in result] == ["I(X;T)", "I(Y;T)"]


def test_a_function_of_the_label():
    labels = np.repeat([0, 1, 2], [1, 2, 5])
    for row in quantised_information(labels[:, None] * 0.5, labels):
        assert row.nats == pytest.approx(entropy(labels.tolist()), abs=1e-14)
        assert row.status is Status.OK


def test_minus_zero_is_zero():
    assert quantised_information([[0.0], [-0.0], [1.0], [1.0]])[0].nats == pytest.approx(math.log(2), abs=1e-15)


def test_distinct_rows_are_vacuous(generator):
    with pytest.warns(InfoflowWarning, match="all 50 rows are distinct"):
        (row,) = quantised_information(generator.normal(size=(50, 3)))
    assert row.nats == pytest.approx(math.log(50), abs=1e-13)
    assert row.status is Status.NEAR_CEILING


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_quantise_rounds_to_the_nearest_level(generator, bits):
    x = np.tanh(generator.normal(size=(500, 3)))
    levels = np.linspace(-1, 1, 2**bits)
    result = quantise(x, bits=bits, value_range=(-1, 1))
    expected = levels[np.abs(x[:, :, None] - levels).argmin(axis=2)]
    np.testing.assert_allclose(result, expected, rtol=0, atol=2e-15)  # low + step * index: 3 roundings below 2
    assert len(np.unique(result)) <= 2**bits
    assert quantise(result, bits=bits, value_range=(-1, 1)) == pytest.approx(result, abs=0)
    np.testing.assert_array_equal(quantise(np.full((3, 2), 0.3), bits=bits), np.full((3, 2), 0.3))


def test_bad_input():
    x = np.array([[0.0], [2.0]])
    with pytest.raises(ValueError, match=r"values must lie in value_range \[-1, 1\], got \[0, 2\]"):
        quantise(x, bits=4, value_range=(-1, 1))
    with pytest.raises(ValueError, match="bits must be at most 52, got 53"):
        quantised_information(x, bits=53)
    with pytest.raises(ValueError, match="value_range must be finite with low < high"):
        quantise(x, bits=4, value_range=(1, 1))
    with pytest.raises(TypeError, match="value_range must be a pair"):
        quantise(x, bits=4, value_range=3)
    with pytest.raises(NonFiniteError, match="rows must be finite"):
        quantised_information([[math.nan]])
