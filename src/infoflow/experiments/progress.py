"""What a run tells while it goes on: a protocol, silence, bars for a terminal and lines for a log."""

import time
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

_REFRESH_SECONDS = 0.2


class Listener(Protocol):
    """Hears of a run's progress."""

    def begin(self, n_epochs: int, n_checkpoints: int, n_layers: int) -> None:
        """The run starts, or goes on: so much is left of it."""
        ...

    def trained(self, epoch: int, loss: float) -> None:
        """An epoch of training is done; ``loss`` is its mean training loss with noise."""
        ...

    def layer_done(self, epoch: int, layer: str) -> None:
        """One layer has been estimated."""
        ...

    def estimated(self, epoch: int, summary: str) -> None:
        """All layers of an epoch have been estimated and stored; ``summary`` is a line about them."""
        ...


class Silent:
    """Tells nothing."""

    def begin(self, n_epochs: int, n_checkpoints: int, n_layers: int) -> None:
        """Do nothing."""

    def trained(self, epoch: int, loss: float) -> None:
        """Do nothing."""

    def layer_done(self, epoch: int, layer: str) -> None:
        """Do nothing."""

    def estimated(self, epoch: int, summary: str) -> None:
        """Do nothing."""


class RemainingTime:
    """The remaining time of a run of two kinds of work that take turns: training and estimation.

    Each kind goes on at the mean pace it has had so far; while one of them has not begun, nothing is promised.
    """

    def __init__(self, n_epochs: int, n_layer_estimates: int) -> None:
        """Start the clock."""
        self._left = {"training": n_epochs, "estimation": n_layer_estimates}
        self._done = {"training": 0, "estimation": 0}
        self._seconds = {"training": 0.0, "estimation": 0.0}
        self._last = time.perf_counter()

    def step(self, kind: str) -> None:
        """Count one unit of work, which took the time since the unit before it."""
        now = time.perf_counter()
        self._seconds[kind] += now - self._last
        self._last = now
        self._done[kind] += 1
        self._left[kind] -= 1

    def remaining(self, kind: str) -> float | None:
        """Return the seconds that this kind of work still takes; None where that is unknown."""
        if self._left[kind] <= 0:
            return 0.0
        return self._left[kind] * self._seconds[kind] / self._done[kind] if self._done[kind] else None

    def phrase(self, kind: str) -> str:
        """Return the remaining time as ``"1:05 left"``."""
        seconds = self.remaining(kind)
        return "" if seconds is None else f"{clock(seconds)} left"

    def total_phrase(self) -> str:
        """Return the remaining time of both kinds of work."""
        parts = [self.remaining(kind) for kind in self._left]
        known = [seconds for seconds in parts if seconds is not None]
        return f"{clock(sum(known))} left" if len(known) == len(parts) else ""


class Bars:
    """Two progress bars on a terminal, for training and for estimation, each with its remaining time."""

    def __init__(self, console: Console) -> None:
        """Draw on ``console``; use as a context manager."""
        columns = (
            TextColumn("{task.description:<10}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[left]:>12}  {task.fields[note]}"),
        )
        self._progress = Progress(*columns, console=console, refresh_per_second=5)
        self._tasks: dict[str, TaskID] = {}
        self._drawn = 0.0
        self._trained = 0

    def __enter__(self) -> Self:
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing."""
        self._progress.stop()

    def begin(self, n_epochs: int, n_checkpoints: int, n_layers: int) -> None:
        """Show both bars."""
        self._trained = 0
        self._remaining = RemainingTime(n_epochs, n_checkpoints * n_layers)
        totals = {"training": n_epochs, "estimation": n_checkpoints * n_layers}
        self._tasks = {
            kind: self._progress.add_task(kind, total=total, left="", note="", visible=total > 0)
            for kind, total in totals.items()
        }

    def trained(self, epoch: int, loss: float) -> None:
        """Move the first bar, a few times a second at most."""
        self._remaining.step("training")
        self._trained += 1
        now = time.perf_counter()
        task = self._progress.tasks[self._tasks["training"]]
        if now - self._drawn >= _REFRESH_SECONDS or self._trained == task.total:
            self._drawn = now
            left = self._remaining.phrase("training")
            self._progress.update(task.id, completed=self._trained, left=left, note=f"epoch {epoch}, loss {loss:.4f}")

    def layer_done(self, epoch: int, layer: str) -> None:
        """Move the second bar."""
        self._remaining.step("estimation")
        left = self._remaining.phrase("estimation")
        self._progress.update(self._tasks["estimation"], advance=1, left=left, note=f"epoch {epoch}, {layer}")

    def estimated(self, epoch: int, summary: str) -> None:
        """Show the summary beside the second bar."""
        self._progress.update(self._tasks["estimation"], note=summary)


class Lines:
    """A line per estimated epoch, where there is no terminal."""

    def __init__(self, console: Console) -> None:
        """Print to ``console``."""
        self._console = console

    def begin(self, n_epochs: int, n_checkpoints: int, n_layers: int) -> None:
        """Say what will be done."""
        self._remaining = RemainingTime(n_epochs, n_checkpoints * n_layers)
        if n_epochs:
            self._print(f"training for {n_epochs} epochs, estimating {n_layers} layers at {n_checkpoints} of them")
        else:
            self._print(f"{n_checkpoints * n_layers} estimates to make")

    def trained(self, epoch: int, loss: float) -> None:
        """Count."""
        self._remaining.step("training")

    def layer_done(self, epoch: int, layer: str) -> None:
        """Count."""
        self._remaining.step("estimation")

    def estimated(self, epoch: int, summary: str) -> None:
        """Print the summary and the remaining time."""
        left = self._remaining.total_phrase()
        self._print(f"{summary}{'; ' + left if left else ''}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def clock(seconds: float) -> str:
    """Return a duration as ``m:ss``, or ``h:mm:ss`` from an hour on."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
