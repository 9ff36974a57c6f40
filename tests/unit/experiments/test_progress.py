import io
import itertools

import pytest
from rich.console import Console

from infoflow.experiments import progress


@pytest.fixture
def clock(monkeypatch):
    times = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(times)))


def _drive(listener):
    listener.begin(4, 2, 2)
    for epoch in range(1, 3):
        listener.trained(epoch, 0.5)
    for layer in ("T1", "T2"):
        listener.layer_done(2, layer)
    listener.estimated(2, "epoch 2: loss 0.5")


def test_the_remaining_time_is_the_mean_pace_of_each_kind_of_work(clock):
    remaining = progress.RemainingTime(4, 6)
    assert remaining.phrase("training") == ""
    remaining.step("training")  # one tick of the clock
    assert remaining.remaining("training") == 3.0
    assert (remaining.remaining("estimation"), remaining.total_phrase()) == (None, "")
    remaining.step("estimation")
    assert remaining.remaining("estimation") == 5.0
    assert remaining.total_phrase() == "0:08 left"
    for _ in range(3):
        remaining.step("training")
    assert remaining.remaining("training") == 0.0


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (61, "1:01"), (3661, "1:01:01"), (59.6, "1:00")])
def test_durations_read_as_a_clock(seconds, text):
    assert progress.clock(seconds) == text


def test_lines_are_plain(clock):
    console = Console(file=io.StringIO(), width=40)
    _drive(progress.Lines(console))
    assert console.file.getvalue().splitlines() == [
        "training for 4 epochs, estimating 2 layers at 2 of them",
        "epoch 2: loss 0.5; 0:04 left",
    ]


def test_a_run_that_trains_nothing_says_how_much_there_is_to_estimate(clock):
    console = Console(file=io.StringIO(), width=60)
    lines = progress.Lines(console)
    lines.begin(0, 1, 3)
    lines.layer_done(0, "d=2, n=10")
    lines.estimated(0, "d=2, n=10: plug in 0.5")
    assert console.file.getvalue().splitlines() == ["3 estimates to make", "d=2, n=10: plug in 0.5; 0:02 left"]
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with progress.Bars(console) as bars:
        bars.begin(0, 1, 3)
        bars.layer_done(0, "d=2, n=10")
    assert "training" not in console.file.getvalue()
    assert "1/3" in console.file.getvalue()


def test_bars_show_both_kinds_of_work():
    console = Console(file=io.StringIO(), force_terminal=True, width=120, color_system=None)
    with progress.Bars(console) as bars:
        _drive(bars)
    shown = console.file.getvalue()
    assert "training" in shown
    assert "2/4" in shown
    assert "epoch 2: loss 0.5" in shown


def test_silence_is_silent(capsys):
    _drive(progress.Silent())
    assert capsys.readouterr() == ("", "")
