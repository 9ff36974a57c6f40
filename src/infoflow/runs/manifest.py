"""The manifest of a run: everything needed to say what was run, and to run it again."""

import json
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from infoflow import __version__
from infoflow._errors import RunFolderError
from infoflow.runs import atomic
from infoflow.runs.schema import MANIFEST_NAME, SCHEMA_VERSION

_REQUIRED = ("experiment", "config", "seed")
_REPORTED_PACKAGES = ("torch", "numpy", "scipy", "numba", "finufft")


def build_manifest(
    experiment: str, config: Mapping[str, Any], *, seed: int, command: Sequence[str] | None = None
) -> dict[str, Any]:
    """Return the manifest of a run that starts now.

    Args:
        experiment: Name of the experiment.
        config: Its full configuration; only values that JSON can hold.
        seed: The seed from which every random number of the run derives.
        command: The command line; ``sys.argv`` by default.
    """
    return {
        "schema_version": SCHEMA_VERSION,
        "experiment": experiment,
        "config": dict(config),
        "seed": seed,
        "versions": {"infoflow": __version__, "python": platform.python_version(), **_package_versions()},
        "platform": platform.platform(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(sys.argv if command is None else command),
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``manifest`` into the run folder."""
    content = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    atomic.write_bytes(folder / MANIFEST_NAME, content.encode())


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises:
        RunFolderError: ``folder`` is no run folder, its manifest is damaged, or a later infoflow wrote it.
    """
    path = folder / MANIFEST_NAME
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        found = "a folder without it" if folder.is_dir() else "no folder"
        raise RunFolderError(f"run must be a run folder with a {MANIFEST_NAME}, got {found}: {folder}") from None
    except (OSError, ValueError) as error:
        raise RunFolderError(f"{path} must be a readable JSON file: {error}") from None
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if not isinstance(version, int):
        raise RunFolderError(f"{path} must hold a schema_version, got {version!r}")
    if version > SCHEMA_VERSION:
        raise RunFolderError(
            f"{folder} was written by a later infoflow (schema version {version}, this one reads up to "
            f"{SCHEMA_VERSION}): update infoflow"
        )
    missing = [key for key in _REQUIRED if key not in manifest]
    if missing or not isinstance(manifest["config"], dict):
        raise RunFolderError(f"{path} must hold {', '.join(_REQUIRED)}, got no usable {', '.join(missing) or 'config'}")
    return manifest


def _package_versions() -> dict[str, str]:
    versions: dict[str, str] = {}
    for package in _REPORTED_PACKAGES:
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
