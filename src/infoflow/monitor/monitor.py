"""Probes on a schedule during training, within a share of its time, handed on to whoever records them."""

import math
import time
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from torch import nn

from infoflow import _checks
from infoflow._errors import InfoflowError, InfoflowWarning
from infoflow._random import derived_seed
from infoflow.monitor.folder import FolderSink
from infoflow.monitor.probe import Probe
from infoflow.monitor.record import Record, RecordSink, ScalarLogger, ScalarSink
from infoflow.monitor.result import ProbeResult
from infoflow.monitor.schedule import as_schedule, log_spaced
from infoflow.networks import NoisyNetwork

if TYPE_CHECKING:
    import pandas as pd

OVERHEAD = 0.1
"""Share of the training time that the default schedule may spend on measurements."""
MAX_INPUTS = 128
"""Inputs per split that a monitor's own probes measure on by default."""
N_DRAWS = 2
"""Draws per input of the first round of a monitor's own probes."""
SECONDS = 10.0
"""Budget of one measurement where the schedule sets none."""
_SMALLEST_BUDGET = 1e-3


class _Cost:
    """What the next measurement will cost, in seconds, with clustering and without: what the last one did."""

    def __init__(self) -> None:
        self.least = 0.0
        self.full = 0.0

    def note(self, seconds: float, clustering_seconds: float, clustering: bool) -> None:
        """Take a measurement into account; clustering not done yet is expected to take as long as the intervals."""
        self.least = seconds - clustering_seconds
        if clustering:
            self.full = seconds
        elif not self.full:
            self.full = 2.0 * seconds


