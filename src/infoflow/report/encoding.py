"""How numbers and texts travel into the page: arrays as base64, columns by name, JSON that cannot end a script."""

import base64
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

_DTYPES = ("<f8", "<f4", "<u4", "<u2", "<u1")


def encoded_array(values: npt.ArrayLike, dtype: str) -> dict[str, str]:
    """Return an array as ``{"type": ..., "data": base64}``, little-endian and flattened in C order.

    Args:
        values: The numbers.
        dtype: One of ``"<f8"``, ``"<f4"``, ``"<u4"``, ``"<u2"``, ``"<u1"``.

    Raises:
        ValueError: Another ``dtype``.
    """
    if dtype not in _DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(_DTYPES)}, got {dtype!r}")
    data = np.ascontiguousarray(np.asarray(values), dtype=np.dtype(dtype))
    return {"type": dtype[1:], "data": base64.b64encode(data.tobytes()).decode("ascii")}


def encoded_texts(values: "pd.Series[Any]") -> dict[str, Any]:
    """Return a column of texts as the distinct ones and a code for each row; a missing text reads as empty."""
    texts = ["" if value is None else str(value) for value in values]
    distinct = list(dict.fromkeys(texts))
    codes = {text: code for code, text in enumerate(distinct)}
    return {"values": distinct, "codes": encoded_array([codes[text] for text in texts], "<u4")}


def encoded_frame(frame: "pd.DataFrame", columns: tuple[str, ...], texts: tuple[str, ...]) -> dict[str, Any]:
    """Return the named columns of a data frame: ``texts`` as texts, all others as float64."""
    return {
        name: encoded_texts(frame[name]) if name in texts else encoded_array(frame[name].to_numpy("float64"), "<f8")
        for name in columns
    }


def script_json(value: Any) -> str:
    """Return JSON that is safe inside an HTML script element: no ``<``, so neither ``</script>`` nor ``<!--``."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=str)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
