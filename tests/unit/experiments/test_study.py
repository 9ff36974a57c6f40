import json

import numpy as np
import pytest

from infoflow import ConfigError, RunFolderError
from infoflow.experiments import jobs, runner, session
from infoflow.experiments.progress import Silent

pytestmark = pytest.mark.usefixtures("small_problem")


class Recorder(Silent):
    def __init__(self):
        self.lines, self.plan, self.trained_epochs = [], None, []

    def begin(self, n_epochs, n_checkpoints, n_layers):
        self.plan = (n_epochs, n_checkpoints, n_layers)

    def trained(self, epoch, loss):
        self.trained_epochs.append(epoch)

    def estimated(self, epoch, summary):
        self.lines.append(summary)


def test_a_study_has_a_run_folder_for_every_seed(config, tmp_path):
    heard = Recorder()
    runs = runner.run_study(config, tmp_path / "study", seeds=(3, 5), name="tiny", listener=heard)
    assert [run.path for run in runs] == [tmp_path / "study" / "seed3", tmp_path / "study" / "seed5"]
    assert [(run.state, run.manifest["seed"], run.manifest["experiment"]) for run in runs] == [
        ("finished", 3, "tiny"),
        ("finished", 5, "tiny"),
    ]
    assert heard.trained_epochs == [1, 2, 3, 4]  # one pass for both
    assert heard.plan == (4, 2 * 3, 2)
    assert heard.lines[0].startswith("seed 3: epoch 0")


def test_together_and_apart_give_the_same_numbers_before_training_and_close_ones_after(config, tmp_path):
    together = runner.run_study(config, tmp_path / "together", seeds=(0, 1))
    apart = runner.run_study(config, tmp_path / "apart", seeds=(0, 1), together=False)
    for one, other in zip(together, apart, strict=True):
        first, second = one.table, other.table
        start = first["epoch"] == 0
        assert first[start].drop(columns="seconds").equals(second[start].drop(columns="seconds"))
        # twelve steps of Adam at lr .01, each differing by at most 2 lr where a gradient is lost in rounding
        np.testing.assert_allclose(one.history["train_loss"], other.history["train_loss"], atol=12 * 2 * 0.01)
        assert (first["seconds"] > 0).all()


def test_a_run_that_fails_is_recorded_and_the_rest_goes_on(config, tmp_path, monkeypatch):
    measure = session.measure

    def failing(network, problem, settings, epoch, **options):
        if settings.seed == 1 and epoch == 1:
            raise RuntimeError("no more")
        return measure(network, problem, settings, epoch, **options)

    monkeypatch.setattr(session, "measure", failing)
    for together in (True, False):
        runs = runner.run_study(config, tmp_path / str(together), together=together)
        assert [run.state for run in runs] == ["finished", "failed", "finished"]
        assert "no more" in runs[1].events[-1].data["traceback"]
        assert sorted(set(runs[1].table["epoch"])) == [0]
    monkeypatch.setattr(session, "measure", measure)
    runs = runner.resume_stored(tmp_path / "True")
    assert [run.state for run in runs] == ["finished"] * 3
    assert sorted(set(runs[1].table["epoch"])) == [0, 1, 4]


def test_all_runs_may_fail(config, tmp_path):
    runs = runner.run_study(
        config.changed(activation="linear", optimizer="sgd", lr=1e30, epochs=50), tmp_path / "study", seeds=(0, 1)
    )
    assert [run.state for run in runs] == ["failed", "failed"]
    assert "lower lr" in runs[0].events[-1].message


def test_finished_runs_are_kept_and_missing_ones_made(config, tmp_path, monkeypatch):
    runs = runner.run_study(config, tmp_path / "study", seeds=(0, 1))
    events = [run.events for run in runs]
    more = runner.run_study(config, tmp_path / "study", seeds=(0, 1, 2), resume=True)
    assert [run.events for run in more[:2]] == events
    assert more[2].state == "finished"
    stored = json.loads((tmp_path / "study" / "study.json").read_text())
    assert [entry["folder"] for entry in stored["runs"]] == ["seed0", "seed1", "seed2"]
    with pytest.raises(RunFolderError, match="study to resume must be unfinished, got a finished one"):
        runner.resume_stored(tmp_path / "study")
    monkeypatch.setattr(jobs, "load_problem", None)  # nothing is loaded again
    runner.run_study(config, tmp_path / "study", seeds=(1,), resume=True)


def test_an_interrupted_study_goes_on(config, tmp_path):
    class Stop(Silent):
        def trained(self, epoch, loss):
            if epoch == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run_study(config, tmp_path / "study", seeds=(0, 1), listener=Stop())
    heard = Recorder()
    runs = runner.resume_stored(tmp_path / "study", listener=heard)
    assert [run.state for run in runs] == ["finished", "finished"]
    assert heard.trained_epochs == [2, 3, 4]  # from the last measured epoch
    whole = runner.run_study(config, tmp_path / "whole", seeds=(0, 1))
    for run, other in zip(runs, whole, strict=True):
        # the same passes with the same members: bit for bit
        assert run.table.drop(columns="seconds").equals(other.table.drop(columns="seconds"))


def test_a_sweep_has_a_folder_for_every_value(config, tmp_path):
    heard = Recorder()
    runs = runner.run_study(config, tmp_path / "s", seeds=(0, 1), sweep={"beta": (0.1, 0.5)}, listener=heard)
    folders = [run.path.relative_to(tmp_path / "s").as_posix() for run in runs]
    assert folders == ["beta=0.1/seed0", "beta=0.1/seed1", "beta=0.5/seed0", "beta=0.5/seed1"]
    assert [run.manifest["config"]["beta"] for run in runs] == [0.1, 0.1, 0.5, 0.5]
    assert heard.trained_epochs == [1, 2, 3, 4]


def test_networks_of_different_shapes_take_turns(config, tmp_path):
    heard = Recorder()
    runner.run_study(config, tmp_path / "s", seeds=(0,), sweep={"activation": ("tanh", "relu")}, listener=heard)
    assert heard.trained_epochs == [1, 2, 3, 4] * 2


def test_bad_studies_are_refused(config, tmp_path):
    with pytest.raises(ValueError, match=r"seeds must be different and at least one, got \[1, 1\]"):
        runner.run_study(config, tmp_path / "s", seeds=(1, 1))
    with pytest.raises(ValueError, match=r"got \[\]"):
        runner.run_study(config, tmp_path / "s", seeds=())
    with pytest.raises(ConfigError, match="'betta'"):
        runner.run_study(config, tmp_path / "s", sweep={"betta": (1.0,)})
    with pytest.raises(RunFolderError, match="must not exist yet"):
        runner.run_study(config, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_data_that_cannot_be_read_end_the_study_at_once(config, tmp_path, monkeypatch):
    def missing(config):
        raise ConfigError("n_train must be less")

    monkeypatch.setattr(jobs, "load_problem", missing)
    for together in (True, False):
        with pytest.raises(ConfigError, match="n_train"):
            runner.run_study(config, tmp_path / str(together), together=together)


@pytest.mark.parametrize("content", ["{half", "{}", '{"experiment": "x", "runs": [{"folder": "seed0"}]}', "[]"])
def test_a_damaged_study_is_refused(tmp_path, content):
    (tmp_path / "study.json").write_text(content)
    with pytest.raises(RunFolderError, match="must be a whole study file"):
        runner.resume_stored(tmp_path)
