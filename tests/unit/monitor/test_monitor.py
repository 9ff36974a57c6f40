import random
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from infoflow import InfoflowWarning, RunFolderError, load_run, make_noisy
from infoflow.monitor import Monitor, Probe, every
from infoflow.monitor.folder import HISTORY


def train(data, observe=None, *, noisy=False):
    """Three epochs with everything that a monitor might disturb; returns what must not change."""
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - the global generator is what is tested
    model = nn.Sequential(
        nn.Linear(6, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Dropout(0.2), nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 2)
    )
    network = make_noisy(model, 0.2, ["2", "5"], seed=2) if noisy else None
    monitor = observe(network or model) if observe else None
    inputs, labels = torch.from_numpy(data[0]), torch.from_numpy(data[1])
    optimiser = torch.optim.Adam(model.parameters(), 1e-2)
    losses, draws = [], []
    for epoch in range(3):
        for part in torch.randperm(40).split(10):
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(model(inputs[part]), labels[part])
            loss.backward()
            if monitor and epoch == 1:  # between backward and step: gradients are there
                monitor.step(100 + len(losses))
            optimiser.step()
            losses.append(loss.item())
        draws.append((random.random(), np.random.random(), torch.rand(()).item()))  # noqa: NPY002
    gradients = [parameter.grad.clone() for parameter in model.parameters()]
    modes = [module.training for module in model.modules()]
    noise = network.noise_state() if network else torch.zeros(0)
    return losses, draws, gradients, list(model.state_dict().values()), modes, noise, monitor


@pytest.mark.parametrize("noisy", [False, True])
def test_training_is_the_same_bit_for_bit_with_and_without(data, noisy):
    settings = {"n": 2} if noisy else {"n": 2, "layers": ["2", "5"], "beta": 0.2}
    plain = train(data, noisy=noisy)
    watched = train(
        data, lambda model: Monitor(model, *data, test_inputs=data[0][:9], schedule=every(1), **settings), noisy=noisy
    )
    assert plain[0] == watched[0]
    assert plain[1] == watched[1]
    for index in (2, 3):
        assert all(torch.equal(a, b) for a, b in zip(plain[index], watched[index], strict=True))
    assert plain[4] == watched[4]
    assert torch.equal(plain[5], watched[5])
    assert len(watched[6].records) == 4


def test_it_measures_when_due_on_both_splits(mlp, data, tmp_path):
    with Monitor(
        mlp,
        *data,
        test_inputs=data[0][:10],
        test_labels=data[1][:10],
        schedule=[0, 2],
        beta=0.3,
        n=2,
        out=tmp_path / "run",
    ) as monitor:
        found = [monitor.step(epoch, train_loss=1.0 / (epoch + 1), lr=0.1) for epoch in range(4)]
    assert [record is not None for record in found] == [True, False, True, False]
    table = monitor.table
    assert list(table.columns[:4]) == ["epoch", "split", "layer", "quantity"]
    assert set(table["split"]) == {"train", "test"}
    assert set(table["epoch"]) == {0, 2}
    assert (table["overhead_percent"] > 0).all()
    assert set(table[table["split"] == "test"]["m"]) == {10}
    run = load_run(tmp_path / "run")
    assert run.state == "finished"
    assert set(run.table["layer"]) == {"1", "3", "1 (test)", "3 (test)"}
    assert list(run.history["epoch"]) == [0, 1, 2, 3]
    assert list(run.history["train_loss"]) == [1.0, 1 / 2, 1 / 3, 1 / 4]
    assert run.history[HISTORY[1]].isna().all()
    kinds = [event.kind for event in run.events]
    assert kinds.count("losses") == 4
    assert kinds.count("clustering") == 4
    assert kinds.count("monitor") == 2
    assert run.manifest["config"]["splits"] == {"train": {"inputs": 40, "of": 40}, "test": {"inputs": 10, "of": 10}}


def test_a_probe_or_several_bring_their_own_inputs(probe, mlp, data):
    assert Monitor(probe, clustering=False).probes == {"train": probe}
    other = Probe(mlp, data[0][:8], beta=0.3, n=2)
    monitor = Monitor({"seen": probe, "unseen": other}, schedule=every(1), clustering=False)
    assert set(monitor.step(0).results) == {"seen", "unseen"}


