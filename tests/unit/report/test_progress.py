import pandas as pd
import pytest

from infoflow.report.progress import run_progress
from infoflow.runs import Event

PLAN = Event("", "plan", "", {"epochs": 100, "estimated": [0, 1, 10, 100]})


def frames(epochs: list[int], trained: int, seconds: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = pd.DataFrame({"epoch": [e for e in epochs for _ in "ab"], "seconds": [3.0] * (2 * len(epochs))})
    return table, pd.DataFrame({"epoch": [0, trained], "seconds": [0.0, seconds]})


def test_the_rest_goes_on_at_the_pace_so_far() -> None:
    progress = run_progress("running", [PLAN], *frames([0, 1], 10, 5.0))
    # 90 epochs at 0.5 s, and two estimations of 3 s
    assert progress["seconds_left"] == pytest.approx(90 * 0.5 + 2 * 3.0)
    assert (progress["trained"], progress["epochs"]) == (10, 100)
    assert (progress["estimated"], progress["planned"]) == (2, 4)


def test_nothing_is_promised_before_both_kinds_of_work_have_begun() -> None:
    assert run_progress("running", [PLAN], *frames([], 10, 5.0))["seconds_left"] is None
    assert run_progress("running", [PLAN], *frames([0], 0, 0.0))["seconds_left"] is None


def test_a_run_without_plan_or_one_that_ended_promises_nothing() -> None:
    assert run_progress("running", [], *frames([0], 10, 5.0))["seconds_left"] is None
    assert run_progress("finished", [PLAN], *frames([0], 10, 5.0))["seconds_left"] is None


def test_all_work_done_leaves_no_time() -> None:
    assert run_progress("running", [PLAN], *frames([0, 1, 10, 100], 100, 5.0))["seconds_left"] == 0.0


def test_the_plan_of_a_resumed_run_counts() -> None:
    later = Event("", "plan", "", {"epochs": 200, "estimated": [0, 200]})
    assert run_progress("running", [PLAN, later], *frames([0], 10, 5.0))["epochs"] == 200
