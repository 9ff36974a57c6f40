import gzip

import numpy as np
import pytest

from infoflow import LoadError
from infoflow.experiments.data.idx import idx_array, idx_bytes, unpacked_bytes


@pytest.mark.parametrize("dtype", ["u1", "i1", "<i2", ">i4", "<f4", "<f8"])
@pytest.mark.parametrize("shape", [(0,), (5,), (3, 4), (2, 3, 4), (2, 1, 3, 1)])
def test_reads_what_it_writes(dtype, shape):
    array = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = idx_array("a", idx_bytes(array))
    assert back.dtype == array.dtype.newbyteorder("=")
    assert np.array_equal(back, array)


def test_the_header_is_that_of_the_format():
    # from the description of the format: magic 00 00 08 03, then three big-endian sizes
    content = bytes.fromhex("00000803 00000001 00000002 00000003") + bytes(range(6))
    assert idx_array("a", content).tolist() == [[[0, 1, 2], [3, 4, 5]]]
    assert idx_bytes(np.arange(6, dtype=np.uint8).reshape(1, 2, 3)) == content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "a must start like an IDX file .* got nothing"),
        (b"\x1f\x8b\x08\x00", "a must start like an IDX file .* got 1f 8b 08 00"),
        (bytes.fromhex("00000a01 00000001 00"), "a must start like an IDX file"),
        (bytes.fromhex("00000800"), "a must have 1 to 4 axes, got 0"),
        (bytes.fromhex("00000805"), "a must have 1 to 4 axes, got 5"),
        (bytes.fromhex("00000802 00000001 00"), "a must have the 12 bytes of its header, got 9"),
        (bytes.fromhex("00000801 00000003 0000"), r"a must have the 11 bytes its header declares .*\(3,\), got 10"),
        (bytes.fromhex("00000801 00000001 0000"), "a must have the 9 bytes its header declares .* got 10"),
        (bytes.fromhex("00000803 ffffffff ffffffff ffffffff 00"), "a must have the .* bytes its header declares"),
    ],
)
def test_refuses(content, message):
    with pytest.raises(LoadError, match=message):
        idx_array("a", content)


@pytest.mark.parametrize("array", [np.zeros(3, np.int64), np.zeros((), np.uint8), np.zeros((1,) * 5, np.uint8)])
def test_writes_only_what_the_format_has(array):
    with pytest.raises(ValueError, match="array must have 1 to 4 axes of an IDX type"):
        idx_bytes(array)


def test_unpacks_and_stops_at_the_limit(tmp_path):
    plain, packed = tmp_path / "a", tmp_path / "a.gz"
    plain.write_bytes(bytes(100))
    packed.write_bytes(gzip.compress(bytes(100), mtime=0))
    for path in (plain, packed):
        assert unpacked_bytes(path, max_bytes=100) == bytes(100)
        with pytest.raises(LoadError, match="must hold at most 99 bytes, got more"):
            unpacked_bytes(path, max_bytes=99)


@pytest.mark.parametrize("content", [b"not gzip", gzip.compress(bytes(1000), mtime=0)[:-9]], ids=["other", "cut"])
def test_a_damaged_gz_file_is_refused(tmp_path, content):
    path = tmp_path / "a.gz"
    path.write_bytes(content)
    with pytest.raises(LoadError, match=r"a\.gz must be a readable file"):
        unpacked_bytes(path, max_bytes=10_000)
