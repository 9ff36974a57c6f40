"""``infoflow view``: the live page of one or several runs."""

import webbrowser
from pathlib import Path
from typing import Annotated

import typer


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
    watched = LiveRuns(runs)
    from infoflow.report import server

    opened = server.open_socket(host, port)
    url = server.page_url(opened, token)
    print(f"live page: {url} (Ctrl-C ends it)", flush=True)
    if not no_browser:
        webbrowser.open(url)
    try:
        server.serve(watched, opened, token=token)
    except KeyboardInterrupt:
        return
