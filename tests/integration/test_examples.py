"""Every example runs as a new user would start it, quickly."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
NEEDS = {
    "mlp": ["sklearn"],
    "cnn": ["sklearn"],
    "attention": ["sklearn"],
    "lightning_run": ["sklearn", "lightning", "tensorboard"],
    "trainer_run": ["sklearn", "transformers", "accelerate"],
}


def test_every_example_is_run_here():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*NEEDS, "digits"}


@pytest.mark.parametrize("name", NEEDS)
def test_example(name, tmp_path):
    missing = [package for package in NEEDS[name] if importlib.util.find_spec(package) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / f"{name}.py"), "--quick"],
        cwd=tmp_path,
        env=os.environ | {"OMP_NUM_THREADS": "1", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert "I(X;T)" in done.stdout or "I(Y;T)" in done.stdout
