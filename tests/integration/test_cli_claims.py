import json
import subprocess
import sys

import pytest


def infoflow(*arguments):
    code = "import sys; from infoflow.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


def test_claims_are_decided_stored_and_rendered_again(tmp_path):
    out, page = tmp_path / "results", tmp_path / "claims.md"
    first = infoflow("claims", "--quick", "--only", "5,8", "--out", str(out))
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    assert lines[-1] == "1 holds, 1 differs"  # a claim that differs is a result, not an error
    assert "again     infoflow claims --only 8 --quick\n" in first.stdout
    assert "differs   I(X;T_2): 0.84146 nats (exact to 1e-12), required in [0.8615, 0.8625]" in first.stdout
    stored = json.loads((out / "verdicts" / "08-quick.json").read_text())
    assert (stored["outcome"], stored["settings"]["variant"]) == ("differs", "quick")
    again = infoflow("claims", "--quick", "--only", "5,8", "--out", str(out), "--markdown", str(page))
    assert again.returncode == 0
    assert again.stderr.count("(as stored)") == 2
    assert again.stdout.replace(f"\nwritten: {page}\n", "") == first.stdout
    assert "## 8 leaky-ReLU pair" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--only", "19"], "--only must name claims of 1 to 18, got 19"),
        (["--only", "a"], "--only must be numbers separated by commas, got 'a'"),
        (["--seeds", "0"], "--seeds must be at least 1, got 0"),
        (["--only", "5", "--quick", "--markdown", "nowhere/page.md"], "--markdown must be a file"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message, tmp_path):
    done = infoflow("claims", "--out", str(tmp_path), *arguments)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]
