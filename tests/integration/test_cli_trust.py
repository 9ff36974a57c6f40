import json
import subprocess
import sys

import numpy as np
import pytest


def infoflow(*arguments):
    code = "import sys; from infoflow.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_verify_prints_truth_interval_and_verdict():
    done = infoflow("verify", "--replicates", "1", "--samples", "400")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["truth", "quantity", "exact", "lower", "estimate", "upper", "covers"]
    assert all(line.endswith("yes") for line in lines[1 : lines.index("")])
    assert lines[-1] == "passed"


def test_plan_says_what_theory_and_pilot_ask_for():
    done = infoflow("plan", "--d", "2", "--beta", "0.3", "--m", "16", "--width", "0.5")
    assert done.returncode == 0, done.stderr
    for phrase in ("a priori", "pilot on a synthetic tanh layer", "centres and r =", "MiB"):
        assert phrase in done.stdout


def test_estimate_reads_a_file(tmp_path):
    rng = np.random.default_rng(0)
    positions = np.arange(4.0)[:, None, None]
    centres, fresh = (positions + 0.3 * rng.standard_normal((4, 200, 1)) for _ in range(2))
    file = tmp_path / "draws.npz"
    np.savez(file, **{"centres/one": centres, "fresh/one": fresh, "labels": np.array([0, 0, 1, 1])})
    table = infoflow("estimate", str(file), "--beta", "0.4")
    assert table.returncode == 0, table.stderr
    assert [line.split()[:2] for line in table.stdout.splitlines()[1:3]] == [["one", "I(X;T)"], ["one", "I(Y;T)"]]
    rows = json.loads(infoflow("estimate", str(file), "--beta", "0.4", "--json").stdout)
    assert rows[0]["lower"] < rows[0]["estimate"] < rows[0]["upper"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "--replicates", "0"], "replicates must be at least 1, got 0"),
        (["plan", "--d", "0", "--beta", "1", "--m", "4"], "d must be at least 1, got 0"),
        (["plan", "--d", "2", "--beta", "0", "--m", "4"], "beta must be a finite noise standard deviation > 0, got 0"),
        (["plan", "--d", "2", "--beta", "x", "--m", "4"], "Invalid value for '--beta'"),
        (["estimate", "nowhere.npz", "--beta", "1"], "nowhere.npz"),
        (["estimate", "nowhere.npz", "--beta", "1", "--mode", "sure"], "--mode must be one of certified, asymptotic"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message):
    done = infoflow(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr
