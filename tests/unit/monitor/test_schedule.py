import pytest

from infoflow.monitor import every, log_spaced
from infoflow.monitor.schedule import as_schedule


def due(schedule, last=64):
    return [epoch for epoch in range(last + 1) if schedule(epoch)]


def test_every():
    assert due(every(20)) == [0, 20, 40, 60]


def test_log_spaced_doubles_in_two_steps():
    assert due(log_spaced()) == [0, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64]
    assert due(log_spaced(1)) == [0, 1, 2, 4, 8, 16, 32, 64]


def test_a_list_and_a_function_are_schedules():
    assert due(as_schedule([3, 0, 9])) == [0, 3, 9]
    assert due(as_schedule(lambda epoch: epoch == 5)) == [5]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: every(0), ValueError, "k must be at least 1, got 0"),
        (lambda: every(1.5), TypeError, "k must be an integer, got 1.5"),
        (lambda: log_spaced(0), ValueError, "per_octave must be at least 1"),
        (lambda: as_schedule([]), ValueError, "schedule must name at least one epoch, got none"),
        (lambda: as_schedule([-1]), ValueError, "schedule must be at least 0, got -1"),
        (lambda: as_schedule("all"), TypeError, "schedule must be every"),
        (lambda: as_schedule(7), TypeError, "schedule must be every"),
    ],
)
def test_bad_schedules(make, error, message):
    with pytest.raises(error, match=message):
        make()
