"""What the page shows of one layer's representations: points in at most three coordinates, and histograms.

All epochs of a layer share one projection and one set of bins, so that what moves on the page has moved in the network.
Up to three units are shown as they are; of more, the first three principal components of all stored epochs together.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from infoflow._errors import RunFolderError
from infoflow._types import Array, IntArray
from infoflow.report.encoding import encoded_array
from infoflow.runs import ArrayStore
from infoflow.runs.arrays import array_path

PREFIX = "representations/"
N_BINS = 48
MAX_SHOWN_UNITS = 16
_MAX_FIT_ROWS = 2048
_STEPS = 65534  # of the uint16 scale; 65535 stands for a value that is not finite
_MISSING = 65535


class Projection(NamedTuple):
    """Where a layer's coordinates come from: ``(t - centre) @ basis``.

    Attributes:
        centre: Of shape (d,).
        basis: Of shape (d, k), k at most 3.
        names: Of the k coordinates.
    """

    centre: Array
    basis: Array
    names: list[str]


class LayerView:
    """The representations of one layer over the epochs; grows while the run goes on."""

    def __init__(self, folder: Path, layer: str, points: IntArray | None = None, *, units: bool = True) -> None:
        """Look at what is stored now.

        Args:
            folder: The run folder.
            layer: Name of the layer.
            points: Rows to show as points; all by default. Histograms always count every row.
            units: Whether to have a histogram of each unit too, where there are no more than 16.
        """
        self.layer = layer
        self.revision = 0
        self.epochs: list[int] = []
        self.damaged: dict[int, str] = {}
        self._folder = folder
        self._points = points
        self._units = units
        self._limits = (np.inf, -np.inf)
        self._fitted = 0
        self._ranges: Array = np.empty((0, 2))
        self.refresh()

    def refresh(self) -> None:
        """Take in epochs stored since; the projection is fitted anew whenever their number has doubled.

        Bins follow as soon as a value lies outside them: ``revision`` counts such changes.
        """
        known = {*self.epochs, *self.damaged}
        stored = set(ArrayStore(self._folder).epochs(PREFIX + self.layer))
        fresh = [epoch for epoch in sorted(stored - known) if self._take_in(epoch)]
        gone = known - stored
        self.epochs = sorted({*self.epochs, *fresh} - gone)
        if len(self.epochs) >= 2 * self._fitted and self.epochs:
            self._fit()
        elif fresh:
            self._widen(fresh)

    @property
    def description(self) -> dict[str, Any]:
        """What the page needs to know before any frame: coordinates, their ranges, bins, epochs."""
        if not self.epochs:
            return {"revision": self.revision, "epochs": [], "names": [], "ranges": [], "units": 0, "bins": [0, 0, 0]}
        return {
            "revision": self.revision,
            "epochs": self.epochs,
            "names": self._projection.names,
            "ranges": self._ranges.tolist(),
            "d": self._d,
            "share": self._share,
            "units": self._d if self._shows_units else 0,
            "bins": [*self._edges, N_BINS],
        }

    def frame(self, epoch: int) -> dict[str, Any]:
        """Return the points and histograms of one epoch.

        Raises:
            RunFolderError: There is no such array, or its file is damaged.
        """
        values = self._load(epoch)
        shown = self._project(self._pick(values))
        scale = _limits_by_column(shown)
        return {
            "revision": self.revision,
            "scale": scale.tolist(),
            "points": encoded_array(_quantised(shown, scale), "<u2"),
            "counts": encoded_array(self._counts(values), "<u4" if values.size > _MISSING else "<u2"),
        }

    @property
    def n_bytes(self) -> tuple[int, int]:
        """Bytes that one point takes over all epochs, and that all histograms take."""
        if not self.epochs:
            return 0, 0
        n_histograms = 1 + (self._d if self._shows_units else 0)
        return 2 * len(self._projection.names) * len(self.epochs), 4 * n_histograms * N_BINS * len(self.epochs)

    def select(self, points: IntArray | None, *, units: bool) -> None:
        """Change which rows are shown as points, and whether units have histograms."""
        self._points = points
        self._units = units
        self.revision += 1

    @property
    def m(self) -> int:
        """Number of stored inputs."""
        return self._m

    def _take_in(self, epoch: int) -> bool:
        try:
            values = self._load(epoch)
        except RunFolderError as error:
            self.damaged[epoch] = str(error)
            return False
        finite = values[np.isfinite(values)]
        if finite.size:
            self._limits = (min(self._limits[0], float(finite.min())), max(self._limits[1], float(finite.max())))
        self._m, self._d = values.shape
        return True

    def _fit(self) -> None:
        self._fitted = len(self.epochs)
        self.revision += 1
        self._edges = _padded(*self._limits)
        self._projection, self._share = self._projected_on()
        self._ranges = np.empty((0, 2))
        self._widen(self.epochs)

    def _widen(self, fresh: list[int]) -> None:
        """Make room for the coordinates, and the values, of further epochs."""
        found = [_limits_by_column(self._project(self._pick(self._load(epoch)))) for epoch in fresh]
        known = [self._ranges] if self._ranges.size else []
        stacked = np.stack([*known, *found])  # (epochs, k, 2)
        self._ranges = np.stack([stacked[:, :, 0].min(0), stacked[:, :, 1].max(0)], axis=1)
        low, high = self._edges
        if self._limits[0] < low or self._limits[1] > high:
            self._edges = _padded(*self._limits)
            self.revision += 1

    def _projected_on(self) -> tuple[Projection, float]:
        d = self._d
        if d <= 3:
            return Projection(np.zeros(d), np.eye(d), [f"unit {k + 1}" for k in range(d)]), 1.0
        rows_each = max(1, _MAX_FIT_ROWS // len(self.epochs))
        step = max(1, self._m // rows_each)
        rows = np.concatenate([self._load(epoch)[::step] for epoch in self.epochs]).astype(np.float64)
        rows = rows[np.isfinite(rows).all(axis=1)]
        rows = rows[:: max(1, -(-len(rows) // _MAX_FIT_ROWS))]
        return _principal(rows, d)

    def _load(self, epoch: int) -> npt.NDArray[Any]:
        values = load_inside(self._folder, PREFIX + self.layer, epoch)
        if values.dtype.kind not in "fiu" or values.ndim == 0 or values.size == 0:
            raise RunFolderError(
                f"representations of {self.layer} at epoch {epoch} must be numbers, got {values.dtype} {values.shape}"
            )
        return values.reshape(len(values), -1)

    def _pick(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return values if self._points is None else values[self._points]

    def _project(self, values: npt.NDArray[Any]) -> Array:
        centre, basis, _ = self._projection
        return (np.where(np.isfinite(values), values, np.nan).astype(np.float64) - centre) @ basis

    @property
    def _shows_units(self) -> bool:
        return self._units and self._d <= MAX_SHOWN_UNITS

    def _counts(self, values: npt.NDArray[Any]) -> IntArray:
        groups = [values, *values.T] if self._shows_units else [values]
        return np.stack([np.histogram(group[np.isfinite(group)], N_BINS, self._edges)[0] for group in groups])


def load_inside(folder: Path, name: str, epoch: int | None = None) -> npt.NDArray[Any]:
    """Return an array of a run, never one that a link in the run folder brings in from elsewhere.

    Raises:
        RunFolderError: There is no such array, its file is damaged, or it lies outside the run folder.
    """
    path = array_path(folder, name, epoch)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise RunFolderError(f"{path} must lie in its run folder, got a link out of it")
    return ArrayStore(folder).load(name, epoch)


def _principal(rows: Array, d: int) -> tuple[Projection, float]:
    """Return the projection on the first three principal components, and their share of the variance."""
    names = [f"principal component {k + 1}" for k in range(3)]
    if not len(rows):
        return Projection(np.zeros(d), np.eye(d)[:, :3], names), 0.0
    centre = rows.mean(axis=0)
    _, singular, directions = np.linalg.svd(rows - centre, full_matrices=False)
    basis = np.zeros((d, 3))
    kept = directions[:3].T
    signs = np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])])
    basis[:, : kept.shape[1]] = kept * signs  # a direction and its opposite are the same component: one sign of the two
    total = float((singular**2).sum())
    return Projection(centre, basis, names), float((singular[:3] ** 2).sum() / total) if total > 0 else 0.0


def _limits_by_column(values: Array) -> Array:
    finite = np.isfinite(values)
    low = np.where(finite, values, np.inf).min(axis=0)
    high = np.where(finite, values, -np.inf).max(axis=0)
    empty = low > high
    return np.stack([np.where(empty, 0.0, low), np.where(empty, 0.0, high)], axis=1)


def _quantised(values: Array, scale: Array) -> npt.NDArray[np.uint16]:
    low, width = scale[:, 0], scale[:, 1] - scale[:, 0]
    finite = np.isfinite(values)
    share = np.where(finite, values - low, 0.0) / np.where(width > 0, width, 1.0)
    return np.where(finite, np.rint(share * _STEPS), _MISSING).astype(np.uint16)


def _padded(low: float, high: float) -> tuple[float, float]:
    if low > high:
        return -1.0, 1.0
    margin = 0.02 * (high - low) or 0.5
    return low - margin, high + margin
