"""Reading a run folder, finished, running or broken off; nothing is computed again and nothing is written."""

import json
import sqlite3
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy.typing as npt

from infoflow._errors import RunFolderError
from infoflow.runs import schema
from infoflow.runs.arrays import ArrayStore
from infoflow.runs.lock import writer_lives
from infoflow.runs.manifest import read_manifest

if TYPE_CHECKING:
    import pandas as pd

_FINAL_STATES = ("finished", "interrupted", "failed")
_COLUMN_TYPES: dict[str, str] = {
    **dict.fromkeys(schema.INTEGER_COLUMNS, "int64"),
    **dict.fromkeys(schema.TEXT_COLUMNS, "object"),
}


class Event(NamedTuple):
    """Something that happened in a run: when (UTC, ISO 8601), what kind, a sentence, further values."""

    time: str
    kind: str
    message: str
    data: dict[str, Any]


class Run:
    """A stored run. Each property reads the folder anew, so a running run can be watched."""

    def __init__(self, path: str | Path) -> None:
        """Open the run folder at ``path``; see :func:`load_run`."""
        self.path = Path(path)
        read_manifest(self.path)
        self._read("SELECT 1 FROM estimates LIMIT 1")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was run: experiment, config, seed, versions, platform, created, command."""
        return read_manifest(self.path)

    @property
    def state(self) -> str:
        """``"running"``, ``"finished"``, ``"interrupted"`` (by the user, or its process died) or ``"failed"``."""
        kinds = ", ".join(f"'{kind}'" for kind in ("started", "resumed", *_FINAL_STATES))
        rows = self._read(f"SELECT kind FROM events WHERE kind IN ({kinds}) ORDER BY id DESC LIMIT 1")
        if rows and rows[0][0] in _FINAL_STATES:
            return str(rows[0][0])
        return "running" if writer_lives(self.path) else "interrupted"

    @property
    def table(self) -> "pd.DataFrame":
        """One row per epoch, layer, quantity and mode; informations in nats.

        Columns: epoch, layer, quantity, lower, estimate, upper, width, n, mode, status, confidence, raw_lower,
        raw_upper, bias_gap, centre_fluctuation, monte_carlo_upper, monte_carlo_lower, m, r, d, ceiling, estimator,
        decoder, engine, message, seconds.
        """
        frame = self._frame(schema.ESTIMATE_COLUMNS, "estimates", order="epoch, rowid")
        frame.insert(list(frame.columns).index("upper") + 1, "width", frame["upper"] - frame["lower"])
        return frame

    @property
    def history(self) -> "pd.DataFrame":
        """Losses (nats per example) and accuracies by epoch, without noise; noisy_train_loss with noise."""
        return self._frame(schema.HISTORY_COLUMNS, "history", order="epoch")

    @property
    def measures(self) -> "pd.DataFrame":
        """Further numbers about the layers, in the columns epoch, layer, measure, value; entropies in nats.

        ``within_total_scatter`` (within-class over total scatter), ``within_distance``, ``between_distance`` (mean
        over pairs of the same and of different classes), ``within_cosine`` and ``between_cosine`` are of the
        noiseless representations of the noisy network; with the prefix ``twin_``, of the network with its noise off
        everywhere. ``twin_H_bin[W]`` is the entropy of the twin's representation in bins of width W.
        """
        if "measures" not in self._tables():  # written by version 1
            return self._typed([], schema.MEASURE_COLUMNS)
        return self._frame(schema.MEASURE_COLUMNS, "measures", order="epoch, rowid")

    @property
    def events(self) -> list[Event]:
        """What happened, oldest first."""
        rows = self._read("SELECT time, kind, message, data FROM events ORDER BY id")
        return [Event(time, kind, message, _decoded(data)) for time, kind, message, data in rows]

    @property
    def arrays(self) -> ArrayStore:
        """The stored arrays, by name and epoch."""
        return ArrayStore(self.path)

    def checkpoint_epochs(self) -> list[int]:
        """Return the epochs whose weights are stored, ascending."""
        return sorted(int(path.stem) for path in (self.path / schema.CHECKPOINTS_NAME).glob("[0-9]*.safetensors"))

    def checkpoint(self, epoch: int) -> dict[str, npt.NDArray[Any]]:
        """Return the named tensors stored after ``epoch`` epochs.

        Raises:
            RunFolderError: There is no such checkpoint, or it is damaged.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        path = self.path / schema.CHECKPOINTS_NAME / f"{epoch:08d}.safetensors"
        try:
            return load(path.read_bytes())
        except FileNotFoundError:
            raise RunFolderError(f"checkpoint must be one that the run stored, got epoch {epoch}") from None
        except SafetensorError as error:
            raise RunFolderError(f"{path} must be a whole .safetensors file: {error}") from None

    def _frame(self, columns: Sequence[str], table: str, *, order: str) -> "pd.DataFrame":
        return self._typed(self._read(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"), columns)

    def _tables(self) -> set[str]:
        return {name for (name,) in self._read("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def _typed(self, rows: list[tuple[Any, ...]], columns: Sequence[str]) -> "pd.DataFrame":
        import pandas as pd

        frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
        return frame.astype({column: _COLUMN_TYPES.get(column, "float64") for column in columns})

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        path = self.path / schema.DATABASE_NAME
        try:
            return _query(path, query)
        except sqlite3.Error as error:
            raise RunFolderError(f"{path} must be a readable run database: {error}") from None


def load_run(path: str | Path) -> Run:
    """Open a run folder for reading, while it is written or afterwards.

    Args:
        path: The run folder.

    Raises:
        RunFolderError: Not a run folder, written by a later infoflow, or damaged.
    """
    return Run(path)


def _decoded(text: str) -> dict[str, Any]:
    try:
        return json.loads(text)
    except ValueError as error:
        raise RunFolderError(f"a stored record must be whole JSON: {error}") from None


def _query(path: Path, query: str) -> list[tuple[Any, ...]]:
    # Without a log beside it nobody writes the database: immutable then reads it from a read-only folder too, and
    # leaves no files of its own behind.
    quiet = not path.with_name(path.name + "-wal").exists() and not writer_lives(path.parent)
    uri = f"{path.resolve().as_uri()}?mode=ro{'&immutable=1' if quiet else ''}"
    database = sqlite3.connect(uri, uri=True, timeout=30.0)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()
