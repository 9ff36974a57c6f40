import numpy as np
import pandas as pd
import pytest

from infoflow import RunFolderError
from infoflow.experiments import runner
from infoflow.runs import load_run

pytestmark = pytest.mark.usefixtures("small_problem")


class Stop:
    """Stops a run in an epoch, while it trains or while it measures."""

    def __init__(self, epoch, during="training"):
        self.epoch, self.during = epoch, during

    def begin(self, n_epochs, n_checkpoints, n_layers):
        self.left = (n_epochs, n_checkpoints, n_layers)

    def trained(self, epoch, loss):
        if (epoch, self.during) == (self.epoch, "training"):
            raise KeyboardInterrupt

    def layer_done(self, epoch, layer):
        if (epoch, self.during) == (self.epoch, "measuring"):
            raise KeyboardInterrupt

    def estimated(self, epoch, summary):
        if (epoch, self.during) == (self.epoch, "measured"):
            raise KeyboardInterrupt


def stopped(config, folder, *where):
    with pytest.raises(KeyboardInterrupt):
        runner.run_experiment(config, folder, listener=Stop(*where))
    assert load_run(folder).state == "interrupted"


def assert_equal_runs(run, other):
    for name in ("table", "history", "measures"):
        frames = [getattr(r, name).drop(columns="seconds", errors="ignore") for r in (run, other)]
        pd.testing.assert_frame_equal(*frames, check_exact=True)
    for name in other.arrays.names():
        for epoch in other.arrays.epochs(name) or [None]:
            np.testing.assert_array_equal(run.arrays.load(name, epoch), other.arrays.load(name, epoch))
    assert run.checkpoint_epochs() == other.checkpoint_epochs()
    for epoch in other.checkpoint_epochs():
        for name, tensor in other.checkpoint(epoch).items():
            np.testing.assert_array_equal(run.checkpoint(epoch)[name], tensor)


@pytest.mark.parametrize("where", [(0, "measuring"), (2, "training"), (4, "measuring"), (4, "measured")])
def test_a_resumed_run_is_the_uninterrupted_one_bit_for_bit(config, tmp_path, where):
    config = config.changed(lr_drop=3.0, lr_drop_accuracy=0.5)
    whole = runner.run_experiment(config, tmp_path / "whole")
    stopped(config, tmp_path / "run", *where)
    (run,) = runner.resume_stored(tmp_path / "run")
    assert run.state == "finished"
    assert_equal_runs(run, whole)
    assert "resumed" in [event.kind for event in run.events]


def test_the_seconds_of_training_add_up(config, tmp_path):
    stopped(config, tmp_path / "run", 2)
    before = load_run(tmp_path / "run").history["seconds"].iloc[-1]
    listener = Stop(-1)
    run = runner.run_experiment(config, tmp_path / "run", resume=True, listener=listener)
    assert listener.left == (3, 1, 2)  # epochs 2, 3, 4; epoch 4 is still to be measured; two layers
    assert run.history["seconds"].is_monotonic_increasing
    assert run.history["seconds"].iloc[-1] > before


def test_a_finished_run_is_returned_as_it_is(config, tmp_path):
    first = runner.run_experiment(config, tmp_path / "run", resume=True)  # nothing there yet: it is made
    events = first.events
    again = runner.run_experiment(config, tmp_path / "run", resume=True)
    assert again.events == events
    with pytest.raises(RunFolderError, match="must be unfinished, got a finished one"):
        runner.resume_stored(tmp_path / "run")


def test_other_settings_are_refused(config, tmp_path):
    stopped(config, tmp_path / "run", 2)
    with pytest.raises(RunFolderError, match="must have the settings asked for, got others"):
        runner.run_experiment(config.changed(lr=0.2), tmp_path / "run", resume=True)


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match="must be a run folder"):
        runner.resume_stored(tmp_path)
