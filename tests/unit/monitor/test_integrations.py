"""Each recorder and callback against the real package, and the message where it is missing."""

import builtins
import sys
import warnings

import pytest

from infoflow import load_run, monitor
from infoflow.monitor import Monitor, every

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("LightningMonitor", "lightning", "lightning"),
        ("MLflowRecorder", "mlflow", "mlflow"),
        ("TensorBoardRecorder", "torch.utils.tensorboard", "tensorboard"),
        ("TrainerMonitor", "transformers", "hf"),
    ],
)
def test_a_missing_package_is_named_with_its_extra(monkeypatch, name, package, extra):
    real = builtins.__import__

    def refuse(module, *args, **settings):
        if module.startswith(package):
            raise ImportError(f"No module named {module!r}")
        return real(module, *args, **settings)

    home = f"infoflow.monitor.integrations.{monitor._INTEGRATIONS[name]}"
    monkeypatch.delitem(sys.modules, home, raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ImportError, match=rf"{name} needs the extra: pip install 'infoflow\[{extra}\]'"):
        getattr(monitor, name)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Neptune'"):
        _ = monitor.Neptune


def test_tensorboard_has_scalars_bands_and_figures(probe, tmp_path):
    pytest.importorskip("tensorboard", reason="the extra 'tensorboard' is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of tensorboard's own imports
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        recorder = monitor.TensorBoardRecorder(tmp_path)
        watch = Monitor(probe, schedule=every(1), logger=recorder, clustering=False)
        records = [watch.step(epoch, train_loss=0.5) for epoch in range(2)]
        recorder.close()
        events = EventAccumulator(str(tmp_path)).Reload()
    tags = events.Tags()
    assert tags["images"] == ["intervals"]
    for end in ("lower", "estimate", "upper"):
        stored = events.Scalars(f"train/I_XT/3/{end}")
        assert [event.step for event in stored] == [0, 1]
        expected = [getattr(r.results["train"].interval("3"), end) for r in records]
        assert [event.value for event in stored] == pytest.approx(expected, rel=1e-6)  # float32 in the event file
    assert any("custom_scalars" in tag for tag in tags["tensors"])


def test_tensorboard_writes_into_a_given_writer(probe, tmp_path):
    tensorboard = pytest.importorskip("torch.utils.tensorboard", reason="the extra 'tensorboard' is not installed")
    writer = tensorboard.SummaryWriter(str(tmp_path))
    recorder = monitor.TensorBoardRecorder(writer, figures=False)
    Monitor(probe, schedule=every(1), logger=recorder, clustering=False).step(0)
    recorder.close()
    writer.add_scalar("still/open", 1.0)
    writer.close()


def test_mlflow_has_metrics_and_figures(probe, tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow", reason="the extra 'mlflow' is not installed")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # a folder needs no database driver
    client = mlflow.MlflowClient(tracking_uri=tmp_path.as_uri())
    run = client.create_run(client.create_experiment("probe"))
    recorder = monitor.MLflowRecorder(run.info.run_id, client=client)
    watch = Monitor(probe, schedule=every(1), logger=recorder)
    records = [watch.step(epoch) for epoch in range(2)]
    for end in ("lower", "estimate", "upper"):
        history = client.get_metric_history(run.info.run_id, f"train/I_XT/3/{end}")
        expected = [(r.epoch, getattr(r.results["train"].interval("3"), end)) for r in records]
        assert sorted((metric.step, metric.value) for metric in history) == expected
    names = [item.path for item in client.list_artifacts(run.info.run_id, "intervals")]
    assert names == ["intervals/00000000.png", "intervals/00000001.png"]
    assert "train/clustering/3/H_bin_width_0.07_/noisy" in client.get_run(run.info.run_id).data.metrics


def test_lightning_steps_the_monitor_and_changes_nothing(data, tmp_path):
    lightning = pytest.importorskip("lightning.pytorch", reason="the extra 'lightning' is not installed")

    class Classifier(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))

        def forward(self, x):
            return self.net(x)

        def training_step(self, batch, index):
            loss = torch.nn.functional.cross_entropy(self(batch[0]), batch[1])
            self.log("train/loss", loss, on_epoch=True, on_step=False)
            return loss

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters(), 1e-2)

    def fit(observe):
        lightning.seed_everything(0, verbose=False)
        model = Classifier()
        loader = torch.utils.data.DataLoader(
            torch.utils.data.TensorDataset(*map(torch.as_tensor, data)), batch_size=10, shuffle=True
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Lightning's own advice on workers and loggers
            trainer = lightning.Trainer(
                max_epochs=2,
                callbacks=observe(model),
                logger=False,
                enable_checkpointing=False,
                enable_progress_bar=False,
                enable_model_summary=False,
                accelerator="cpu",
                default_root_dir=tmp_path,
            )
            trainer.fit(model, loader)
        return model.state_dict()

    watches = []

    def observe(model):
        watch = Monitor(model, *data, layers=["net.1"], beta=0.3, n=2, schedule=every(1), out=tmp_path / "run")
        watches.append(watch)
        return [monitor.LightningMonitor(watch)]

    plain, watched = fit(lambda model: []), fit(observe)
    assert all(torch.equal(plain[key], watched[key]) for key in plain)
    assert [record.epoch for record in watches[0].records] == [0, 1, 2]
    run = load_run(tmp_path / "run")
    assert run.state == "finished"
    assert list(run.history["epoch"]) == [1, 2]
    assert run.history["train_loss"].notna().all()


def test_the_lightning_callback_ends_a_failed_run(probe, tmp_path):
    pytest.importorskip("lightning.pytorch", reason="the extra 'lightning' is not installed")
    callback = monitor.LightningMonitor(Monitor(probe, out=tmp_path / "run"))
    callback.on_exception(None, None, ValueError("diverged"))
    assert load_run(tmp_path / "run").state == "failed"


def test_the_trainer_of_transformers_steps_the_monitor(data, tmp_path):
    transformers = pytest.importorskip("transformers", reason="the extra 'hf' is not installed")
    pytest.importorskip("accelerate", reason="the extra 'hf' is not installed")

    class Classifier(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))

        def forward(self, x, labels=None):
            logits = self.net(x)
            loss = None if labels is None else torch.nn.functional.cross_entropy(logits, labels)
            return {"loss": loss, "logits": logits}

    inputs, labels = data
    rows = [{"x": torch.from_numpy(x), "labels": int(y)} for x, y in zip(inputs, labels, strict=True)]
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "trainer"),
        num_train_epochs=2,
        per_device_train_batch_size=10,
        logging_strategy="epoch",
        save_strategy="no",
        report_to=[],
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
        seed=0,
    )

    def fit(observe):
        torch.manual_seed(0)
        model = Classifier()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of transformers and accelerate themselves
            transformers.Trainer(model, arguments, train_dataset=rows, callbacks=observe(model)).train()
        return model.state_dict()

    watches = []

    def observe(model):
        settings = {"layers": ["net.1"], "beta": 0.3, "n": 2, "schedule": every(1), "out": tmp_path / "run"}
        watches.append(Monitor(model, {"x": inputs}, labels, **settings))
        return [monitor.TrainerMonitor(watches[-1])]

    plain, watched = fit(lambda model: []), fit(observe)
    assert all(torch.equal(plain[key], watched[key]) for key in plain)
    assert [record.epoch for record in watches[0].records] == [0, 1, 2]
    run = load_run(tmp_path / "run")
    assert run.state == "finished"
    assert list(run.history["epoch"]) == [1, 2]
    assert run.history["train_loss"].notna().all()
