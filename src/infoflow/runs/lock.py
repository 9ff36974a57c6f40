"""Whether the process that writes a run still lives: it holds a lock that the kernel drops when it dies."""

import fcntl
import os
from pathlib import Path

from infoflow._errors import RunFolderError
from infoflow.runs.schema import LOCK_NAME


class WriterLock:
    """The lock of the one writer of a run folder."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            RunFolderError: Another living process writes this run.
        """
        self._descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise RunFolderError(f"run must have one writer, but another process is writing {folder}") from None

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._descriptor)


def writer_lives(folder: Path) -> bool:
    """Return whether some process holds the writer's lock of this run folder."""
    try:
        descriptor = os.open(folder / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
