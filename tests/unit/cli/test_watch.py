"""``infoflow show --watch``: it follows a run in this process, and ends with it."""

import io
import sys

import pytest
from rich.console import Console

from infoflow._result import Interval, Parts
from infoflow.cli import main, watch
from infoflow.runs import RunWriter


def interval(value):
    parts = Parts(bias_gap=0.0, centre_fluctuation=0.0, monte_carlo_upper=0.1, monte_carlo_lower=0.1)
    ends = {"lower": value - 0.1, "upper": value + 0.1, "raw_lower": value - 0.1, "raw_upper": value + 0.1}
    about = {"confidence": 0.95, "ceiling": 3.0, "estimator": "midpoint", "m": 20, "n": 4, "r": 4, "d": 2}
    return Interval(estimate=value, mode="certified", quantity="I(X;T)", parts=parts, **ends, **about)


def write(writer, epoch):
    writer.record_estimates(epoch, [("T1", interval(1.0 + epoch / 10))])
    writer.record_history(epoch, train_loss=0.5, test_loss=0.6, train_accuracy=0.9, test_accuracy=0.8)


@pytest.fixture
def writer(tmp_path, monkeypatch):
    monkeypatch.setattr(watch, "_POLL_SECONDS", 0.02)
    with RunWriter.create(tmp_path / "study" / "seed0", experiment="x", config={}, seed=0) as writer:
        write(writer, 0)
        yield writer


class Later:
    """Does something once a line with these words was printed."""

    def __init__(self, words, action):
        self._words, self._action = words, action
        self._text = ""

    def write(self, text):
        self._text += text
        if self._words and self._words in self._text:
            self._words = ""
            self._action()
        return len(text)

    def flush(self):
        pass

    def getvalue(self):
        return self._text


def test_lines_arrive_as_the_run_goes_on(writer, monkeypatch):
    def go_on():
        write(writer, 1)
        writer.record_estimates(2, [("T1", interval(1.2))])  # the end comes between estimates and losses
        writer.close("interrupted")

    out = Later("epoch 0: loss 0.5, I(X;T) T1 0.900-1.100\n", go_on)
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["show", str(writer.folder), "--watch"]) == 0
    lines = out.getvalue().splitlines()
    assert lines[1] == "epoch 1: loss 0.5, I(X;T) T1 1.000-1.200"
    assert lines[2] == "epoch 2: I(X;T) T1 1.100-1.300"
    assert lines[3].endswith("x, seed 0; interrupted")


def test_the_user_may_stop_it(writer, capsys, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(watch.time, "sleep", interrupt)
    assert main(["show", str(writer.folder), "--watch"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "stopped watching; the run is not affected"


def test_a_study_is_followed_to_its_last_run(writer, monkeypatch):
    out = Later("1 runs: 1 running", lambda: writer.close("finished"))
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["show", str(writer.folder.parent), "--watch"]) == 0
    lines = out.getvalue().splitlines()
    assert lines[-3].endswith("1 runs: 1 finished")
    assert lines[-1].split()[:3] == ["seed0", "finished", "0"]


@pytest.mark.parametrize("folder", ["run", "study"])
def test_a_terminal_is_redrawn_in_place(writer, monkeypatch, folder):
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=100, height=40, color_system="truecolor")
    monkeypatch.setattr(watch, "Console", lambda: terminal)

    steps = iter([lambda: write(writer, 1), lambda: writer.close("finished")])
    monkeypatch.setattr(watch.time, "sleep", lambda _: next(steps)())  # what happens between two looks
    watch.watch_path(writer.folder if folder == "run" else writer.folder.parent, "certified", "I(X;T)")
    last = screen.getvalue().rsplit("finished", 1)[1]
    assert "1.00" in last
    assert "1.20" in last


def test_a_run_without_estimates_is_watched_too(tmp_path, monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(watch, "Console", lambda: Console(file=screen, force_terminal=True, width=100))
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as empty:
        empty.close("failed", "broken")
    watch.watch_path(tmp_path / "run", "certified", "I(X;T)")
    assert "no estimate has been stored yet" in screen.getvalue()
    assert "failed; broken" in " ".join(screen.getvalue().split())  # a long path moves the breaks between lines
