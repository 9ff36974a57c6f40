import io

import pytest
from rich.console import Console

from infoflow.report.table import table_rich, table_rows, table_text


def test_every_epoch_and_layer_has_a_row(run):
    rows = list(table_rows(run))
    assert [row.epoch for row in rows[::3]] == ["0", "1", "10", "100"]
    assert [row.layer for row in rows[:3]] == ["T1", "T2", "T3"]
    assert rows[0].losses == ["0.700", "0.710", "0.500", "0.490"]
    assert rows[1].losses == [""] * 4
    # 8.3177 * 0.9 * 0.8 = 5.98874, by 0.05 either way; 0.6926 * 0.72 = 0.498672
    assert rows[0].ends == ["5.939", "5.989", "6.039", "0.449", "0.499", "0.549"]
    assert rows[2].status == "I(X;T): vacuous"


def test_the_text_is_aligned(run):
    lines = table_text(run).splitlines()
    assert lines[0].split()[:3] == ["epoch", "train", "loss"]
    assert len(lines) == 1 + 4 * 3
    column = lines[0].index("layer") + len("layer")
    assert {line[:column].split()[-1] for line in lines[1:]} == {"T1", "T2", "T3"}


def test_the_other_mode_can_be_shown(run):
    assert {row.layer for row in table_rows(run, mode="asymptotic")} == {"T1", "T2"}


def test_a_zero_has_no_minus_and_a_huge_loss_stays_short(tmp_path):
    from infoflow.report.table import decimals

    assert decimals(-1e-9) == "0.000"
    assert decimals(5.4e29) == "5.40e+29"


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_fits_a_terminal(run, width):
    console = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    console.print(table_rich(run))
    shown = console.file.getvalue()
    assert "5.989" in shown
    assert "…" not in shown
    assert max(len(line) for line in shown.splitlines()) <= width


def test_an_empty_run_has_an_empty_table(empty_run):
    assert list(table_rows(empty_run)) == []
