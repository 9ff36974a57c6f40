import base64
import json

import numpy as np
import pandas as pd
import pytest

from infoflow.report.encoding import encoded_array, encoded_frame, encoded_texts, script_json


@pytest.mark.parametrize("dtype", ["<f8", "<f4", "<u4", "<u2", "<u1"])
def test_an_array_comes_back_from_its_bytes(dtype: str) -> None:
    values = np.arange(12).reshape(3, 4)
    encoded = encoded_array(values, dtype)
    assert encoded["type"] == dtype[1:]
    back = np.frombuffer(base64.b64decode(encoded["data"]), dtype)
    np.testing.assert_array_equal(back, values.ravel())


def test_another_dtype_is_refused() -> None:
    with pytest.raises(ValueError, match="dtype must be one of"):
        encoded_array([1], "<i8")


def test_texts_are_stored_once_each_and_missing_ones_are_empty() -> None:
    encoded = encoded_texts(pd.Series(["T1", None, "T1"], dtype=object))
    assert encoded["values"] == ["T1", ""]
    assert np.frombuffer(base64.b64decode(encoded["codes"]["data"]), "<u4").tolist() == [0, 1, 0]


def test_missing_numbers_of_a_frame_are_nan() -> None:
    frame = pd.DataFrame({"value": [1.5, None], "layer": ["a", "b"]})
    encoded = encoded_frame(frame, ("value", "layer"), ("layer",))
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(encoded["value"]["data"]), "<f8"), [1.5, np.nan])


def test_json_cannot_end_its_script() -> None:
    value = {"</script><script>alert(1)</script>": "<!-- \u2028"}
    text = script_json(value)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == value


def test_json_without_a_standard_meaning_is_refused() -> None:
    with pytest.raises(ValueError, match="Out of range"):
        script_json({"loss": float("nan")})
