import threading

import pytest

from infoflow.networks.one_ahead import one_ahead


def test_pieces_come_in_order_each_made_once():
    made = []

    def prepare(start, stop):
        made.append((start, stop))
        return range(start, stop)

    assert [list(piece) for piece in one_ahead(prepare, [0, 2, 4, 5])] == [[0, 1], [2, 3], [4]]
    assert made == [(0, 2), (2, 4), (4, 5)]


def test_the_next_piece_is_made_while_the_present_one_is_used():
    begun = {start: threading.Event() for start in (0, 1, 2)}

    def prepare(start, stop):
        begun[start].set()
        return start

    for piece in one_ahead(prepare, [0, 1, 2, 3]):
        if piece < 2:
            assert begun[piece + 1].wait(60)  # would hang if it were made only when asked for


def test_an_error_in_the_thread_is_raised_where_the_piece_is_asked_for():
    def prepare(start, stop):
        if start == 1:
            raise ValueError("no such piece")
        return start

    pieces = one_ahead(prepare, [0, 1, 2])
    assert next(pieces) == 0
    with pytest.raises(ValueError, match="no such piece"):
        next(pieces)
