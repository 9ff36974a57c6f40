"""The commands that regenerate a run and its page."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def run_command(manifest: dict[str, Any]) -> str | None:
    """Return the command line that makes the run again; None for a run that a program of the user's made.

    A run started by ``infoflow run`` or ``infoflow demo`` repeats its own command line; another run of a named
    experiment is spelled out, every setting included.
    """
    called = [str(part) for part in manifest.get("command") or []]
    if called and Path(called[0]).stem == "infoflow":
        return shlex.join(["infoflow", *called[1:]])
    name = str(manifest["experiment"])
    if name == "custom" or not manifest["config"]:
        return None
    settings = [f"{key}={_spelled(value)}" for key, value in manifest["config"].items() if key != "seed"]
    options = [part for setting in settings for part in ("--set", setting)]
    return shlex.join(["infoflow", "run", name, "--seed", str(manifest["seed"]), *options])


def report_command(paths: Sequence[Path], out: Path | None) -> str:
    """Return the command line that writes the report again."""
    target = [] if out is None else ["--out", str(out)]
    return shlex.join(["infoflow", "report", *(str(path) for path in paths), *target])


def _spelled(value: Any) -> str:
    return ",".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
