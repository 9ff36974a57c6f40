import json

import numpy as np
import pytest

from infoflow import RunFolderError, load_run
from infoflow.cli.show import print_run
from infoflow.experiments.images import mnist_table, run_images
from infoflow.experiments.images.run import measured_epochs
from infoflow.experiments.images.table import variants
from infoflow.experiments.progress import Silent


class StopAfter(Silent):
    def __init__(self, epoch):
        self.epoch = epoch

    def trained(self, epoch, loss):
        if epoch == self.epoch:
            raise KeyboardInterrupt


def test_stores_everything(image_config, tmp_path):
    config = image_config(epochs=1, information_inputs=6, beta=0.2, n=2, r=2)
    run = run_images(config, tmp_path / "run", name="digits-cnn")
    assert run.state == "finished"
    assert run.manifest["config"] == config.as_dict()
    assert run.history["epoch"].tolist() == run.checkpoint_epochs() == [0, 1]
    assert run.arrays.load("labels").shape == (96 + 60,)
    kept = run.arrays.load("kept_inputs")
    assert kept.min() >= 96
    for layer, d in {"T1": 12544, "T2": 6272, "T3": 128, "L4": 10}.items():
        for folder in ("representations", "twin"):
            assert run.arrays.load(f"{folder}/{layer}", 1).shape == (5, d)
        for kind in ("cosine_histogram", "distance_histogram"):
            counts = run.arrays.load(f"{kind}/{layer}", 1)
            assert counts.sum() == run.arrays.load(f"twin_{kind}/{layer}", 1).sum() == 20 * 19 / 2
        assert run.arrays.load(f"distance_largest/{layer}", 1) > 0
    measures = set(run.measures["measure"])
    assert {"within_cosine", "twin_between_distance", "within_total_scatter", "twin_H_bin[0.07]"} <= measures
    assert {"test_errors", "noisy_test_errors"} <= measures
    assert set(run.table["layer"]) == {"T1", "T2", "T3"}
    certified = run.table[run.table["mode"] == "certified"]
    assert (certified["lower"] <= certified["upper"]).all()
    assert (certified["upper"] <= certified["ceiling"] + 1e-12).all()
    assert set(certified["m"]) == {6}


def test_a_run_without_noise_has_no_information(image_config, tmp_path, capsys):
    run = run_images(image_config(epochs=1, noise="none", information_inputs=6), tmp_path / "run")
    assert run.table.empty
    table = run.measures.pivot_table(index=["epoch", "layer"], columns="measure", values="value")
    assert (table["within_cosine"] == table["twin_within_cosine"]).all()
    print_run(run)
    shown = capsys.readouterr().out
    assert "no estimates: nothing in this run has noise, or they were not asked for; 18 measures" in shown
    assert "never finished" not in shown


def test_a_broken_off_run_goes_on_bit_for_bit(image_config, tmp_path):
    config = image_config(epochs=4, n_train=64)
    whole = run_images(config, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run_images(config, tmp_path / "broken", listener=StopAfter(3))
    assert load_run(tmp_path / "broken").checkpoint_epochs() == [0, 1, 2]
    resumed = run_images(config, tmp_path / "broken", resume=True)
    assert resumed.state == "finished"
    assert resumed.checkpoint_epochs() == whole.checkpoint_epochs() == measured_epochs(config)
    for name, value in whole.checkpoint(4).items():
        assert np.array_equal(value, resumed.checkpoint(4)[name])
    assert resumed.measures.equals(whole.measures)
    assert resumed.history.drop(columns="seconds").equals(whole.history.drop(columns="seconds"))
    assert run_images(config, tmp_path / "broken", resume=True).path == resumed.path


def test_refuses_what_is_there(image_config, tmp_path):
    run_images(image_config(epochs=1), tmp_path / "run")
    with pytest.raises(RunFolderError, match="run folder must not exist yet"):
        run_images(image_config(epochs=1), tmp_path / "run")
    with pytest.raises(RunFolderError, match="run to resume must have the settings asked for"):
        run_images(image_config(epochs=2), tmp_path / "run", resume=True)


def test_the_table(image_config, tmp_path):
    told = []
    settings = {"betas": (0.2,), "seeds": (0, 1), "config": image_config(n_train=64), "epochs": 1, "tell": told.append}
    table = mnist_table(tmp_path, **settings).set_index("variant")
    assert told[0] == "deterministic, seed 0"
    assert list(table.index) == ["deterministic", "beta=0.2", "dropout=0.2"]
    runs = [load_run(tmp_path / "beta=0.2" / f"seed{seed}") for seed in (0, 1)]
    final = [run.measures.query("measure == 'test_errors' and epoch == 1")["value"].iloc[0] for run in runs]
    assert table.loc["beta=0.2", "errors"] == np.mean(final)
    assert table.loc["beta=0.2", "errors_sd"] == pytest.approx(np.std(final, ddof=1), rel=1e-12)
    assert table.loc["beta=0.2", "n_test"] == 60
    # the deterministic model with itself: the last of 100 bins, and a cosine of 1 up to float32 norms
    assert table.loc["deterministic", "peak_T1"] == pytest.approx(0.99, abs=1e-12)
    assert table.loc["deterministic", "median_L4"] == pytest.approx(1, abs=1e-6)
    assert table.loc["beta=0.2", "median_T1"] < table.loc["beta=0.2", "plain_median_T1"] < 1
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npy")}
    again = mnist_table(tmp_path, **settings).set_index("variant")
    assert again.equals(table)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npy")} == stamps
    one_seed = mnist_table(tmp_path, **(settings | {"seeds": (0,)})).set_index("variant")
    assert one_seed["errors_sd"].isna().all()
    assert one_seed.loc["beta=0.2", "errors"] == final[0]
    assert json.loads((tmp_path / "table.json").read_text())["rows"][1]["errors"] == final[0]


def test_variants(image_config):
    found = variants(image_config(), (0.05, 0.5))
    assert {name: (one.noise, one.beta) for name, one in found.items()} == {
        "deterministic": ("none", 0.1),
        "beta=0.05": ("gaussian", 0.05),
        "beta=0.5": ("gaussian", 0.5),
        "dropout=0.2": ("dropout", 0.1),
    }
