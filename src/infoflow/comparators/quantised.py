"""Informations of a quantised network by counting: T is discrete, so nothing is estimated."""

import math
from typing import Any

import numpy as np

from infoflow import _checks
from infoflow._result import Status
from infoflow._types import Array, ArrayLike
from infoflow.comparators.comparison import Comparison
from infoflow.comparators.counting import discrete_entropy, discrete_information, row_codes
from infoflow.comparators.registry import listed
from infoflow.comparators.standing import reported

_NAME = "quantised"
_MAX_BITS = 52


def quantise(values: ArrayLike, *, bits: int, value_range: tuple[float, float] | None = None) -> Array:
    """Return ``values`` rounded to the nearest of ``2^bits`` equally spaced levels, the first and last at the ends.

    Args:
        values: Activations, shape (n, d).
        bits: 1..52.
        value_range: ``(low, high)``; None for the smallest and largest value. A layer of one value stays as it is.

    Returns:
        The levels, shape (n, d), in the units of ``values``.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, ``bits`` or the range out of range, or a value outside the range (a quantiser would
            saturate it silently: clip it yourself if the network does).
        NonFiniteError: NaN or infinity.

    Source: Lorenzen, Igel & Nielsen, ICLR 2022: uniform levels on each layer's range.
    """
    array = _checks.as_float64("values", values, shape="n d")
    n_steps = 2 ** _bits(bits) - 1
    low, high = (float(array.min()), float(array.max())) if value_range is None else _ends(value_range)
    if array.min() < low or array.max() > high:
        raise ValueError(f"values must lie in value_range [{low:g}, {high:g}], got [{array.min():g}, {array.max():g}]")
    if low == high:
        return array
    step = (high - low) / n_steps
    return low + step * np.rint((array - low) / step)


def quantised_information(
    rows: ArrayLike, labels: Any | None = None, *, bits: int | None = None
) -> tuple[Comparison, ...]:
    """Return ``I(X;T) = H(T)``, and ``I(Y;T) = H(T) + H(Y) - H(Y,T)`` where labels are given, by counting rows.

    Exact for a network whose activations are the rows given: T is a discrete function of X, X uniform on the rows.

    Args:
        rows: T of each input, every input once, shape (m, d); two rows are one value if they are equal bit by bit.
        labels: Class of each input, shape (m,), or None.
        bits: Quantise the rows first, see :func:`quantise`, to show what rounding this layer alone would do; None to
            count the rows as they are.

    Returns:
        I(X;T), then I(Y;T), in nats; status ``NEAR_CEILING`` where all rows are distinct.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Shapes do not match, or ``bits`` is not in 1..52.
        NonFiniteError: NaN or infinity.

    Source: Lorenzen, Igel & Nielsen, "Information Bottleneck: Exact Analysis of (Quantized) Neural Networks",
    ICLR 2022.
    """
    array = _checks.as_float64("rows", rows, shape="m d")
    m, d = array.shape
    classes = None if labels is None else _checks.as_labels("labels", labels, m=m)
    form = "rows as given" if bits is None else f"rounded to bits={_bits(bits)}"
    values = array if bits is None else quantise(array, bits=bits)
    cells = row_codes(values + 0.0)  # + 0.0 makes one of 0.0 and -0.0
    n_distinct = int(cells.max()) + 1
    status, message = Status.OK, ""
    if n_distinct == m and m > 1:
        status = Status.NEAR_CEILING
        message = (
            f"all {m} rows are distinct: I(X;T) = ln m = {math.log(m):.4f} and I(Y;T) = H(Y), whatever the weights"
        )
    H_t = discrete_entropy(cells)
    result = [listed(_NAME, "I(X;T)", H_t, n=m, d=d, form=form, status=status, message=message)]
    if classes is not None:
        I_yt = discrete_information(cells, classes)
        result.append(listed(_NAME, "I(Y;T)", I_yt, n=m, d=d, form=form, status=status, message=message))
    return tuple(reported(row) for row in result)


def _bits(bits: Any) -> int:
    count = _checks.as_count("bits", bits)
    if count > _MAX_BITS:
        raise ValueError(f"bits must be at most {_MAX_BITS}, got {count}")
    return count


def _ends(value_range: Any) -> tuple[float, float]:
    try:
        low, high = value_range
    except (TypeError, ValueError):
        raise TypeError(f"value_range must be a pair (low, high), got {value_range!r}") from None
    ends = _checks.as_number("value_range", low), _checks.as_number("value_range", high)
    if not (math.isfinite(ends[0]) and math.isfinite(ends[1]) and ends[0] < ends[1]):
        raise ValueError(f"value_range must be finite with low < high, got {ends}")
    return ends
