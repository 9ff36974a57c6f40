import dataclasses

import pytest

from infoflow.claims import images, runner, studies
from infoflow.claims.claim import Outcome
from infoflow.claims.context import Context
from infoflow.claims.registry import claims
from infoflow.claims.store import VerdictStore

NUMBERS = (10, 11, 12, 13, 14, 15, 16, 17, 18)


class Silent:
    def begin(self, claim):
        pass

    def done(self, verdict, *, stored):
        pass


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::infoflow.InfoflowWarning")
def test_claims_that_need_runs_measure_real_ones(tmp_path, monkeypatch):
    """Runs far too short to decide anything: every claim measures all it requires, and shares its runs."""
    tiny = dataclasses.replace(
        studies.szt_config(Context(quick=True, seeds=(0,), runs=tmp_path)),
        epochs=250,
        checkpoints=6,
        n=4,
        r=4,
        threads=1,
    )
    monkeypatch.setattr(studies, "szt_config", lambda _: tiny)
    monkeypatch.setattr(
        studies, "variant_runs", lambda context, name, **changes: context.study(name, tiny.changed(**changes))
    )
    small = images.image_config(Context(quick=True, seeds=(0,), runs=tmp_path)).changed(
        epochs=1, n_train=64, measured_inputs=50
    )
    monkeypatch.setattr(images, "image_config", lambda _: small)
    context = Context(quick=True, seeds=(0,), runs=tmp_path / "runs")
    verdicts = runner.run_claims(claims(NUMBERS), context, VerdictStore(tmp_path), Silent())
    for verdict in verdicts:
        assert verdict.outcome is not Outcome.CRASHED, verdict.traceback
        measured = {finding.key for finding in verdict.findings}
        assert measured == {key for key, _, _ in verdict.rule}, verdict.number
        assert verdict.seeds == [0]
    studies_made = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert studies_made == ["images-quick", "szt-orthonormal-0.001-quick", "szt-shuffled-quick", "szt-tanh-quick"]
    assert verdicts[NUMBERS.index(14)].outcome is Outcome.UNDECIDED  # digits stand in for MNIST
