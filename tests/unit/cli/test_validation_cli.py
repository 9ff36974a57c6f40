"""A check of estimators on the command line: run, show, resume, and what it has not."""

import pytest

from infoflow.cli import main
from infoflow.experiments import run_experiment
from infoflow.experiments.progress import Silent
from infoflow.experiments.validation import CornersConfig
from infoflow.runs import load_run

TINY = [
    "--set",
    "dimensions=1",
    "--set",
    "betas=0.3",
    "--set",
    "sizes=5,20",
    "--set",
    "interval_draws=20",
    "--set",
    "threads=1",
]


def called(capsys, *arguments):
    code = main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "run"
    assert main(["run", "corner-mixtures", "--out", str(folder), *TINY]) == 0
    return folder


def test_a_run_stores_its_figure_and_is_shown_again(capsys, path):
    for suffix in ("png", "pdf"):
        assert (path / f"validation.{suffix}").stat().st_size > 0
    code, out, err = called(capsys, "show", path)
    assert (code, err) == (0, "")
    head, titles, *rows = out.splitlines()
    assert head == f"{path}: corner-mixtures, seed 0; finished"
    assert titles.split() == ["d", "beta", "n", "exact", "plug", "in", "lower", "upper", "covered"]
    assert [row.split()[:3] for row in rows] == [["1", "0.3", "5"], ["1", "0.3", "20"]]


def test_the_figure_is_the_one_that_fits(capsys, path, tmp_path):
    figure = tmp_path / "figure.svg"
    assert called(capsys, "show", path, "--figure", figure)[0] == 0
    assert "corner-mixtures, seed 0" in figure.read_text()
    code, _, err = called(capsys, "show", path, "--figure", figure, "--kind", "plane")
    assert code == 2
    assert "--kind must be validation for a check of estimators, which has no epochs, got plane" in err


def test_watching_a_finished_run_lists_its_cases(capsys, path):
    _, out, _ = called(capsys, "show", path, "--watch")
    lines = out.splitlines()
    assert sorted(line.split(":")[0] for line in lines[:2]) == [
        "d=1, beta=0.3, n=20, replicate=0",
        "d=1, beta=0.3, n=5, replicate=0",
    ]
    assert lines[2].endswith("finished")


def test_a_study_takes_its_seeds_together(capsys, tmp_path):
    code, out, _ = called(capsys, "run", "corner-mixtures", "--seeds", "2", "--out", tmp_path / "study", *TINY)
    assert code == 0
    assert out.splitlines()[1].split()[3] == "repetitions"
    assert out.splitlines()[2].split()[3] == "2"
    assert (tmp_path / "study" / "validation.png").exists()
    code, shown, _ = called(capsys, "show", tmp_path / "study", "--figure", tmp_path / "f.svg")
    assert code == 0
    assert shown.splitlines()[1:4] == out.splitlines()[1:4]
    assert "seeds 0, 1" in (tmp_path / "f.svg").read_text()


def test_a_run_broken_off_says_how_far_it_is_and_goes_on(capsys, tmp_path):
    class Stop(Silent):
        def layer_done(self, epoch, layer):
            raise KeyboardInterrupt

    config = CornersConfig().changed(dimensions=(1,), betas=(0.3,), sizes=(5, 20), interval_draws=0)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(config, tmp_path / "run", name="corner-mixtures", listener=Stop())
    _, out, _ = called(capsys, "show", tmp_path / "run")
    assert "interrupted; 1 of 2 cases measured" in out.splitlines()[0]
    code, out, _ = called(capsys, "run", "--resume", tmp_path / "run")
    assert code == 0
    assert load_run(tmp_path / "run").state == "finished"
    assert len(out.splitlines()) == 2 + 2 + 3  # headline, titles, two cases; an empty line, run and figure


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "monte-carlo", "--epochs", "3"], "setting must be one that exists, got 'epochs'"),
        (["run", "monte-carlo", "--data", "x"], "setting must be one that exists, got 'data'"),
        (["run", "monte-carlo", "--set", "sizes=3"], "setting must be one that exists, got 'sizes'"),
        (["run", "reed-muller", "--set", "betas=0"], "betas must be greater than 0"),
        (["run", "reed-muller", "--view"], "--view must be of an experiment that trains a network"),
        (["report", "RUN"], "a page shows layers over epochs, got a check of estimators"),
        (["view", "RUN", "--no-browser"], "a page shows layers over epochs, got a check of estimators"),
    ],
)
def test_what_a_check_has_not_is_one_line(capsys, path, arguments, words):
    code, out, err = called(capsys, *[path if argument == "RUN" else argument for argument in arguments])
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert words in err
