import io

import numpy as np
import pytest

from infoflow import LoadError
from infoflow.experiments.data.npy import read_npy


def npy(array, **kwargs):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **kwargs)
    return buffer.getvalue()


def read(data, max_bytes=10_000):
    return read_npy("a.npy", io.BytesIO(data).read, max_bytes=max_bytes)


@pytest.mark.parametrize("dtype", ["b1", "i1", "u1", "<i2", ">i4", "<u8", "<f2", "<f4", ">f8"])
@pytest.mark.parametrize("shape", [(), (5,), (3, 4), (2, 3, 4)])
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_reads_what_numpy_writes(dtype, shape, version):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    for ordered in (array, np.asfortranarray(array)):
        back = read(npy(ordered, version=version))
        assert back.dtype == array.dtype
        assert np.array_equal(back, ordered)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "must start like a .npy file"),
        (b"\x93NUMPY\x01", "must start like a .npy file"),
        (b"\x93NUMPY\x09\x00" + bytes(100), "must start like a .npy file"),
        (b"\x93NUMPY\x01\x00\xff\xff" + bytes(100), "must have the header that numpy writes"),
        (b"\x93NUMPY\x01\x00\x0a\x00__import__", "must have the header that numpy writes"),
        (npy(np.array([1, "a", None], dtype=object), allow_pickle=True), "got pickled Python objects"),
        (npy(np.array(["a"])), "must hold plain numbers, got the type '<U1'"),
        (npy(np.array([1j])), "must hold plain numbers, got the type '<c16'"),
        (npy(np.zeros(2000)), "must take at most 10000 bytes, got 16000 declared for shape"),
        (npy(np.zeros(100))[:-1], "must have the 800 bytes its header declares, got 799"),
        (npy(np.zeros(100)) + b"x", "must have the 800 bytes its header declares, got more"),
    ],
)
def test_refuses(data, message):
    with pytest.raises(LoadError, match=message):
        read(data)


def test_declared_size_is_checked_before_reading():
    header = npy(np.zeros(10)).replace(b"(10,), }", b"(10, 999999999, 999999999), }")
    head = header[:10] + header[10 : 10 + int.from_bytes(header[8:10], "little")]
    with pytest.raises(LoadError, match="declared for shape"):
        read(head)
