"""``infoflow view``: the live page of one or several runs; and the page that ``infoflow run --view`` opens."""

import os
import sys
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from infoflow.cli.cases import refuse_page
from infoflow.cli.study import run_folders


def view(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders, or folders of run folders.")],
    host: Annotated[str, typer.Option(help="Address to listen on; others than loopback need --token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 0,
    token: Annotated[
        str | None, typer.Option(envvar="INFOFLOW_TOKEN", help="What a reader must know to see the page.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
) -> None:
    """Show runs on a page that follows them while they go on, until Ctrl-C."""
    from infoflow.report.guard import check_access
    from infoflow.report.live_runs import LiveRuns

    check_access(host, token)
    refuse_page(run_folders(runs))
    watched = LiveRuns(runs)
    from infoflow.report import server

    opened = server.open_socket(host, port)
    url = server.page_url(opened, token)
    print(f"live page: {url} (Ctrl-C ends it)", flush=True)
    if not no_browser:
        _open(url)
    try:
        server.serve(watched, opened, token=token)
    except KeyboardInterrupt:
        return


@contextmanager
def shown_live(target: Path, *, wanted: bool) -> Generator[None]:
    """Serve the live page of a run that begins at ``target`` for as long as the block takes, and open a browser.

    At a terminal the page then stays until Enter or Ctrl-C.
    """
    if not wanted:
        yield
        return
    from infoflow.report.live import serve_in_background

    with serve_in_background(target) as page:
        print(f"live page: {page.url}", flush=True)
        _open(page.url)
        yield
        if sys.stdin.isatty() and sys.stdout.isatty():
            print(f"the live page stays until Enter or Ctrl-C: {page.url}", flush=True)
            with suppress(KeyboardInterrupt, EOFError):
                input()


def _open(url: str) -> None:
    """Open a browser where there is a screen; one for the terminal would take the terminal."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(url)
