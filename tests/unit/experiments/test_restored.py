import json

import numpy as np
import pytest

from infoflow import ConfigError, RunFolderError, load_run, sample_representations
from infoflow._random import derived_seed
from infoflow.experiments import ExperimentConfig, restored_networks, run_experiment
from infoflow.experiments.restored import stored_config, stored_epochs
from infoflow.runs import RunWriter


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    config = ExperimentConfig().changed(
        problem="spiral", n_inputs=30, n_train=20, hidden=(3, 2), beta=0.1, epochs=3, checkpoints=2, history=2, n=2,
        r=2, threads=1,
    )  # fmt: skip
    return run_experiment(config, tmp_path_factory.mktemp("restored") / "run")


def test_restored_networks_draw_what_the_run_stored(run):
    epochs = []
    for restored in restored_networks(run):
        config, epoch = restored.config, restored.epoch
        seed = derived_seed(config.seed, "centres", epoch)
        draws = sample_representations(restored.network, restored.problem.inputs, config.n, seed=seed)
        for layer, rows in draws.items():
            stored = run.arrays.load(f"representations/{layer}", epoch)
            np.testing.assert_array_equal(rows[:, 0].astype(np.float32), stored)
        epochs.append(epoch)
    assert epochs == run.checkpoint_epochs() == [0, 1, 3]


def test_epochs_come_in_the_order_wanted(run):
    assert [restored.epoch for restored in restored_networks(run, [3, 0])] == [3, 0]


def test_epochs_that_are_not_stored_are_refused_with_the_nearest(run):
    with pytest.raises(RunFolderError, match=r"epochs must be stored ones, got 2, 9 \(nearest stored: 1, 3\)"):
        restored_networks(run, [2, 9])
    with pytest.raises(RunFolderError, match="epochs must name at least one stored epoch, got none"):
        stored_epochs(run, [])


def test_a_run_without_checkpoints_is_refused(tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="szt-tanh", config=ExperimentConfig().as_dict(), seed=0):
        pass
    with pytest.raises(RunFolderError, match="run must hold checkpoints, got none in"):
        restored_networks(load_run(tmp_path / "run"))


@pytest.mark.parametrize("config", [{"beta": 0.1}, {"problem": "digits"}])
def test_runs_of_another_kind_are_refused(tmp_path, config):
    with RunWriter.create(tmp_path / "run", experiment="digits-cnn", config=config, seed=0):
        pass
    with pytest.raises(ConfigError, match="run must be of an experiment with vectors such as szt-tanh, got digits-cnn"):
        stored_config(load_run(tmp_path / "run"))


def test_weights_of_another_network_are_refused(run, tmp_path):
    folder = tmp_path / "run"
    config = run.manifest["config"] | {"hidden": [4, 2]}
    with RunWriter.create(folder, experiment="custom", config=config, seed=0) as writer:
        writer.save_checkpoint(1, run.checkpoint(1))
    with pytest.raises(RunFolderError, match=r"checkpoint of epoch 1 must be of the run's network: .*size mismatch"):
        next(restored_networks(load_run(folder)))
    assert json.loads((folder / "manifest.json").read_text())["config"]["hidden"] == [4, 2]
