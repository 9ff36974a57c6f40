"""The kinds of figures that ``infoflow show --figure`` draws, and the options each of them takes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoflow._errors import RunFolderError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from infoflow.runs import Run

FORMATS = (".png", ".pdf", ".svg")
_DPI = 150


@dataclass(frozen=True, kw_only=True)
class FigureOptions:
    """What the user asked of a figure; None: not said.

    Attributes:
        mode: certified or asymptotic.
        quantity: I(X;T) or I(Y;T).
        layer: Layer, or layers separated by commas.
        epochs: Stored epochs.
        twin: Whether the deterministic twin is shown.
    """

    mode: str | None = None
    quantity: str | None = None
    layer: str | None = None
    epochs: tuple[int, ...] | None = None
    twin: bool | None = None

    def given(self) -> dict[str, Any]:
        """Return the options that were given."""
        return {name: value for name, value in vars(self).items() if value is not None}


_TAKES: dict[str, tuple[str, ...]] = {
    "information": ("mode", "quantity"),
    "plane": ("mode",),
    "binned": ("mode", "quantity"),
    "scatter": ("layer", "epochs", "twin"),
    "activations": ("layer", "epochs", "twin"),
    "cosine": ("layer", "epochs", "twin"),
    "distance": ("layer", "epochs", "twin"),
    "neuron": ("layer",),
    "seeds": ("mode", "quantity"),
    "validation": (),
}
KINDS = tuple(_TAKES)
OF_STUDIES = ("seeds", "validation")
"""Kinds that several runs are drawn in."""
_OF_THE_TABLE = ("mode", "quantity")
"""Options that have an effect on the table or the bands, whatever figure is drawn."""


def check_options(kind: str, options: FigureOptions) -> None:
    """Raise ``ValueError`` for an unknown kind, or an option that this kind does not take."""
    if kind not in _TAKES:
        raise ValueError(f"--kind must be one of {', '.join(KINDS)}, got {kind!r}")
    for name in options.given():
        if name not in _TAKES[kind] and name not in _OF_THE_TABLE:
            fitting = ", ".join(other for other, names in _TAKES.items() if name in names)
            raise ValueError(f"--{name} must go with a --kind of {fitting}, got {kind}")


def save_figure(path: Path, kind: str, runs: "list[Run]", options: FigureOptions) -> None:
    """Draw a figure of a run (or of several, for ``seeds`` and ``validation``) into a file.

    Raises:
        RunFolderError: The file cannot be written, or the run lacks what the figure shows.
        ValueError: Likewise.
    """
    taken = {name: value for name, value in options.given().items() if name in _TAKES[kind]}
    figure = _figure(kind, runs, taken)
    try:
        figure.savefig(path, dpi=_DPI)
    except OSError as error:
        raise RunFolderError(f"--figure must be a file that can be written, got {path}: {error.strerror}") from None


def _figure(kind: str, runs: "list[Run]", given: dict[str, Any]) -> "Figure":
    from infoflow import plot

    if kind == "seeds":
        return plot.seeds_figure(runs, **given)
    if kind == "validation":
        return plot.validation_figure(runs)
    if kind in ("activations", "cosine", "distance") and "layer" in given:
        given["layers"] = given.pop("layer").split(",")
    drawers: dict[str, Callable[..., Figure]] = {
        "information": plot.information_curves,
        "plane": plot.information_plane,
        "binned": plot.noisy_beside_binned,
        "scatter": plot.representation_scatter,
        "activations": plot.activation_histograms,
        "cosine": plot.pair_histograms,
        "distance": plot.pair_histograms,
        "neuron": plot.neuron_trajectory,
    }
    if kind in ("cosine", "distance"):
        given["measure"] = kind
    return drawers[kind](runs[0], **given)
