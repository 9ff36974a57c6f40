import math

import numpy as np
import pytest
import torch

from infoflow.experiments import run_experiment
from infoflow.experiments.progress import Silent
from infoflow.experiments.validation import SpiralEntropyConfig, run_validation
from infoflow.experiments.validation.spiral_entropy import layer_samples, spiral_network_config, trained_network
from infoflow.runs.cases import case_frame

SMALL = SpiralEntropyConfig().changed(
    n_inputs=30, n_train=24, hidden=(4, 2), epochs=2, sizes=(5, 400), interval_draws=100, threads=1,
    nearest_neighbour_limit=100, confidence=0.999,
)  # fmt: skip


@pytest.fixture(scope="module")
def trained():
    return trained_network(spiral_network_config(SMALL))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return run_experiment(SMALL, tmp_path_factory.mktemp("spiral") / "run", name="spiral-entropy")


def test_the_network_is_the_one_that_its_experiment_trains(trained, tmp_path):
    config = spiral_network_config(SMALL).changed(checkpoints=2, history=2, n=2, r=2, threads=1)
    theirs = run_experiment(config, tmp_path / "run")
    weights = theirs.checkpoint(config.epochs)
    for name, value in trained.network.model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), weights[f"model.{name}"])  # bit for bit
    last = theirs.history.iloc[-1]
    assert (last["train_accuracy"], last["test_accuracy"]) == trained.losses[2:]


def test_samples_have_the_mean_of_the_noisy_network_over_all_inputs(trained):
    s = layer_samples(trained, 4000, 0)
    assert s.shape == (4000, 2)
    assert np.abs(s).max() <= 1.0
    np.testing.assert_array_equal(s, layer_samples(trained, 4000, 0))
    # by hand: T1 = tanh(W x + b) + beta z, S2 = tanh(W T1 + b), every input 200 times
    first, second = trained.network.model.T1, trained.network.model.T2
    x = torch.from_numpy(trained.problem.inputs).repeat(200, 1)
    with torch.no_grad(), trained.network.noiseless():
        hidden = first(x)
        by_hand = second(hidden + SMALL.beta * torch.randn(hidden.shape, generator=torch.manual_seed(0))).numpy()
    stderr = np.sqrt(s.var(axis=0) / len(s) + by_hand.var(axis=0) / len(by_hand))
    # 5 standard errors; the second sample is stratified over the inputs, so its own error is smaller than assumed
    assert (np.abs(s.mean(axis=0) - by_hand.mean(axis=0)) < 5 * stderr).all()
    assert not np.array_equal(layer_samples(trained, 5, 1), s[:5])


def test_cases_hold_estimates_interval_and_accuracy(run, trained):
    frame = case_frame(run)
    assert frame[["d", "beta", "n", "replicate"]].values.tolist() == [[2, 0.2, n, 0] for n in (5, 400)]
    assert "exact" not in frame
    assert (frame["train_accuracy"] == trained.losses.train_accuracy).all()
    assert frame["nearest_neighbour"].notna().tolist() == [True, False]
    assert "nearest_neighbour: not run: n = 400 is above its limit 100" in [event.message for event in run.events]
    # one h(T) for both sizes: each 99.9 % interval holds it, so they meet
    assert frame["lower"].max() <= frame["upper"].min()
    assert (frame["quantity"] == "h(T)").all()
    # the plug-in is at least h(Z), and at most ln n above it
    noise = math.log(2 * math.pi * math.e * SMALL.beta**2)
    above = frame["plug_in"] - noise
    assert above.between(-4 * frame["plug_in_stderr"], np.log(frame["n"]) + 4 * frame["plug_in_stderr"]).all()


def test_a_run_broken_off_trains_the_same_network_again(run, tmp_path):
    class Stop(Silent):
        def layer_done(self, epoch, layer):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_validation(SMALL, tmp_path / "run", listener=Stop())
    trained_network.cache_clear()
    finished = run_validation(SMALL, tmp_path / "run", resume=True)
    np.testing.assert_array_equal(case_frame(finished)["plug_in"], case_frame(run)["plug_in"])


def test_no_interval_is_asked_for(tmp_path):
    frame = case_frame(run_validation(SMALL.changed(interval_draws=0, sizes=(5,)), tmp_path / "run"))
    assert frame["lower"].isna().all()
