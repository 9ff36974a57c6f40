"""The one writer of a run folder: every record is a transaction, every file whole or absent."""

import json
import sqlite3
import traceback
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from infoflow._errors import RunFolderError
from infoflow._result import Interval
from infoflow.runs import arrays, atomic, schema
from infoflow.runs.lock import WriterLock
from infoflow.runs.manifest import build_manifest, read_manifest, write_manifest
from infoflow.runs.reader import Run

_INSERT_ESTIMATE = (
    f"INSERT INTO estimates ({', '.join(schema.ESTIMATE_COLUMNS)}) "
    f"VALUES ({', '.join('?' * len(schema.ESTIMATE_COLUMNS))})"
)
_INSERT_HISTORY = (
    f"INSERT INTO history ({', '.join(schema.HISTORY_COLUMNS)}) VALUES ({', '.join('?' * len(schema.HISTORY_COLUMNS))})"
)
_INSERT_MEASURE = "INSERT INTO measures (epoch, layer, measure, value) VALUES (?, ?, ?, ?)"


class RunWriter:
    """Writes one run; as a context manager it marks the run finished, interrupted or failed at its end.

    A run that is killed keeps every record written so far, and reads as ``"interrupted"``.
    """

    def __init__(self, folder: Path, lock: WriterLock, database: sqlite3.Connection, *, resumed: bool = False) -> None:
        """Use :meth:`create` or :meth:`resume` instead."""
        self.folder = folder
        self._lock = lock
        self._database = database
        self._open = True
        self._conflict = "INSERT OR IGNORE" if resumed else "INSERT"

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        experiment: str,
        config: Mapping[str, Any],
        seed: int,
        command: Sequence[str] | None = None,
    ) -> Self:
        """Make a new run folder and return its writer.

        Args:
            path: Where; it must not exist yet.
            experiment: Name of the experiment.
            config: Its full configuration; only values that JSON can hold.
            seed: The seed of the run.
            command: The command line; ``sys.argv`` by default.

        Raises:
            RunFolderError: ``path`` exists already or cannot be made; nothing is overwritten.
        """
        folder = Path(path)
        manifest = build_manifest(experiment, config, seed=seed, command=command)
        try:
            folder.mkdir(parents=True, exist_ok=False)
        except FileExistsError:
            raise RunFolderError(f"run folder must not exist yet, got {folder} (nothing was overwritten)") from None
        except OSError as error:
            raise RunFolderError(f"run folder must be one that can be made, got {folder}: {error.strerror}") from None
        lock = WriterLock(folder)
        database = _create_database(folder)
        writer = cls(folder, lock, database)
        writer.record_event("started")
        write_manifest(folder, manifest)  # last: a folder without manifest is no run
        return writer

    @classmethod
    def resume(cls, path: str | Path) -> Self:
        """Open a run folder to go on with it: what it holds stays, and a record that it has already is passed over.

        Args:
            path: A run that was interrupted or failed.

        Raises:
            RunFolderError: No run folder, finished, being written by another process, or of an earlier schema.
        """
        folder = Path(path)
        version = read_manifest(folder)["schema_version"]
        if version < schema.SCHEMA_VERSION:
            raise RunFolderError(
                f"run to resume must be of schema version {schema.SCHEMA_VERSION}, got {version} in {folder}: an "
                "earlier infoflow stored no state to go on from"
            )
        lock = WriterLock(folder)
        try:
            _check_unfinished(folder)
            writer = cls(folder, lock, _open_database(folder), resumed=True)
            writer.record_event("resumed")
        except BaseException:
            lock.release()
            raise
        return writer

    def record_estimates(
        self, epoch: int, estimates: Sequence[tuple[str, Interval]], *, seconds: float | None = None
    ) -> None:
        """Record the intervals of all layers at one epoch, all of them or none.

        Args:
            epoch: Epochs of training done.
            estimates: Pairs of layer name and interval, in the order of the network.
            seconds: Time that sampling and estimation took, shared by all rows.

        Raises:
            RunFolderError: One of them was recorded before, or the run has ended.
        """
        self._insert(_INSERT_ESTIMATE, [_estimate_row(epoch, layer, value, seconds) for layer, value in estimates])

    def record_measures(self, epoch: int, measures: Iterable[tuple[str, str, float]]) -> None:
        """Record further numbers about the layers at one epoch, all of them or none.

        Args:
            epoch: Epochs of training done.
            measures: Triples of layer name, name of the measure, and value; NaN where it is undefined.

        Raises:
            RunFolderError: One of them was recorded before, or the run has ended.
        """
        self._insert(_INSERT_MEASURE, [(epoch, layer, measure, value) for layer, measure, value in measures])

    def record_history(
        self,
        epoch: int,
        *,
        train_loss: float,
        test_loss: float,
        train_accuracy: float,
        test_accuracy: float,
        noisy_train_loss: float | None = None,
        seconds: float | None = None,
    ) -> None:
        """Record losses (nats per example) and accuracies without noise after ``epoch`` epochs of training.

        ``noisy_train_loss`` is the mean loss of the epoch's training steps, with noise; ``seconds`` the training time
        since the start.

        Raises:
            RunFolderError: The epoch was recorded before, or the run has ended.
        """
        row = (epoch, train_loss, test_loss, train_accuracy, test_accuracy, noisy_train_loss, seconds)
        self._insert(_INSERT_HISTORY, [row])

    def record_event(self, kind: str, message: str = "", **data: Any) -> None:
        """Record that something happened: its kind, a sentence, and values that JSON can hold."""
        row = (datetime.now(UTC).isoformat(timespec="milliseconds"), kind, message, json.dumps(data))
        self._insert("INSERT INTO events (time, kind, message, data) VALUES (?, ?, ?, ?)", [row])

    def save_array(self, name: str, array: npt.NDArray[Any], *, epoch: int | None = None) -> Path:
        """Store an array under ``name`` (slashes allowed) and ``epoch``, and return its path."""
        return arrays.save_array(self.folder, name, array, epoch)

    def save_checkpoint(self, epoch: int, tensors: Mapping[str, npt.NDArray[Any]]) -> Path:
        """Store the named tensors of a network (weights, buffers, noise state) after ``epoch`` epochs."""
        path = self.folder / schema.CHECKPOINTS_NAME / f"{epoch:08d}.safetensors"
        atomic.write_tensors(path, tensors)
        return path

    def close(self, state: str, message: str = "", **data: Any) -> None:
        """End the run as ``"finished"``, ``"interrupted"`` or ``"failed"``; a second call does nothing."""
        if not self._open:
            return
        self._open = False
        row = (datetime.now(UTC).isoformat(timespec="milliseconds"), state, message, json.dumps(data))
        self._insert("INSERT INTO events (time, kind, message, data) VALUES (?, ?, ?, ?)", [row])
        self._database.close()
        self._lock.release()

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Mark how the run ended."""
        if error is None:
            self.close("finished")
        elif isinstance(error, KeyboardInterrupt):
            self.close("interrupted", "stopped by the user")
        else:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """End the run as failed, with the error and its traceback."""
        text = "".join(traceback.format_exception(error))
        self.close("failed", f"{type(error).__name__}: {error}", traceback=text)

    def _insert(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        try:
            with self._database:  # one transaction
                rows = [tuple(_plain(value) for value in row) for row in rows]
                self._database.executemany(statement.replace("INSERT", self._conflict, 1), rows)
        except sqlite3.IntegrityError as error:
            raise RunFolderError(f"a record must be new to its run, but {self.folder} has it: {error}") from None
        except sqlite3.Error as error:
            raise RunFolderError(f"run must be open and its disk writable, but {self.folder} is not: {error}") from None


def _check_unfinished(folder: Path) -> None:
    if Run(folder).state == "finished":
        raise RunFolderError(f"run to resume must be unfinished, got a finished one: {folder}")


def _create_database(folder: Path) -> sqlite3.Connection:
    database = _open_database(folder)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.executescript(schema.DATABASE_DDL)
    except sqlite3.Error as error:
        raise RunFolderError(f"run folder must be on a disk that holds a database, got {folder}: {error}") from None
    return database


def _open_database(folder: Path) -> sqlite3.Connection:
    try:
        return sqlite3.connect(folder / schema.DATABASE_NAME)
    except sqlite3.Error as error:
        raise RunFolderError(f"run folder must be on a disk that holds a database, got {folder}: {error}") from None


def _estimate_row(epoch: int, layer: str, interval: Interval, seconds: float | None) -> tuple[Any, ...]:
    return (
        epoch,
        layer,
        interval.quantity,
        *(getattr(interval, name) for name in schema.INTERVAL_FIELDS),
        *(getattr(interval.parts, name) for name in schema.PARTS_FIELDS),
        *(getattr(interval, name) for name in schema.ORIGIN_FIELDS),
        seconds,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, str) else value
