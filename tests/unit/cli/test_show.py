"""``infoflow show``: studies, kinds of figures, bad input, damaged runs; in this process."""

import shutil
import sqlite3

import numpy as np
import pytest

from infoflow._result import Interval, Parts
from infoflow.cli import main
from infoflow.cli.figures import KINDS
from infoflow.cli.study import study_folders
from infoflow.runs import RunWriter


def interval(value, quantity="I(X;T)", mode="certified"):
    parts = Parts(bias_gap=0.0, centre_fluctuation=0.0, monte_carlo_upper=0.1, monte_carlo_lower=0.1)
    ends = {"lower": value - 0.1, "upper": value + 0.1, "raw_lower": value - 0.1, "raw_upper": value + 0.1}
    about = {"confidence": 0.95, "ceiling": 3.0, "estimator": "midpoint", "m": 20, "n": 4, "r": 4, "d": 2}
    return Interval(estimate=value, mode=mode, quantity=quantity, parts=parts, **ends, **about)


def write(writer, epoch):
    writer.record_history(epoch, train_loss=0.5, test_loss=0.6, train_accuracy=0.9, test_accuracy=0.8)
    writer.save_array("representations/T1", np.random.default_rng(epoch).standard_normal((20, 2)), epoch=epoch)
    writer.save_array("twin/T1", np.random.default_rng(epoch).standard_normal((20, 2)), epoch=epoch)
    writer.record_measures(epoch, [("T1", "twin_H_bin[0.1]", 1.0), ("T1", "w", 1.0 * epoch), ("T1", "b", 0.0)])
    writer.record_estimates(
        epoch,
        [
            ("T1", interval(1.0 + epoch / 10, quantity, mode))
            for quantity in ("I(X;T)", "I(Y;T)")
            for mode in ("certified", "asymptotic")
        ],
    )


def create(path, seed=0):
    writer = RunWriter.create(path, experiment="x", config={"beta": 0.1, "activation": "tanh"}, seed=seed)
    writer.record_event("plan", epochs=2, estimated=[0, 1, 2], layers=["T1"])
    for name, array in (
        ("labels", np.arange(20) % 2),
        ("kept_inputs", np.arange(20)),
        ("inputs", np.array([-1.0, 1.0])),
    ):
        writer.save_array(name, array)
    return writer


@pytest.fixture
def path(tmp_path):
    with create(tmp_path / "run") as writer:
        for epoch in (0, 1, 2):
            write(writer, epoch)
    return tmp_path / "run"


@pytest.fixture
def study(tmp_path):
    for seed in (10, 2):
        with create(tmp_path / "study" / f"seed{seed}", seed) as writer:
            write(writer, 0)
    return tmp_path / "study"


def shown(capsys, *arguments):
    code = main(["show", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_pipe_gets_plain_text_only(capsys, path):
    code, out, err = shown(capsys, path)
    assert (code, err) == (0, "")
    assert "\x1b" not in out
    assert out.isascii()
    assert len(out.splitlines()) == 1 + 1 + 3


def test_a_study_is_a_line_per_seed_in_their_order(capsys, study):
    code, out, _ = shown(capsys, study)
    lines = out.splitlines()
    assert code == 0
    assert lines[0].endswith("study: 2 runs: 2 finished")
    assert [line.split()[0] for line in lines[1:]] == ["run", "seed2", "seed10"]


def test_swept_studies_are_found_and_runs_are_no_studies(study, path, tmp_path):
    (study / "beta=0.1").mkdir()
    (study / "seed2").rename(study / "beta=0.1" / "seed2")
    assert [folder.name for folder in study_folders(study)] == ["seed2", "seed10"]
    assert study_folders(path) == []
    assert study_folders(tmp_path / "nowhere") == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("seeds", "validation")])
