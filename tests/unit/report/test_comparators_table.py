import math

import pandas as pd
import pytest
from rich.console import Console

from infoflow.report.comparators import comparators_rich, comparators_text


def row(epoch, series, nats, **changes):
    values = {
        "epoch": epoch, "layer": "T1", "quantity": "I(X;T)", "beside": "I(X;T)", "series": series, "label": series,
        "nats": nats, "d": 3, "status": "ok", "lower": 1.0, "upper": 1.5, "position": "inside", "same": True,
        "impossible": False,
    }  # fmt: skip
    return values | changes


@pytest.fixture
def table():
    other = {"label": "bins: H(Bin(T))", "same": False, "position": "below"}
    bad = {"position": "above", "impossible": True, "status": "outside bracket"}
    return pd.DataFrame(
        [
            row(1, "bins", 0.25, **other), row(1, "KSG", 1.25), row(1, "Ross", math.nan, position="", status="vacuous"),
            row(10, "bins", 0.5, **other), row(10, "KSG", 42.0, **bad),
        ]
    )  # fmt: skip


def test_a_line_per_comparator_and_a_column_per_epoch(table):
    lines = comparators_text(table).splitlines()
    assert lines[:6] == [
        "T1 (d = 3)                     1         10",
        "certified I(X;T), lower    1.000      1.000",
        "certified I(X;T), upper    1.500      1.500",
        "KSG                        1.250=    42.000>!b",
        "Ross                         nan a",
        "bins: H(Bin(T))            0.250<     0.500<",
    ]
    assert lines[7] == "nats; = inside the certified interval, < below it, > above it"
    assert lines[8].startswith("! impossible")
    assert lines[9] == "status: a vacuous, b outside bracket"


def test_a_narrow_terminal_gets_several_tables(table):
    def printed(width):
        console = Console(width=width)
        with console.capture() as capture:
            for part in comparators_rich(table, width=width):
                console.print(part)
        return capture.get()

    assert printed(100).count("KSG") == 1
    assert printed(55).count("KSG") == 2
    assert "…" not in printed(55)
