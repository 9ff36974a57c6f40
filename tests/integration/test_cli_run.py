"""A whole run through the command line: stored, shown again, interrupted, failed."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from infoflow import load_run

COMMAND = [sys.executable, "-c", "import sys; from infoflow.cli import main; sys.exit(main())"]
TINY = ["--set", "hidden=2", "--set", "checkpoints=1", "--set", "queries_per_input=2", "--set", "threads=1"]


def infoflow(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    done = infoflow("run", "szt-tanh", "--epochs", "2", "--seed", "4", *TINY, cwd=folder)
    assert done.returncode == 0, done.stderr
    (folder / "stdout.txt").write_text(done.stdout)
    return folder


def test_a_run_prints_its_table_and_stores_its_figure(workplace):
    run = load_run(workplace / "runs" / "szt-tanh-seed4")
    assert run.state == "finished"
    assert (run.manifest["config"]["epochs"], run.manifest["seed"]) == (2, 4)
    assert sorted(run.table["epoch"].unique()) == [0, 2]
    shown = (workplace / "stdout.txt").read_text()
    assert "train loss" in shown
    assert f"{run.history['train_loss'].iloc[-1]:.3f}" in shown
    assert (run.path / "information.png").read_bytes().startswith(b"\x89PNG")
    assert (run.path / "information.pdf").read_bytes().startswith(b"%PDF")


def test_the_first_layer_interval_covers_what_is_known(workplace):
    # two noisy tanh units at beta = .005 cannot tell 4096 inputs apart: 0 < I < ln 4096; and I(Y;T) <= H(Y) = .69256
    table = load_run(workplace / "runs" / "szt-tanh-seed4").table
    certified = table[table["mode"] == "certified"]
    information = certified[certified["quantity"] == "I(X;T)"]
    assert (information["lower"] > 0).all()
    assert (information["upper"] <= information["ceiling"]).all()
    assert certified[certified["quantity"] == "I(Y;T)"]["ceiling"].iloc[0] == pytest.approx(0.69256, abs=5e-6)


def test_a_stored_run_is_shown_again(workplace):
    done = infoflow("show", "runs/szt-tanh-seed4", "--figure", "again.svg", cwd=workplace)
    assert done.returncode == 0, done.stderr
    table = (workplace / "stdout.txt").read_text().split("\n\nrun:")[0]
    assert done.stdout.startswith(table)
    assert "<svg" in (workplace / "again.svg").read_text()


def test_an_interrupted_run_says_what_is_kept(workplace):
    arguments = ["run", "szt-tanh", "--epochs", "100000", "--out", "stopped", *TINY]
    # a shell's background jobs ignore the interrupt, and so would their children
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=workplace, stderr=subprocess.PIPE, text=True, preexec_fn=_heed_interrupts
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("epoch 0:"):
            break
    shown = infoflow("show", "stopped", cwd=workplace)
    assert "running; 1 of 2 epochs estimated" in shown.stdout
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert rest.strip().splitlines()[-1] == (
        "interrupted; what was finished is kept: infoflow show stopped; to go on: infoflow run --resume stopped"
    )
    run = load_run(workplace / "stopped")
    assert run.state == "interrupted"
    assert list(run.table["epoch"].unique()) == [0]


def test_a_run_that_fails_is_one_line_and_recorded(workplace):
    arguments = ["--set", "activation=linear", "--set", "optimizer=sgd", "--set", "lr=1e30"]
    done = infoflow("run", "szt-tanh", "--epochs", "5", "--out", "failed", *TINY, *arguments, cwd=workplace)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: the run failed: training loss must be finite")
    shown = infoflow("show", "failed", cwd=workplace)
    assert shown.returncode == 0
    assert "failed; 1 of 2 epochs estimated; NonFiniteError: training loss must be finite" in shown.stdout
    assert "Traceback" in shown.stdout


def test_a_reader_that_has_seen_enough_gets_no_traceback(workplace):
    arguments = [*COMMAND, "show", "runs/szt-tanh-seed4"]
    process = subprocess.Popen(arguments, cwd=workplace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(timeout=60) == 1


QUICK_NEURON = ["--epochs", "3", "--set", "checkpoints=2", "--set", "passes=1"]


def test_a_study_prints_what_its_seeds_share_and_goes_on_where_it_stopped(workplace):
    done = infoflow("run", "neuron-tanh", "--seeds", "2", "--seed", "3", "--out", "study", *QUICK_NEURON, cwd=workplace)
    assert done.returncode == 0, done.stderr
    assert [load_run(workplace / "study" / name).state for name in ("seed3", "seed4")] == ["finished"] * 2
    assert "2 runs: median [range] of the estimates, nats" in done.stdout
    assert "I(X;T) T1: first" in done.stdout
    assert (workplace / "study" / "seeds.png").exists()
    again = infoflow("run", "--resume", "study", cwd=workplace)
    assert (again.returncode, again.stdout) == (2, "")
    assert "study to resume must be unfinished" in again.stderr


def test_a_broken_off_run_goes_on(workplace):
    from infoflow.experiments import run_experiment
    from infoflow.experiments.progress import Silent
    from infoflow.experiments.registry import load_experiment

    class Stop(Silent):
        def trained(self, epoch, loss):
            if epoch == 2:
                raise KeyboardInterrupt

    config = load_experiment("neuron-tanh").config.changed(epochs=3, checkpoints=2, passes=1)
    with pytest.raises(KeyboardInterrupt):
        run_experiment(config, workplace / "broken", name="neuron-tanh", listener=Stop())
    done = infoflow("run", "--resume", "broken", cwd=workplace)
    assert done.returncode == 0, done.stderr
    assert load_run(workplace / "broken").state == "finished"
    assert "neuron-tanh, seed 0; finished" in done.stdout


def test_a_study_of_which_a_run_fails_ends_with_its_name(workplace):
    diverging = ["--set", "activation=linear", "--set", "optimizer=sgd", "--set", "lr=1e30", "--epochs", "5"]
    done = infoflow("run", "szt-tanh", "--seeds", "2", "--out", "bad", *TINY, *diverging, cwd=workplace)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == ("error: 2 of 2 runs failed: seed0, seed1; infoflow show bad/seed0 says why")