def test_every_kind_is_drawn(capsys, path, tmp_path, kind):
    code, out, err = shown(capsys, path, "--figure", tmp_path / "figure.png", "--kind", kind)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == f"figure: {tmp_path / 'figure.png'}"
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_options_reach_the_figure_and_a_study_has_its_own(capsys, path, study, tmp_path):
    figure = tmp_path / "figure.svg"
    options = ["--kind", "cosine", "--layer", "T1", "--epochs", "0,2", "--twin"]
    assert shown(capsys, path, "--figure", figure, *options)[0] == 0
    drawn = figure.read_text()
    assert "deterministic twin" in drawn
    assert "epoch 2" in drawn
    assert "epoch 1" not in drawn
    assert shown(capsys, study, "--figure", figure, "--quantity", "I(Y;T)")[0] == 0
    assert "median and range of 2 runs (seeds 2, 10)" in figure.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--figure", "f.png", "--kind", "pie"], "--kind must be one of information, plane"),
        (["--kind", "plane"], "--kind must come with --figure FILE"),
        (["--layer", "T1"], "--layer must come with --figure FILE"),
        (["--figure", "f.png", "--twin"], "--twin must go with a --kind of scatter, activations, cosine, distance"),
        (["--figure", "f.png", "--kind", "scatter", "--epochs", "0,x"], "--epochs must be whole numbers"),
        (["--figure", "f.png", "--kind", "scatter", "--epochs", "7"], "epochs must be stored ones, got [7]"),
        (["--figure", "f.png", "--kind", "scatter", "--layer", "T9"], "layer must be one of T1, got 'T9'"),
        (["--figure", "no/folder/f.png"], "--figure must be a file that can be written"),
        (["--quantity", "I(Z)"], "--quantity must be one of"),
    ],
)
def test_bad_options_are_one_line_before_any_output(capsys, path, monkeypatch, arguments, words):
    monkeypatch.chdir(path.parent)
    code, out, err = shown(capsys, path, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert not (path.parent / "f.png").exists()


def test_a_study_has_no_figure_of_one_run(capsys, study):
    code, _, err = shown(capsys, study, "--figure", "f.png", "--kind", "plane")
    assert code == 2
    assert "--kind must be seeds for a folder of several runs, got plane" in err


def test_bad_folders_are_one_line(capsys, path, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, words in [("nowhere", "got no folder"), ("empty", "a folder without it")]:
        for watch in ([], ["--watch"]):
            code, out, err = shown(capsys, tmp_path / folder, *watch)
            assert (code, out, err.count("\n")) == (2, "", 1)
            assert words in err
    manifest = (path / "manifest.json").read_text()
    (path / "manifest.json").write_text(manifest.replace('"schema_version": 2', '"schema_version": 99'))
    code, out, err = shown(capsys, path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "written by a later infoflow (schema version 99" in err


def test_a_damaged_database_is_one_line(capsys, path):
    (path / "run.sqlite").write_bytes((path / "run.sqlite").read_bytes()[:5000])
    code, out, err = shown(capsys, path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "must be a readable run database" in err


def test_a_half_written_record_is_left_out(capsys, tmp_path):
    writer = create(tmp_path / "run")
    write(writer, 0)
    write(writer, 1)
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path / "run", copy)  # as a killed process leaves it: the last records only in the log
    writer.close("finished")
    log = copy / "run.sqlite-wal"
    log.write_bytes(log.read_bytes()[:-1000])  # the last transaction, epoch 1's estimates, is cut off
    code, out, _ = shown(capsys, copy)
    assert code == 0
    assert "interrupted; 1 of 3 epochs estimated" in out.splitlines()[0]
    assert [line.split()[0] for line in out.splitlines()[2:]] == ["0"]


def test_an_unfinished_record_is_noted(capsys, tmp_path):
    with create(tmp_path / "run") as writer:
        write(writer, 0)
        writer.save_checkpoint(1, {"w": np.zeros(1, np.float32)})  # what is stored before the estimates of an epoch
        writer.close("interrupted")
    _, out, _ = shown(capsys, tmp_path / "run")
    assert "the record of epoch 1 was begun and never finished: not shown" in out.splitlines()[0]


def test_a_record_that_is_no_json_is_one_line(capsys, path):
    with sqlite3.connect(path / "run.sqlite") as database:
        database.execute("UPDATE events SET data = '{' WHERE kind = 'plan'")
    database.close()
    code, _, err = shown(capsys, path)
    assert (code, err.count("\n")) == (2, 1)
    assert "whole JSON" in err
