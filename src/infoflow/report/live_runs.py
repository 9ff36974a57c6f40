"""The runs of a live page: watched for new records, read only when there are some."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from infoflow._errors import RunFolderError
from infoflow.report.document import MAX_POINTS
from infoflow.report.encoding import script_json
from infoflow.report.selection import run_folders, run_names
from infoflow.report.shown_run import ShownRun
from infoflow.runs.lock import writer_lives
from infoflow.runs.schema import DATABASE_NAME, MANIFEST_NAME

_WATCHED = (MANIFEST_NAME, DATABASE_NAME, f"{DATABASE_NAME}-wal")


class LiveRuns:
    """Runs that may be going on, may end, die and resume, or may not have begun; safe to use from several threads."""

    def __init__(self, paths: Sequence[Path], *, must_exist: bool = True) -> None:
        """Look at the runs.

        Args:
            paths: Run folders, or folders of run folders; runs that appear there later are taken in.
            must_exist: Refuse a path that is no run; otherwise wait for it.

        Raises:
            RunFolderError: A path is no run, or cannot be read, and ``must_exist``.
        """
        self._paths = list(paths)
        self._lock = threading.Lock()
        self._shown: dict[Path, tuple[Any, ShownRun]] = {}
        self._snapshots: dict[Path, dict[str, Any]] = {}
        self._text = ("", "")
        if must_exist:
            for path, name in self._named():
                self._open(path, name)

    @property
    def names(self) -> list[str]:
        """Names of the runs."""
        return [name for _, name in self._named()]

    def version(self) -> str:
        """Return a text that changes whenever a record lands, a writer dies, or a run appears."""
        seen = [
            (str(path), writer_lives(path), *(_stamp(path / name) for name in _WATCHED)) for path in self._folders()
        ]
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:16]

    def payload(self) -> dict[str, Any]:
        """Return what the page shows now; frames are fetched one by one."""
        with self._lock:
            version = self.version()  # before reading: what lands meanwhile makes another version
            notes: list[str] = []
            runs = [self._snapshot(index, path, name, notes) for index, (path, name) in enumerate(self._named())]
        return {
            "live": {"version": version},
            "runs": [run for run in runs if run is not None],
            "notes": notes,
            "command": None,
        }

    def payload_text(self) -> str:
        """Return :meth:`payload` as JSON; pages that ask at the same time share one."""
        version = self.version()
        if self._text[0] != version:
            payload = self.payload()
            self._text = (payload["live"]["version"], script_json(payload))
        return self._text[1]

    def frame(self, index: int, layer: str, epoch: int) -> dict[str, Any]:
        """Return a frame of the run at ``index``.

        Raises:
            RunFolderError: There is no such run, layer or epoch; nothing outside the run folder can be named.
        """
        with self._lock:
            named = self._named()
            if not 0 <= index < len(named) or named[index][0] not in self._shown:
                raise RunFolderError(f"run must be one of the {len(named)} of this page, got {index}")
            shown = self._shown[named[index][0]][1]
            if layer not in shown.views or epoch not in shown.views[layer].epochs:
                raise RunFolderError(f"frame must be one that the run stored, got {layer!r} at epoch {epoch}")
            return shown.frame(layer, epoch)

    def _snapshot(self, index: int, path: Path, name: str, notes: list[str]) -> dict[str, Any] | None:
        """Return the snapshot of a run; of one that can no longer be read, the last there was."""
        try:
            shown = self._open(path, name)
            shown.refresh()
            self._snapshots[path] = {**shown.snapshot(), "id": index}
        except RunFolderError as error:
            if path not in self._snapshots:
                notes.append(f"Waiting for the run: {error}" if not path.exists() else str(error))
                return None
            notes.append(f"What is shown of {name} is what was read last: {error}")
        return self._snapshots[path]

    def _open(self, path: Path, name: str) -> ShownRun:
        stamp = _stamp(path / MANIFEST_NAME)
        known = self._shown.get(path)
        if known is None or known[0] != stamp:
            self._shown[path] = (stamp, ShownRun(path, name, max_points=MAX_POINTS))
        shown = self._shown[path][1]
        shown.name = name
        return shown

    def _folders(self) -> list[Path]:
        return run_folders(self._paths)

    def _named(self) -> list[tuple[Path, str]]:
        folders = self._folders()
        return list(zip(folders, run_names(folders), strict=True))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