def test_the_default_schedule_keeps_to_its_share(probe, monkeypatch):
    monitor = Monitor(probe, clustering=False)
    result, budgets, clock = probe.measure(clustering=False), [], [0.0]

    def two_seconds(self, *, budget, **settings):
        clock[0] += 2.0
        budgets.append(budget)
        return result

    monkeypatch.setattr(Probe, "measure", two_seconds)
    monkeypatch.setattr(monitor, "_start", 0.0)
    monkeypatch.setattr("infoflow.monitor.monitor.time.monotonic", lambda: clock[0])
    measured = []
    for epoch in range(61):
        if monitor.step(epoch):
            measured.append(epoch)
        clock[0] += 1.0
    # A tenth of one second an epoch, two seconds a measurement: the first is made in advance, the next when there is
    # room for both, and the one after for three.
    assert measured == [0, 40, 60]
    assert monitor.overhead <= 0.1
    assert budgets[1] == pytest.approx(0.5 * (0.1 * 40 - 2))  # half of what is left of the share


def test_no_records_no_table(probe):
    monitor = Monitor(probe)
    assert monitor.table.empty
    assert monitor.overhead == 0.0


class Broken:
    def __init__(self):
        self.calls = 0

    def record(self, record):
        self.calls += 1
        raise OSError("disk full")


class Wandb:
    def __init__(self):
        self.logged = {}

    def log(self, data, step):
        self.logged[step] = data


def test_a_broken_recorder_is_one_warning_and_the_others_go_on(probe):
    broken, wandb = Broken(), Wandb()
    monitor = Monitor(probe, schedule=every(1), logger=[broken, wandb], clustering=False)
    with pytest.warns(InfoflowWarning, match="Broken failed and is tried again silently: OSError: disk full"):
        monitor.step(0, train_loss=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        monitor.step(1)
    assert broken.calls == 2
    assert set(wandb.logged) == {0, 1}
    scalars = wandb.logged[0]
    assert scalars["train_loss"] == 0.5
    assert scalars["train/I_XT/3/lower"] <= scalars["train/I_XT/3/upper"]
    assert {"train/I_YT/1/estimate", "monitor/seconds", "monitor/overhead"} <= set(scalars)


def test_a_measurement_that_fails_is_a_warning(mlp, data, tmp_path):
    monitor = Monitor(mlp, *data, beta=0.3, n=2, schedule=every(1), clustering=False, out=tmp_path / "run")
    with torch.no_grad():
        mlp[2].weight.fill_(float("nan"))
    with pytest.warns(InfoflowWarning, match="epoch 0 could not be measured: NonFiniteError"):
        assert monitor.step(0) is None
    monitor.close()
    assert [event.kind for event in load_run(tmp_path / "run").events] == ["started", "warning", "finished"]


def test_the_folder_says_how_training_ended(probe, tmp_path):
    with pytest.raises(ZeroDivisionError), Monitor(probe, out=tmp_path / "failed"):
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt), Monitor(probe, out=tmp_path / "stopped"):
        raise KeyboardInterrupt
    assert load_run(tmp_path / "failed").state == "failed"
    assert load_run(tmp_path / "stopped").state == "interrupted"
    with pytest.raises(RunFolderError, match="run folder must not exist yet"):
        Monitor(probe, out=tmp_path / "failed")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"inputs": np.zeros(3)}, TypeError, "inputs, labels and settings must not be given beside probes"),
        ({"beta": 0.1}, TypeError, "inputs, labels and settings must not be given beside probes"),
        ({"model": {}}, TypeError, "model must be a module, a noisy network, a Probe or probes by split"),
        ({"model": nn.Tanh()}, TypeError, "inputs must be given"),
        ({"logger": 3}, TypeError, "logger must have"),
        ({"overhead": 0}, ValueError, "overhead must be a positive share of the training time, got 0"),
        ({"schedule": 4}, TypeError, "schedule must be every"),
    ],
)
def test_bad_arguments(probe, change, error, message):
    with pytest.raises(error, match=message):
        Monitor(**{"model": probe} | change)


def test_epochs_must_grow_and_losses_be_numbers(probe):
    monitor = Monitor(probe, schedule=[50])
    monitor.step(3)
    with pytest.raises(ValueError, match="epoch must grow from call to call, got 3 after 3"):
        monitor.step(3)
    with pytest.raises(TypeError, match="epoch must be an integer"):
        monitor.step(4.5)
    with pytest.raises(TypeError, match="train_loss must be a real number"):
        monitor.step(5, train_loss="low")


def test_a_figure_has_a_panel_per_quantity(probe):
    record = Monitor(probe, schedule=every(1), clustering=False).step(0)
    figure = record.figure()
    assert [axes.get_title() for axes in figure.axes] == ["I(X;T), epoch 0", "I(Y;T), epoch 0"]