class Monitor:
    """Measures a network while it trains, without disturbing it: ``monitor.step(epoch, train_loss=...)`` once an epoch.

    Weights and losses are the same, bit for bit, with and without the monitor. What a recorder raises, and what goes
    wrong in a measurement once training has begun, is a warning and never stops the training.

    With the default schedule the measurements may take a tenth of the training time: one that would exceed it waits
    for a later epoch (or goes without clustering), and each draws as long as its share lasts. The first is made in
    advance, without clustering. A schedule of your own
    is kept to the epoch unless ``overhead`` is given.

    Args:
        model: A module or noisy network; or a :class:`Probe`, or several by split, which bring their own inputs.
        inputs: Training inputs; as for :class:`Probe`, which see for ``labels`` too.
        labels: Their classes.
        test_inputs: Other inputs to measure on, separately.
        test_labels: Their classes.
        schedule: ``every(k)``, ``log_spaced()``, or a list of epochs; None: ``log_spaced()`` within ``overhead``.
        overhead: Largest share of the training time; None: 0.1 with the default schedule, none with your own.
        logger: A recorder or several: a :class:`RecordSink`, or an object with ``log(dict, step=)`` such as a W&B run.
        out: A run folder to write, which must not exist: ``infoflow show OUT`` reads it, during the training too.
        clustering: Whether to measure clustering too.
        settings: Further settings of :class:`Probe`. ``max_inputs`` is 128 unless given (None: all): X is then uniform
            on that many inputs. ``n`` is 2 unless given, and ``budget`` 10 seconds where there is no ``overhead``.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: A setting is out of range, or what :class:`Probe` refuses.
        RunFolderError: ``out`` exists.
    """

    def __init__(
        self,
        model: nn.Module | NoisyNetwork | Probe | Mapping[str, Probe],
        inputs: Any | None = None,
        labels: Any | None = None,
        *,
        test_inputs: Any | None = None,
        test_labels: Any | None = None,
        schedule: Any | None = None,
        overhead: float | None = None,
        logger: Any = (),
        out: str | Path | None = None,
        clustering: bool = True,
        **settings: Any,
    ):
        self._due = log_spaced() if schedule is None else as_schedule(schedule)
        self._share = _share(overhead, default=schedule is None)
        self._sinks = _as_sinks(logger)
        self._clustering = bool(clustering)
        self.probes: dict[str, Probe] = _as_probes(model, (inputs, labels), (test_inputs, test_labels), settings)
        self.records: list[Record] = []
        """What was measured, oldest first."""
        self.seconds = 0.0
        """Time spent on measurements."""
        self._folder = None if out is None else FolderSink(out, config=self._config(), seed=self._seed)
        self._failed: set[int] = set()
        self._pending = False
        self._last_epoch: int | None = None
        self._cost = _Cost()
        self._start = time.monotonic()

    def step(self, epoch: int, **losses: float) -> Record | None:
        """Measure if this epoch is due, and hand the result on.

        Args:
            epoch: Epochs of training done; 0 before the first. It grows from call to call.
            losses: Losses and accuracies of the epoch, to be recorded beside.

        Returns:
            What was measured, or None.

        Raises:
            TypeError: ``epoch`` is not an integer, or a loss not a number.
            ValueError: ``epoch`` does not grow.
        """
        self._checked_epoch(epoch)
        values = {name: _checks.as_number(name, value) for name, value in losses.items()}
        folder = self._folder
        if folder is not None and values:
            self._guarded(folder, lambda: folder.losses(epoch, values, self.training_seconds))
        self._pending = self._pending or self._due(epoch)
        if not self._pending or not self._affordable(self._cost.least):
            return None
        self._pending = False
        return self._measure(epoch, values)

    @property
    def training_seconds(self) -> float:
        """Time since the monitor was made, without what it took itself."""
        return time.monotonic() - self._start - self.seconds

    @property
    def overhead(self) -> float:
        """``seconds / training_seconds``."""
        return self.seconds / max(self.training_seconds, 1e-9)

    @property
    def table(self) -> "pd.DataFrame":
        """The tables of all results: epoch and split, the columns of :attr:`ProbeResult.table`, and the overhead.

        ``monitor_seconds``: time spent on measurements until then; ``overhead_percent``: in percent of the training.
        """
        import pandas as pd

        frames = [
            result.table.assign(
                split=split,
                epoch=record.epoch,
                monitor_seconds=record.monitor_seconds,
                overhead_percent=100.0 * record.overhead,
            )
            for record in self.records
            for split, result in record.results.items()
        ]
        if not frames:
            return pd.DataFrame(columns=["epoch", "split", "layer", "quantity", "lower", "estimate", "upper"])
        table = pd.concat(frames, ignore_index=True)
        return table[["epoch", "split", *(name for name in table.columns if name not in ("epoch", "split"))]]

    def close(self, state: str = "finished", message: str = "") -> None:
        """End the run folder, where there is one, as ``"finished"``, ``"interrupted"`` or ``"failed"``."""
        if self._folder is not None:
            self._folder.close(state, message)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.close("interrupted" if isinstance(error, KeyboardInterrupt) else "failed", f"{error}")

    @property
    def _seed(self) -> int:
        return next(iter(self.probes.values())).seed

    def _measure(self, epoch: int, losses: Mapping[str, float]) -> Record | None:
        began = time.monotonic()
        budget = self._budget()
        in_advance = self._share is not None and not self.records
        clustering = self._clustering and not in_advance and self._affordable(self._cost.full)
        try:
            results = {split: self._probe(probe, epoch, budget, clustering) for split, probe in self.probes.items()}
        except InfoflowError as error:
            self.seconds += time.monotonic() - began
            self._report(f"epoch {epoch} could not be measured: {type(error).__name__}: {error}", epoch)
            return None
        took = time.monotonic() - began
        self._cost.note(took, sum(result.clustering_seconds for result in results.values()), clustering)
        self.seconds += took
        record = Record(
            epoch=epoch, results=results, losses=losses, monitor_seconds=self.seconds, overhead=self.overhead
        )
        self.records.append(record)
        self._hand_on(record)
        return record

    def _probe(self, probe: Probe, epoch: int, budget: float | None, clustering: bool) -> ProbeResult:
        seed = derived_seed(probe.seed, "epoch", epoch)
        return probe.measure(budget=budget, clustering=clustering, seed=seed)

    def _hand_on(self, record: Record) -> None:
        began = time.monotonic()
        for sink in [*self._sinks, *([] if self._folder is None else [self._folder])]:
            self._guarded(sink, lambda sink=sink: sink.record(record))
        self.seconds += time.monotonic() - began

    def _guarded(self, sink: Any, call: Any) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - a recorder, whatever it raises, must not stop a training
            if id(sink) not in self._failed:
                self._failed.add(id(sink))
                name = type(sink).__name__
                _warn(f"{name} failed and is tried again silently: {type(error).__name__}: {error}")

    def _report(self, message: str, epoch: int) -> None:
        _warn(message)
        folder = self._folder
        if folder is not None:
            self._guarded(folder, lambda: folder.event("warning", message, epoch=epoch))

    def _budget(self) -> float | None:
        """Return the seconds of each probe: half of what is left of the share; None without one."""
        if self._share is None:
            return None
        left = self._share * self.training_seconds - self.seconds
        return max(_SMALLEST_BUDGET, 0.5 * left / len(self.probes))

    def _affordable(self, cost: float) -> bool:
        if self._share is None or not self.records:
            return True
        return self.seconds + cost <= self._share * self.training_seconds

    def _checked_epoch(self, epoch: int) -> None:
        _checks.as_count("epoch", epoch, minimum=0)
        if self._last_epoch is not None and epoch <= self._last_epoch:
            raise ValueError(f"epoch must grow from call to call, got {epoch} after {self._last_epoch}")
        self._last_epoch = int(epoch)

    def _config(self) -> dict[str, Any]:
        splits = {split: {"inputs": probe.m, "of": probe.n_inputs} for split, probe in self.probes.items()}
        first = next(iter(self.probes.values()))
        return {
            "model": type(first.model).__name__,
            "layers": list(first.layers),
            "confidence": first.confidence,
            "splits": splits,
            "overhead": self._share,
        }


