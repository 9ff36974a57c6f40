"""How many threads torch uses inside a block."""

from collections.abc import Generator
from contextlib import contextmanager

import torch

from infoflow import _checks


@contextmanager
def threads(count: int) -> Generator[None]:
    """Let torch, and with it the engines, use ``count`` threads inside a ``with`` block."""
    before = torch.get_num_threads()
    torch.set_num_threads(_checks.as_count("threads", count))
    try:
        yield
    finally:
        torch.set_num_threads(before)
