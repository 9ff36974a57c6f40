import numpy as np
import pytest
from rich.console import Console

from infoflow.report.bands import _cell, _columns, bands_text
from infoflow.runs import RunWriter, load_run


def stored(folder, make, layers=("T1",), epochs=range(3)):
    with RunWriter.create(folder, experiment="x", config={}, seed=0) as writer:
        for epoch in epochs:
            writer.record_estimates(epoch, [(layer, make(epoch)) for layer in layers])
    return load_run(folder)


def test_heights_are_parts_of_the_ceiling(tmp_path, new_interval):
    # fifteen columns, three per epoch, two rows of eight eighths: 0, 1/16, 8/16, 15/16 and 16/16 of a ceiling of 2
    values = [0.0, 1 / 16, 0.5, 15 / 16, 1.0]
    run = stored(
        tmp_path / "run",
        lambda epoch: new_interval(
            1, 1, ceiling=2.0, **dict.fromkeys(("lower", "estimate", "upper"), 2 * values[epoch])
        ),
        epochs=range(5),
    )
    above, below = bands_text(run, width=7 + 15 + 18, shaded=False).plain.splitlines()[1:3]
    assert above[8:23] == " " * 9 + "▇▇▇███"
    assert below[8:23] == "   ▁▁▁█████████"
    assert below.endswith("2.000-2.000")


def test_both_ends_are_seen_as_two_shades():
    bright, dark = "#4C9ED9", "#264f6c"
    assert _cell(8, 8, 8, bright) == ("█", bright)
    assert _cell(3, 5, 8, bright) == ("▃", f"{bright} on {dark}")
    assert _cell(0, 0, 5, bright) == ("▅", dark)
    assert _cell(-4, 0, 9, bright) == ("█", dark)
    assert _cell(2, 3, 5, bright) == ("▃", bright)
    assert _cell(-1, -1, -1, bright) == (" ", "")


@pytest.mark.parametrize("n", [1, 3, 50, 51, 400])
def test_columns_keep_order_first_and_last(n):
    index = _columns(n, 50)
    assert len(index) <= 50
    assert index[0] == 0
    assert index[-1] == n - 1
    assert (np.diff(index) >= 0).all()


@pytest.mark.parametrize("width", [30, 80, 120])
def test_lines_fit_the_terminal(run, width):
    lines = bands_text(run, width=width).plain.splitlines()
    assert max(len(line) for line in lines[1:]) <= max(width, 40)
    assert lines[0] == "I(X;T), certified; full height is ln m = 8.318 nats"
    assert lines[-1].split() == ["epoch", "init", "1", "10", "100"] or width < 80
    assert lines[-2].endswith("0.000-8.318 !")  # the vacuous layer


def test_a_plain_terminal_gets_ascii(run):
    text = bands_text(run, quantity="I(Y;T)", ascii_only=True)
    assert text.plain.isascii()
    assert len(text.plain.splitlines()) == 1 + 2 + 1


def test_a_missing_epoch_is_a_gap_and_nothing_is_empty(tmp_path, new_interval, empty_run):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.record_estimates(0, [("T1", new_interval(1, 0)), ("T2", new_interval(2, 0))])
        writer.record_estimates(5, [("T1", new_interval(1, 5))])
    lines = bands_text(load_run(tmp_path / "run"), width=80).plain.splitlines()
    half = len(lines[2][9:-13]) // 2
    assert lines[4][9 : 9 + half].strip()
    assert not lines[4][9 + half : -13].strip()
    assert bands_text(empty_run).plain == ""


def test_an_infinite_ceiling_is_replaced_by_the_largest_end(tmp_path, new_interval):
    run = stored(
        tmp_path / "run", lambda _: new_interval(1, 1, ceiling=float("inf"), lower=1.0, estimate=2.0, upper=3.0)
    )
    assert "full height is ln m = " not in bands_text(run).plain
    assert "3.000 nats" in bands_text(run).plain


def test_a_console_draws_it(run):
    console = Console(width=80, force_terminal=True, color_system="truecolor", record=True)
    with console.capture() as capture:
        console.print(bands_text(run))
    assert "\x1b[38;2;76;158;217m" in capture.get()