def _as_probes(model: Any, train: tuple[Any, Any], test: tuple[Any, Any], settings: dict[str, Any]) -> dict[str, Probe]:
    given = {"train": model} if isinstance(model, Probe) else model
    if isinstance(given, Mapping):
        if any(value is not None for value in (*train, *test)) or settings:
            raise TypeError("inputs, labels and settings must not be given beside probes, which bring their own")
        if not given or not all(isinstance(probe, Probe) for probe in given.values()):
            raise TypeError(f"model must be a module, a noisy network, a Probe or probes by split, got {given!r}")
        return {str(split): probe for split, probe in given.items()}
    if train[0] is None:
        raise TypeError("inputs must be given: the monitor measures on them")
    settings = {
        "max_inputs": MAX_INPUTS,
        "n": N_DRAWS,
        "budget": None if "n" in settings or "r" in settings else SECONDS,
    } | settings
    probes = {"train": Probe(given, *train, **settings)}
    if test[0] is not None:
        probes["test"] = Probe(given, *test, **settings)
    return probes


def _as_sinks(logger: Any) -> list[RecordSink]:
    several = isinstance(logger, Iterable) and not isinstance(logger, RecordSink | ScalarLogger)
    loggers: list[Any] = list(logger) if several else [] if logger is None else [logger]
    return [_as_sink(one) for one in loggers]


def _as_sink(logger: Any) -> RecordSink:
    if isinstance(logger, RecordSink):
        return logger
    if isinstance(logger, ScalarLogger):
        return ScalarSink(logger)
    raise TypeError(f"logger must have record(record) or log(dict, step=), got {type(logger).__name__}")


def _share(overhead: float | None, *, default: bool) -> float | None:
    if overhead is None:
        return OVERHEAD if default else None
    value = _checks.as_number("overhead", overhead)
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"overhead must be a positive share of the training time, got {value:g}")
    return value


def _warn(message: str) -> None:
    warnings.warn(message, InfoflowWarning, stacklevel=4)
