import dataclasses
from types import SimpleNamespace

import pytest

from infoflow._errors import RunFolderError
from infoflow.claims import studies
from infoflow.experiments import runner


def stand_in(state):
    return SimpleNamespace(state=state, path="runs/seed0", events=[SimpleNamespace(message="diverged")])


def test_claims_share_their_runs(context, monkeypatch):
    calls = []

    def run_study(config, out, *, seeds, name, listener, resume):
        assert listener is None
        calls.append((config.checkpoints, out.name, seeds, name, resume))
        return [stand_in("finished") for _ in seeds]

    monkeypatch.setattr(runner, "run_study", run_study)
    first = studies.szt_runs(context)
    assert studies.szt_runs(context) is first
    assert calls == [(20, "szt-tanh-quick", (0, 1), "szt-tanh", True)]
    studies.variant_runs(context, "szt-shuffled", labels="shuffled")
    assert calls[1] == (8, "szt-shuffled-quick", (0, 1), "szt-shuffled", True)


def test_a_run_that_failed_is_no_measurement(context, monkeypatch):
    monkeypatch.setattr(runner, "run_study", lambda *_, **__: [stand_in("finished"), stand_in("failed")])
    with pytest.raises(RunFolderError, match=r"must be finished, got runs/seed0 failed: diverged"):
        studies.szt_runs(context)


def test_intervals_of_all_epochs_hold_together(context):
    for quick in (True, False):
        config = studies.szt_config(dataclasses.replace(context, quick=quick))
        assert (1 - config.confidence) * (config.checkpoints + 1) == pytest.approx(0.05)  # union bound over the epochs
