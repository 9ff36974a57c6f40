"""A run as the page shows it: its records as they are stored, and views of its layers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from infoflow._errors import RunFolderError
from infoflow._types import IntArray
from infoflow.report.commands import run_command
from infoflow.report.encoding import encoded_array, encoded_frame
from infoflow.report.layer_view import PREFIX, LayerView, load_inside
from infoflow.report.progress import run_progress
from infoflow.runs import Event, Run, load_run

ESTIMATE_TEXTS = ("layer", "quantity", "mode", "status", "estimator", "decoder", "engine", "message")
ESTIMATE_COLUMNS = (
    *("epoch", "layer", "quantity", "mode", "lower", "estimate", "upper", "n", "status", "confidence", "ceiling"),
    *("m", "r", "d", "estimator", "decoder", "engine", "message", "seconds"),
)
HISTORY_COLUMNS = ("epoch", "train_loss", "test_loss", "train_accuracy", "test_accuracy", "noisy_train_loss")
MEASURE_COLUMNS = ("epoch", "layer", "measure", "value")
MAX_HISTORY_ROWS = 5000
MAX_EVENTS = 300
_SHOWN_EVENTS = ("warning", "failed", "interrupted", "resumed", "started", "finished")


class ShownRun:
    """One run on the page; reads the folder anew each time it is asked for a snapshot."""

    def __init__(self, path: Path, name: str, *, max_points: int) -> None:
        """Open a run folder.

        Args:
            path: The run folder.
            name: What the page calls it.
            max_points: Inputs shown as points; the same ones at every epoch.

        Raises:
            RunFolderError: Not a run folder, written by a later infoflow, or damaged.
        """
        self.run = load_run(path)
        self.name = name
        self.views: dict[str, LayerView] = {}
        self._points: IntArray | None = None
        self._max_points = max_points
        self._units = True
        self.refresh()

    def refresh(self) -> None:
        """Take in what was stored since."""
        stored = {name.removeprefix(PREFIX) for name in self.run.arrays.names() if name.startswith(PREFIX)}
        for layer in sorted(stored):
            if layer in self.views:
                self.views[layer].refresh()
            else:
                self._add_view(layer)

    def limit(self, max_points: int, *, units: bool) -> None:
        """Show at most ``max_points`` inputs as points, and histograms of single units only if ``units``."""
        self._max_points, self._units = max_points, units
        self._choose_points()
        for view in self.views.values():
            view.select(self._points, units=units)

    def snapshot(self) -> dict[str, Any]:
        """Return everything the page shows of the run except frames, as values that JSON can hold."""
        run, manifest = self.run, self.run.manifest
        table, history, events, state = run.table, run.history, run.events, run.state
        notes: list[str] = []
        shown_history = _thinned(history, notes)
        measures = run.measures
        return {
            "name": self.name,
            "state": state,
            "progress": run_progress(state, events, table, history),
            "manifest": {key: manifest.get(key) for key in ("experiment", "seed", "created", "platform", "versions")},
            "config": manifest["config"],
            "command": run_command(manifest),
            "layers": self._layers(events, table, measures),
            "estimates": encoded_frame(table, ESTIMATE_COLUMNS, ESTIMATE_TEXTS),
            "history": encoded_frame(shown_history, HISTORY_COLUMNS, ()),
            "measures": encoded_frame(measures, MEASURE_COLUMNS, ("layer", "measure")),
            "events": _shown_events(events),
            "n_warnings": sum(event.kind == "warning" for event in events),
            "views": {layer: view.description for layer, view in self.views.items()},
            "points": self._described_points(notes),
            "notes": [*notes, *self._notes(table, measures)],
        }

    def frame(self, layer: str, epoch: int) -> dict[str, Any]:
        """Return the points and histograms of a layer at an epoch.

        Raises:
            RunFolderError: The run has not stored it, or its file is damaged.
        """
        if layer not in self.views:
            raise RunFolderError(f"layer must be one with stored representations, got {layer!r}")
        return self.views[layer].frame(epoch)

    def _add_view(self, layer: str) -> None:
        view = LayerView(self.run.path, layer, self._points, units=self._units)
        if not view.epochs:
            return
        self.views[layer] = view
        if self._points is None and view.m > self._max_points:
            self._choose_points()
            view.select(self._points, units=self._units)

    def _choose_points(self) -> None:
        m = min((view.m for view in self.views.values()), default=0)
        chosen = np.random.default_rng(0).permutation(m)[: self._max_points]
        self._points = np.sort(chosen) if m > self._max_points else None

    def _layers(self, events: list[Event], table: pd.DataFrame, measures: pd.DataFrame) -> list[str]:
        planned: list[Any] = next((e.data.get("layers", []) for e in reversed(events) if e.kind == "plan"), [])
        known = [*planned, *table["layer"].unique(), *measures["layer"].unique(), *sorted(self.views)]
        return list(dict.fromkeys(str(layer) for layer in known))

    def _described_points(self, notes: list[str]) -> dict[str, Any]:
        """Which inputs the points are, and their classes."""
        m = min((view.m for view in self.views.values()), default=0)
        if m == 0:
            return {"inputs": encoded_array([], "<u4"), "classes": None, "class_names": [], "m": 0}
        rows = np.arange(m) if self._points is None else self._points
        inputs = _static(self.run, "kept_inputs")
        inputs = np.arange(m) if inputs is None or len(inputs) != m else inputs
        labels = _static(self.run, "labels")
        shown = {"inputs": encoded_array(inputs[rows], "<u4"), "m": m}
        if labels is None or inputs.max() >= len(labels):
            notes.append("The run stored no labels: points carry no class.")
            return {**shown, "classes": None, "class_names": []}
        names, codes = np.unique(labels[inputs], return_inverse=True)
        return {
            **shown,
            "classes": encoded_array(codes[rows], "<u2"),
            "class_names": [str(name) for name in names],
        }

    def _notes(self, table: pd.DataFrame, measures: pd.DataFrame) -> list[str]:
        notes: list[str] = []
        if table.empty:
            notes.append("No estimate has been stored yet.")
        if not self.views:
            notes.append("The run stored no representations: no scatter and no histograms.")
        if measures.empty:
            notes.append("The run stored no measures of clustering.")
        if self._points is not None:
            m = min(view.m for view in self.views.values())
            notes.append(
                f"The scatter shows {len(self._points)} of {m} stored inputs, drawn at random, the same at every "
                "epoch; histograms count all of them."
            )
        if any(view.description["units"] == 0 for view in self.views.values()) and not self._units:
            notes.append("To keep the page small, histograms take all units of a layer together.")
        if self.views:
            notes.append("Coordinates of points are rounded to 1/65534 of the range of each epoch.")
        damaged = [text for view in self.views.values() for text in view.damaged.values()]
        return [*notes, *(f"Left out: {text}" for text in damaged)]


def _thinned(history: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    if len(history) <= MAX_HISTORY_ROWS:
        return history
    rows = np.unique(np.linspace(0, len(history) - 1, MAX_HISTORY_ROWS).round().astype(int))
    notes.append(f"Losses are drawn at {len(rows)} of {len(history)} recorded epochs.")
    return history.iloc[rows]


def _shown_events(events: list[Event]) -> list[dict[str, str]]:
    """Return the last events that say something; the traceback of a failure stays in the run folder."""
    shown = [event for event in events if event.kind in _SHOWN_EVENTS]
    return [{"time": event.time, "kind": event.kind, "message": event.message or ""} for event in shown[-MAX_EVENTS:]]


def _static(run: Run, name: str) -> IntArray | None:
    try:
        return np.asarray(load_inside(run.path, name))
    except RunFolderError:
        return None
