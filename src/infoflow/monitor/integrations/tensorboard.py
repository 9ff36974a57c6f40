"""Records in TensorBoard: scalars, their bands, and a figure per epoch. Needs the extra ``tensorboard``."""

from pathlib import Path
from typing import Any

from infoflow.monitor.record import Record

try:
    from torch.utils.tensorboard.writer import SummaryWriter
except ImportError as error:
    raise ImportError("TensorBoardRecorder needs the extra: pip install 'infoflow[tensorboard]'") from error


class TensorBoardRecorder:
    """Writes every record: lower end, estimate and upper end of each information as scalars under ``SPLIT/I_XT/LAYER``.

    The custom-scalars tab shows each as a line with its band; the images tab has a figure of all layers per epoch.

    Args:
        target: A ``SummaryWriter``, which stays the caller's to close, or a log folder.
        figures: Whether to draw the figures.
    """

    def __init__(self, target: SummaryWriter | str | Path, *, figures: bool = True):
        self._own = not isinstance(target, SummaryWriter)
        self.writer: Any = target if isinstance(target, SummaryWriter) else SummaryWriter(str(target))
        self._figures = bool(figures)
        self._with_bands = False

    def record(self, record: Record) -> None:
        """Write one record."""
        if not self._with_bands:
            self._with_bands = True
            self.writer.add_custom_scalars(_margin_charts(record.bands()))
        for name, value in record.scalars().items():
            self.writer.add_scalar(name, value, global_step=record.epoch)
        if self._figures:
            self.writer.add_figure("intervals", record.figure(), global_step=record.epoch, close=False)
        self.writer.flush()

    def close(self) -> None:
        """Close the writer if it was made here."""
        if self._own:
            self.writer.close()


def _margin_charts(stems: list[str]) -> dict[str, dict[str, list[Any]]]:
    """Return the layout of the custom-scalars tab: charts ``[estimate, lower, upper]`` by split."""
    layout: dict[str, dict[str, list[Any]]] = {}
    for stem in stems:
        split, _, name = stem.partition("/")
        layout.setdefault(split, {})[name] = ["Margin", [f"{stem}/{end}" for end in ("estimate", "lower", "upper")]]
    return layout
