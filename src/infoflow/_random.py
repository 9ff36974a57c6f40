"""From one seed to many named, independent random streams, the same on every machine and device.

A stream is a numpy ``Philox`` generator keyed by ``SeedSequence([seed, crc32(name), len(index), *index])``: streams
with different names or indices are independent, and adding a stream never changes another one.
"""

import zlib

import numpy as np

from infoflow import _checks


def stream(seed: int, name: str, *index: int) -> np.random.Generator:
    """Return the generator of the stream called ``name`` (and ``index``, such as an epoch or a layer).

    Args:
        seed: Non-negative integer seed of the whole computation.
        name: What the stream is for, such as ``"fresh noise"``.
        index: Further non-negative integers that tell streams of one name apart.

    Raises:
        TypeError: ``seed`` is not an integer.
        ValueError: ``seed`` is negative.
    """
    _checks.as_count("seed", seed, minimum=0)
    key = [seed, zlib.crc32(name.encode()), len(index), *index]  # the length: SeedSequence ignores trailing zeros
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


def derived_seed(seed: int, name: str, *index: int) -> int:
    """Return a 63-bit seed for a library that wants an integer, such as ``torch.Generator.manual_seed``."""
    return int(stream(seed, name, *index).integers(0, 2**63 - 1))
