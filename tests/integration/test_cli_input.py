"""Bad input at the command line, as a user meets it: one line on stderr, exit code 2, nothing written."""

import subprocess
import sys
from pathlib import Path

import pytest


def infoflow(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from infoflow.cli import main; sys.exit(main())", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "szt-tan"], ["experiment", "'szt-tan'", "szt-tanh"]),
        (["run", "szt-tanh", "--set", "betta=1"], ["setting", "'betta'", "beta"]),
        (["run", "szt-tanh", "--set", "lr=fast"], ["lr", "number", "'fast'"]),
        (["run", "szt-tanh", "--set", "lr"], ["key=value", "'lr'"]),
        (["run", "szt-tanh", "--epochs", "many"], ["epochs", "integer", "'many'"]),
        (["run", "szt-tanh", "--seed", "-1"], ["seed", "at least 0", "-1"]),
        (["run", "szt-tanh", "--set", "beta=0"], ["beta", "greater than 0", "got 0"]),
        (["run", "szt-tanh", "--set", "beta=-0.1"], ["beta", "greater than 0", "-0.1"]),
        (["run", "szt-tanh", "--set", "beta=nan"], ["beta", "finite", "nan"]),
        (["run", "szt-tanh", "--out", "taken"], ["--out", "not exist", "taken"]),
        (["run", "szt-tanh", "--data", "nowhere.mat"], ["nowhere.mat", "existing file"]),
        (["run", "--resume", "taken"], ["run folder", "taken"]),
        (["run", "szt-tanh", "--resume", "taken"], ["--resume", "alone", "NAME"]),
        (["run", "--resume", "taken", "--quick"], ["--resume", "alone", "--quick"]),
        (["run", "szt-tanh", "--seeds", "0"], ["--seeds", "integer", "'0'"]),
        (["run", "szt-beta", "--set", "beta=0.1"], ["--set", "beta", "sweeps"]),
        (["show", "taken"], ["run folder", "taken"]),
        (["show", "taken", "--mode", "sure"], ["--mode", "certified", "'sure'"]),
        (["show", "taken", "--figure", "x.bmp"], ["--figure", ".png", ".bmp"]),
        (["frobnicate"], ["frobnicate"]),
        (["run"], ["Missing argument"]),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(tmp_path, arguments, words):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "precious.txt").write_text("mine")
    done = infoflow(*arguments, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["taken", "precious.txt"]


def test_help_and_version_need_no_heavy_import(tmp_path):
    heavy = "{'torch', 'scipy', 'pandas', 'matplotlib', 'numpy', 'numba'} & set(sys.modules)"
    code = f"import sys; from infoflow.cli import main; main(sys.argv[1:]); sys.exit(str({heavy} or '') or None)"
    for arguments in (["--help"], ["--version"], ["list"], ["run", "--help"]):
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        assert done.stdout


def test_the_version_and_the_experiments_are_printed(tmp_path):
    assert infoflow("--version", cwd=tmp_path).stdout == "infoflow 0.1.0\n"
    assert "\nszt-tanh " in infoflow("list", cwd=tmp_path).stdout
    assert "Usage: infoflow" in infoflow(cwd=tmp_path).stdout  # without a command: the help
