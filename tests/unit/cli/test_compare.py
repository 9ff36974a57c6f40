"""``infoflow compare``: table, file and figure of a stored run, and bad input; in this process."""

import pandas as pd
import pytest

from infoflow.cli import main
from infoflow.experiments import ExperimentConfig, run_experiment


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    config = ExperimentConfig().changed(
        problem="neurons", hidden=(2, 2), beta=0.1, n_train=0, epochs=2, checkpoints=1, history=1, n=2, r=2, threads=1
    )
    run = run_experiment(config, tmp_path_factory.mktemp("cli") / "run", name="neurons")
    return run.path


def test_the_table_of_a_run_is_printed_and_stored_with_its_figure(path, tmp_path, capsys):
    out, figure = tmp_path / "rows.csv", tmp_path / "rows.png"
    names = "binned,quantised,ksg"
    code = main(["compare", str(path), "--epochs", "0,2", "--layers", "T2", "--only", names, "--quantity", "I(X;T)",
                 "--out", str(out), "--figure", str(figure)])  # fmt: skip
    printed = capsys.readouterr().out
    assert code == 0
    assert printed.startswith(f"{path}: neurons, seed 0; comparators with seed 0\n")
    lines = [line.split("  ")[0] for line in printed.splitlines()]
    for label in (
        "T2 (d = 2)",
        "certified I(X;T), lower",
        "KSG 1",
        "quantised network, 4 bits",
        "bins of .07: H(Bin(T))",
    ):
        assert label in lines
    assert "T1" not in printed
    rows = pd.read_csv(out)
    assert set(rows["estimator"]) == set(names.split(","))
    assert set(rows["epoch"]) == {0, 2}
    assert f"table: {out} ({len(rows)} rows)" in printed
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert f"figure: {figure}" in printed


def test_bad_input_is_one_line_and_nothing_is_overwritten(path, tmp_path, capsys):
    there = tmp_path / "there.csv"
    there.write_text("mine")
    run = str(path)
    for arguments, complaint in (
        ([str(tmp_path)], "run must be a run folder with a manifest.json"),
        ([run, "--epochs", "1"], "epochs must be stored ones, got 1 (nearest stored: 0)"),
        ([run, "--epochs", "one"], "--epochs must be whole numbers, separated by commas where there are several"),
        ([run, "--layers", "T3"], "layers must be among those that exist, got 'T3' (nearest: T"),
        ([run, "--only", "kgs"], "only must be among those that exist, got 'kgs' (nearest: ksg)"),
        ([run, "--quantity", "I"], "--quantity must be one of I(X;T), I(Y;T), got 'I'"),
        ([run, "--inputs", "-3"], "--inputs must be whole numbers"),
        ([run, "--inputs", "1"], "inputs must be at least 2, got 1"),
        ([run, "--out", str(there)], "(nothing was overwritten)"),
        ([run, "--out", str(tmp_path / "a.txt")], "--out must be a file ending in .csv"),
        ([run, "--figure", str(tmp_path / "a.gif")], "--figure must be a file ending in .png, .pdf, .svg"),
        ([run, "--out", str(tmp_path / "no" / "a.csv")], "--out must be in a folder that exists"),
    ):
        assert main(["compare", *arguments]) == 2
        error = capsys.readouterr().err
        assert error.startswith("error: ")
        assert error.count("\n") == 1
        assert complaint in error
    assert there.read_text() == "mine"


def test_a_file_that_appears_while_it_computes_is_not_overwritten(path, tmp_path, capsys, monkeypatch):
    from infoflow.experiments.compared import table

    out, computed = tmp_path / "rows.csv", table.compare_stored

    def slow(*arguments, **settings):
        out.write_text("mine")
        return computed(*arguments, **settings)

    monkeypatch.setattr(table, "compare_stored", slow)
    assert main(["compare", str(path), "--only", "binned", "--epochs", "0", "--out", str(out)]) == 2
    assert "--out must be a file that does not exist yet" in capsys.readouterr().err
    assert out.read_text() == "mine"


def test_a_file_that_cannot_be_written_is_said(path, tmp_path, capsys, monkeypatch):
    from infoflow.experiments.compared import table

    folder = tmp_path / "folder"
    folder.mkdir()
    computed = table.compare_stored

    def slow(*arguments, **settings):
        found = computed(*arguments, **settings)
        folder.rmdir()
        return found

    monkeypatch.setattr(table, "compare_stored", slow)
    for option, name in (("--out", "a.csv"), ("--figure", "a.png")):
        folder.mkdir(exist_ok=True)
        assert main(["compare", str(path), "--only", "binned", "--epochs", "0", option, str(folder / name)]) == 2
        assert f"{option} must be a file that can be written" in capsys.readouterr().err
