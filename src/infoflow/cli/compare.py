"""``infoflow compare``: every comparator on the checkpoints of a stored run, beside its certified intervals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from infoflow._errors import ConfigError, RunFolderError
from infoflow.cli.figures import FORMATS

if TYPE_CHECKING:
    import pandas as pd

    from infoflow.runs import Run

_QUANTITIES = ("I(X;T)", "I(Y;T)")
_DPI = 150


def compare(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder with checkpoints, finished or not.")],
    epochs: Annotated[
        str | None,
        typer.Option(metavar="E,E,…", help="Stored epochs; by default five of them, first and last included."),
    ] = None,
    layers: Annotated[str | None, typer.Option(metavar="T1,T5", help="Layers; all by default.")] = None,
    quantity: Annotated[
        str | None, typer.Option(help="Only what stands beside 'I(X;T)' or 'I(Y;T)'; both by default.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,NAME,…",
            help="Comparators: pairwise, nearest_neighbour, kernel_density, ksg, mixed_neighbours, hashing, renyi, "
            "quantised, binned, sliced; all by default.",
        ),
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(
            metavar="N",
            help="Inputs for those whose cost grows with their square or faster (pairwise, kernel_density, ksg, renyi, "
            "sliced); 4096 by default, ksg 1024, renyi 512. With fewer inputs than the run has, the ceiling is ln N.",
        ),
    ] = None,
    seed: Annotated[str, typer.Option(metavar="N", help="Seed of all draws.")] = "0",
    out: Annotated[
        Path | None, typer.Option(help="Write the table, with every column, into this new .csv file.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(help="Draw --quantity, I(X;T) by default, into this new .png, .pdf or .svg file.")
    ] = None,
) -> None:
    """Put earlier estimators beside the certified intervals of a stored run.

    The networks are restored from their checkpoints, and every comparator is
    run on the activations of every layer. A number is marked inside (=), below
    (<) or above (>) the interval. Quantities of another kind (entropies of
    bins, Rényi, sliced), other networks (quantised, noise at one layer alone)
    and fewer inputs are named as such.
    """
    _check_files(out, figure)
    if quantity is not None and quantity not in _QUANTITIES:
        raise ValueError(f"--quantity must be one of {', '.join(_QUANTITIES)}, got {quantity!r}")
    wanted = None if epochs is None else [_count("--epochs", part) for part in epochs.split(",")]
    limit = None if inputs is None else _count("--inputs", inputs)
    number = _count("--seed", seed)
    from infoflow.experiments.compared.table import compare_stored
    from infoflow.runs import load_run

    stored = load_run(run)
    console = Console(stderr=True)
    with console.status("restoring the first checkpoint") as status:
        table = compare_stored(
            stored,
            epochs=wanted,
            layers=None if layers is None else layers.split(","),
            quantity=quantity,
            only=None if only is None else only.split(","),
            inputs=limit,
            seed=number,
            progress=lambda done: status.update(f"{done} done"),
        )
    _print(stored, table, number)
    if out is not None:
        _write_csv(table, out)
    if figure is not None:
        _draw(stored, table, quantity, figure)


def _print(run: "Run", table: "pd.DataFrame", seed: int) -> None:
    from infoflow.report.comparators import comparators_rich, comparators_text

    console = Console()
    manifest = run.manifest
    print(f"{run.path}: {manifest['experiment']}, seed {manifest['seed']}; comparators with seed {seed}\n")
    if not console.is_terminal:
        print(comparators_text(table))
        return
    for part in comparators_rich(table, width=console.width):
        console.print(part)


def _write_csv(table: "pd.DataFrame", path: Path) -> None:
    try:
        with path.open("x", encoding="utf-8", newline="") as file:
            table.to_csv(file, index=False)
    except FileExistsError:
        raise _exists("--out", path) from None
    except OSError as error:
        raise RunFolderError(f"--out must be a file that can be written, got {path}: {error.strerror}") from None
    print(f"\ntable: {path} ({len(table)} rows)")


def _draw(run: "Run", table: "pd.DataFrame", quantity: str | None, path: Path) -> None:
    from infoflow.plot import comparators_figure

    chosen = quantity or str(table["beside"].iloc[0])
    drawn = comparators_figure(table, run=run, quantity=chosen)
    try:
        drawn.savefig(path, dpi=_DPI)
    except OSError as error:
        raise RunFolderError(f"--figure must be a file that can be written, got {path}: {error.strerror}") from None
    print(f"\nfigure: {path}")


def _check_files(out: Path | None, figure: Path | None) -> None:
    for option, path, formats in (("--out", out, (".csv",)), ("--figure", figure, FORMATS)):
        if path is None:
            continue
        if path.suffix.lower() not in formats:
            raise ValueError(f"{option} must be a file ending in {', '.join(formats)}, got {path}")
        if path.exists():
            raise _exists(option, path)
        if not path.parent.is_dir():
            raise RunFolderError(f"{option} must be in a folder that exists, got {path}")


def _exists(option: str, path: Path) -> RunFolderError:
    return RunFolderError(f"{option} must be a file that does not exist yet, got {path} (nothing was overwritten)")


def _count(option: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise ConfigError(f"{option} must be whole numbers, separated by commas where there are several, got {text!r}")
    return int(text)
