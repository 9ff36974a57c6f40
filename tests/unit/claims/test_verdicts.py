import dataclasses
import json
import math

import pytest

from infoflow._errors import LoadError
from infoflow.claims import decision, rendering, runner
from infoflow.claims.claim import Criterion, Measurement, Outcome
from infoflow.claims.context import Context
from infoflow.claims.store import VerdictStore


def run(claims, context, folder, listener):
    return runner.run_claims(claims, context, VerdictStore(folder), listener)


def test_a_verdict_says_how_it_was_reached(make_claim, context, tmp_path, listener):
    (verdict,) = run([make_claim(per_seed=True)], context, tmp_path, listener)
    assert verdict.outcome is Outcome.HOLDS
    assert verdict.settings == {"variant": "quick", "seeds": [0, 1], "data": ""}
    assert verdict.command == "infoflow claims --only 1 --quick --seeds 2"
    assert verdict.rule == [["size", "a size", ">= 0.5"]]
    assert (verdict.seeds, verdict.notes) == ([0], ["a note"])
    assert {"date", "infoflow", "cores", "load"} <= set(verdict.environment)
    assert verdict.seconds >= 0


def test_stored_verdicts_read_back_the_same(make_claim, make_measured, context, tmp_path, listener):
    values = [make_measured(lower=-math.inf, upper=math.inf), make_measured(estimate=math.nan, label="x")]
    verdicts = run([make_claim(lambda _: Measurement(values=values))], context, tmp_path, listener)
    stored = VerdictStore(tmp_path).load(1, "quick")
    assert repr(stored) == repr(verdicts[0])  # NaN is not equal to itself
    text = (tmp_path / "verdicts" / "01-quick.json").read_text()
    json.loads(text, parse_constant=pytest.fail)  # strict JSON, no NaN


def test_a_stopped_call_goes_on_where_it_was(make_claim, context, tmp_path, listener):
    calls = []

    def stops(_):
        calls.append("stops")
        raise KeyboardInterrupt

    first = make_claim(lambda _: calls.append("first") or Measurement(values=[]))
    with pytest.raises(KeyboardInterrupt):
        run([first, make_claim(stops, number=2)], context, tmp_path, listener)
    run([first, make_claim(number=2)], context, tmp_path, listener)
    assert calls == ["first", "stops"]
    assert listener.verdicts == [(1, False), (1, True), (2, False)]


def test_other_settings_or_another_rule_are_measured_again(make_claim, context, tmp_path, listener):
    claim = make_claim(per_seed=True, needs_data=True)
    run([claim], context, tmp_path, listener)
    run([claim], Context(quick=True, seeds=(0,), runs=context.runs), tmp_path, listener)
    run([claim], Context(quick=True, seeds=(0,), runs=context.runs, data=tmp_path), tmp_path, listener)
    stricter = (Criterion(key="size", text="a size", least=1.5),)
    changed = dataclasses.replace(claim, criteria=stricter)
    (verdict,) = run([changed], Context(quick=True, seeds=(0,), runs=context.runs, data=tmp_path), tmp_path, listener)
    assert verdict.outcome is Outcome.UNDECIDED
    assert [stored for _, stored in listener.verdicts] == [False] * 4


def test_seeds_and_data_matter_only_where_they_are_used(make_claim, context, tmp_path, listener):
    run([make_claim()], context, tmp_path, listener)
    run([make_claim()], Context(quick=True, seeds=(0,), runs=context.runs, data=tmp_path), tmp_path, listener)
    assert [stored for _, stored in listener.verdicts] == [False, True]


def test_variants_are_stored_side_by_side(make_claim, context, tmp_path, listener):
    run([make_claim()], context, tmp_path, listener)
    run([make_claim()], Context(quick=False, seeds=(0,), runs=context.runs), tmp_path, listener)
    assert sorted(path.name for path in (tmp_path / "verdicts").iterdir()) == ["01-full.json", "01-quick.json"]


def test_a_crash_is_recorded_and_the_rest_goes_on(make_claim, context, tmp_path, listener):
    def breaks(_):
        raise RuntimeError("no\nluck")

    first, second = run([make_claim(breaks), make_claim(number=2)], context, tmp_path, listener)
    assert (first.outcome, second.outcome) == ("crashed", "holds")
    assert first.notes == ["RuntimeError: no luck"]
    assert "in breaks" in first.traceback
    run([make_claim()], context, tmp_path, listener)
    assert listener.verdicts[-1] == (1, False)  # a crashed claim is tried again


def test_a_check_that_measures_something_else_crashes(make_claim, make_measured, context, tmp_path, listener):
    other = make_claim(lambda _: Measurement(values=[make_measured(key="weight")]))
    (verdict,) = run([other], context, tmp_path, listener)
    assert verdict.outcome is Outcome.CRASHED
    assert "'weight'" in verdict.notes[0]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"findings": [], "outcome": "perhaps"}', '{"findings": [{}]}'])
def test_a_damaged_verdict_is_refused_by_name(text, make_claim, context, tmp_path, listener):
    (tmp_path / "verdicts").mkdir()
    (tmp_path / "verdicts" / "01-quick.json").write_text(text)
    with pytest.raises(LoadError, match=r"01-quick\.json must be a stored verdict \(delete it to measure again\)"):
        run([make_claim()], context, tmp_path, listener)


def test_rules_are_compared_as_they_are_stored(make_claim):
    claim = make_claim()
    assert json.loads(json.dumps(decision.rule(claim.criteria))) == decision.rule(claim.criteria)


def test_a_stand_in_decides_nothing(make_claim, make_measured, context, tmp_path, listener):
    values = [make_measured(lower=-3.0, estimate=-2.0, upper=-1.0)]
    claim = make_claim(lambda _: Measurement(values=values, notes=["a note"], stand_in="a toy"))
    (verdict,) = run([claim], context, tmp_path, listener)
    assert verdict.outcome is Outcome.UNDECIDED
    assert verdict.findings[0].outcome is Outcome.DIFFERS
    assert verdict.notes == ["Undecided because measured on a stand-in: a toy.", "a note"]
    assert rendering.gist(verdict) == "Undecided because measured on a stand-in: a toy."
