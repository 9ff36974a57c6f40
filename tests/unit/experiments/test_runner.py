import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from infoflow import InfoflowWarning, NonFiniteError, RunFolderError
from infoflow.experiments import runner, session
from infoflow.experiments.models import build_network
from infoflow.runs import load_run

pytestmark = pytest.mark.usefixtures("small_problem")


def test_a_run_stores_every_estimate_and_loss(config, tmp_path):
    run = runner.run_experiment(config, tmp_path / "run", name="tiny", command=["infoflow", "run"])
    assert run.state == "finished"
    assert run.manifest["config"] == config.as_dict()
    assert (run.manifest["experiment"], run.manifest["command"]) == ("tiny", ["infoflow", "run"])
    assert sorted(run.table["epoch"].unique()) == [0, 1, 4]
    per_epoch = run.table.groupby("epoch").size()
    assert set(per_epoch) == {2 * 2 * 2}  # layers x quantities x modes
    assert list(run.history["epoch"]) == [0, 1, 2, 3, 4]
    assert run.history["noisy_train_loss"].notna().tolist() == [False, True, True, True, True]
    plan = next(event.data for event in run.events if event.kind == "plan")
    assert plan == {"epochs": 4, "estimated": [0, 1, 4], "layers": ["T1", "T2"]}
    assert set(run.measures["epoch"]) == {0, 1, 4}
    scatter = run.measures[run.measures["measure"] == "within_total_scatter"]["value"]
    assert len(scatter) == 3 * 2
    assert ((scatter >= 0) & (scatter <= 1)).all()
    valid = run.table[run.table["mode"] == "certified"]
    assert (valid["lower"] <= valid["upper"]).all()
    assert valid[valid["quantity"] == "I(X;T)"]["ceiling"].unique() == [np.log(32)]


def test_equal_seeds_give_equal_numbers_bit_for_bit(config, tmp_path):
    first, again, other = (
        runner.run_experiment(config.changed(seed=seed), tmp_path / name)
        for seed, name in ((5, "first"), (5, "again"), (6, "other"))
    )
    pd.testing.assert_frame_equal(_numbers(first.table), _numbers(again.table), check_exact=True)
    pd.testing.assert_frame_equal(_numbers(first.history), _numbers(again.history), check_exact=True)
    assert not _numbers(first.table).equals(_numbers(other.table))


def _numbers(frame):
    return frame.drop(columns="seconds")


def test_estimating_more_often_does_not_change_the_training(config, tmp_path):
    few = runner.run_experiment(config.changed(checkpoints=1), tmp_path / "few")
    many = runner.run_experiment(config.changed(checkpoints=4), tmp_path / "many")
    pd.testing.assert_frame_equal(_numbers(few.history), _numbers(many.history), check_exact=True)
    last = {epoch: run.checkpoint(4) for run, epoch in ((few, 1), (many, 4))}
    for name, value in last[1].items():
        np.testing.assert_array_equal(value, last[4][name])


def test_a_checkpoint_restores_the_network_and_its_noise(config, tmp_path, problem):
    run = runner.run_experiment(config, tmp_path / "run")
    assert run.checkpoint_epochs() == [0, 1, 4]
    stored = run.checkpoint(4)
    network = build_network(config.changed(seed=9), 5, 2)
    named = {key.removeprefix("model."): value for key, value in stored.items() if key.startswith("model.")}
    weights = {key: torch.from_numpy(value) for key, value in named.items()}
    network.model.load_state_dict(weights)
    network.load_noise_state(torch.from_numpy(stored["noise"]))
    with network.noiseless(), torch.no_grad():
        s1 = network.model.T1(torch.from_numpy(problem.inputs)).numpy()
    kept = run.arrays.load("kept_inputs")
    assert run.arrays.epochs("representations/T1") == [0, 1, 4]
    # the first layer is deterministic: what was stored is what the restored weights give, to float32 rounding
    np.testing.assert_allclose(run.arrays.load("representations/T1", 4), s1[kept], rtol=1e-6, atol=1e-7)
    assert run.arrays.load("representations/T2", 4).shape == (8, 2)
    with network.noiseless(), torch.no_grad():
        s2 = network.model.T2(network.model.T1(torch.from_numpy(problem.inputs))).numpy()
    np.testing.assert_allclose(run.arrays.load("twin/T2", 4), s2[kept], rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(run.arrays.load("labels"), problem.labels)


class _StopsAfter:
    def __init__(self, epoch):
        self.epoch = epoch

    def begin(self, n_epochs, n_checkpoints, n_layers):
        assert (n_epochs, n_checkpoints, n_layers) == (4, 3, 2)

    def trained(self, epoch, loss):
        if epoch == self.epoch:
            raise KeyboardInterrupt

    def layer_done(self, epoch, layer):
        assert layer in ("T1", "T2")

    def estimated(self, epoch, summary):
        assert "I(X;T) T1" in summary


def test_an_interrupted_run_keeps_what_was_finished(config, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        runner.run_experiment(config, tmp_path / "run", listener=_StopsAfter(2))
    run = load_run(tmp_path / "run")
    assert run.state == "interrupted"
    assert sorted(run.table["epoch"].unique()) == [0, 1]
    assert list(run.history["epoch"]) == [0, 1]


def test_a_failed_run_says_why(config, tmp_path):
    with pytest.raises(NonFiniteError):
        runner.run_experiment(
            config.changed(activation="linear", optimizer="sgd", lr=1e30, epochs=50), tmp_path / "run"
        )
    run = load_run(tmp_path / "run")
    assert run.state == "failed"
    assert "lower lr" in run.events[-1].message


def test_an_existing_folder_is_refused(config, tmp_path):
    with pytest.raises(RunFolderError, match="must not exist"):
        runner.run_experiment(config, tmp_path)


def test_the_librarys_warnings_become_events_and_others_pass(config, tmp_path, monkeypatch):
    measure = session.measure

    def warning_measure(*args, **kwargs):
        warnings.warn("I(X;T): near the ceiling", InfoflowWarning, stacklevel=1)
        return measure(*args, **kwargs)

    monkeypatch.setattr(session, "measure", warning_measure)
    run = runner.run_experiment(config, tmp_path / "run")
    warned = [event for event in run.events if event.kind == "warning" and "near the ceiling" in event.message]
    assert [event.data["epoch"] for event in warned] == [0, 1, 4]


def test_the_thread_count_is_given_back(config, tmp_path):
    before = torch.get_num_threads()
    runner.run_experiment(config.changed(threads=1), tmp_path / "run")
    assert torch.get_num_threads() == before
