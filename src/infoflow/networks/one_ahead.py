"""The next piece of work prepared in a second thread while the present one is used."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

_Piece = TypeVar("_Piece")


def one_ahead(prepare: Callable[[int, int], _Piece], edges: Sequence[int]) -> Iterator[_Piece]:
    """Yield ``prepare(start, stop)`` for consecutive edges, in order, each begun when the one before is handed out.

    Args:
        prepare: Called in a thread of its own, never twice at once; its exceptions are raised here.
        edges: Ascending bounds of the pieces, two at least.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="one ahead") as thread:
        coming = thread.submit(prepare, edges[0], edges[1])
        for start, stop in pairwise(edges[1:]):
            piece = coming.result()
            coming = thread.submit(prepare, start, stop)
            yield piece
        yield coming.result()
