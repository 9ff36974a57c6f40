import io

import pytest
from rich.console import Console

from infoflow.claims import rendering, runner
from infoflow.claims.claim import Criterion, Measurement
from infoflow.claims.markdown import markdown_page
from infoflow.claims.store import VerdictStore
from infoflow.claims.text import details_text, verdicts_rich, verdicts_text


@pytest.fixture
def verdicts(make_claim, make_measured, context, tmp_path, listener):
    def breaks(_):
        raise RuntimeError("no luck")

    two = (Criterion(key="size", text="a size", least=5.0), Criterion(key="age", text="an age", least=0.0))
    claims = [
        make_claim(),
        make_claim(lambda _: Measurement(values=[make_measured(label="seed 3")]), number=2, criteria=two),
        make_claim(lambda _: Measurement(values=[], notes=["no data"]), number=3),
        make_claim(breaks, number=4),
    ]
    return runner.run_claims(claims, context, VerdictStore(tmp_path), listener)


def test_plain_text_names_verdict_and_the_deciding_number(verdicts):
    lines = verdicts_text(verdicts).splitlines()
    assert lines[0].split() == ["claim", "verdict", "measured", "seconds"]
    assert "holds" in lines[1]
    assert "size: 2 [1, 3] nats, required >= 0.5 (1 of 1)" in lines[1]
    assert "differs" in lines[2]
    assert "size seed 3: 2 [1, 3] nats, required >= 5" in lines[2]
    assert "undecided" in lines[3]
    assert "no data" in lines[3]
    assert "crashed" in lines[4]
    assert "RuntimeError: no luck" in lines[4]
    assert lines[-1] == "1 holds, 1 differs, 1 undecided, 1 crashed"


def test_details_hold_claim_rule_interval_conditions_and_command(verdicts):
    text = details_text(verdicts[1])
    for part in (
        "2 claim 2: differs",
        "claimed   sizes | are large [a book]",
        "rule      age: an age: >= 0",
        "differs   size seed 3: 2 [1, 3] nats (fabricated), required >= 5",
        "missing   age",
        "quick; ",
        "again     infoflow claims --only 2 --quick",
    ):
        assert part in text
    assert "| RuntimeError: no luck" in details_text(verdicts[3])


def test_the_rich_table_says_the_same(verdicts):
    console = Console(width=300, file=io.StringIO())
    console.print(verdicts_rich(verdicts))
    text = console.file.getvalue()
    assert all(word in text for word in ("holds", "differs", "undecided", "crashed", "2 [1, 3] nats"))


def test_the_page_has_a_row_and_a_section_for_each(verdicts):
    page = markdown_page(verdicts, command="infoflow claims --quick")
    assert "Command: `infoflow claims --quick`. In all: 1 holds, 1 differs, 1 undecided, 1 crashed." in page
    assert "| [2](#2-claim-2) | claim 2 | **differs** | size seed 3: 2 [1, 3] nats, required >= 5 (1 of 1) |" in page
    assert page.count("\n## ") == 4
    assert "* `age` an age: >= 0" in page
    assert "* `age` was not measured." in page
    assert "| `size` | seed 3 | 2 [1, 3] nats | fabricated | >= 5 | differs |" in page
    assert "Again: `infoflow claims --only 1 --quick`" in page
    assert "RuntimeError: no luck\n```" in page
    cells = [line.replace("\\|", "").count("|") for line in page.splitlines() if line.startswith("|")]
    assert set(cells) == {6, 7}  # the table of all, and those of the findings


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (0.123456789, "0.12346"), (1e-7, "1e-07"), (8.31776, "8.31776"), (123456.7, "123457"), (0.5, "0.5")],
)
def test_numbers_are_short(value, text):
    assert rendering.number(value) == text
    assert rendering.number(float("inf")) == "inf"
