"""The server of the live page: the page, one stream of snapshots, and the frames of points; nothing else."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

from infoflow._errors import RunFolderError
from infoflow.report.document import page_title
from infoflow.report.guard import Guard, check_access
from infoflow.report.live_runs import LiveRuns
from infoflow.report.page import page_html, plotly_script

try:
    import uvicorn
    from sse_starlette.sse import EventSourceResponse
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
    from starlette.routing import Route
except ImportError as missing:
    raise ImportError(
        f"the live page needs starlette, uvicorn and sse-starlette: pip install 'infoflow[report]' ({missing})"
    ) from missing

POLL_SECONDS = 0.3


def live_application(runs: LiveRuns, *, host: str = "127.0.0.1", token: str | None = None) -> Guard:
    """Return the application (ASGI) of the live page.

    Args:
        runs: What it shows.
        host: Where it will listen.
        token: What a reader must know; None on loopback.

    Raises:
        ValueError: ``host`` is not loopback and there is no token.
        ImportError: A package of the extra ``report`` is missing.
    """
    check_access(host, token)
    plotly_script()

    async def index(_: Request) -> Response:
        payload = await run_in_threadpool(runs.payload)
        names = await run_in_threadpool(lambda: runs.names)
        return HTMLResponse(await run_in_threadpool(page_html, payload, title=page_title(names)))

    async def events(request: Request) -> Response:
        return EventSourceResponse(_snapshots(runs, request.query_params.get("since", "")))

    async def frame(request: Request) -> Response:
        try:
            number, epoch = (int(request.query_params[key]) for key in ("run", "epoch"))
            found = await run_in_threadpool(runs.frame, number, request.query_params["layer"], epoch)
        except (KeyError, ValueError) as error:
            text = str(error) if isinstance(error, RunFolderError) else "frame needs run, layer and epoch"
            return PlainTextResponse(text, status_code=404)
        return JSONResponse(found)

    routes = [Route("/", index), Route("/events", events), Route("/frame", frame)]
    return Guard(Starlette(routes=routes), host=host, token=token)


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port`` (0: any free one).

    Raises:
        ValueError: The address is not one of this machine, or the port is taken or out of range.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"--port must be between 0 and 65535, got {port}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        raise ValueError(
            f"--host and --port must be free on this machine, got {host}:{port}: {error.strerror}"
        ) from None
    opened.listen()
    return opened


def page_url(opened: socket.socket, token: str | None) -> str:
    """Return the address of the page that ``opened`` serves, with its token."""
    host, port = opened.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")


def serve(
    runs: LiveRuns,
    opened: socket.socket,
    *,
    token: str | None = None,
    started: Callable[[uvicorn.Server], None] | None = None,
) -> None:
    """Serve the live page until the process is interrupted.

    Args:
        runs: What it shows.
        opened: A listening socket.
        token: As in :func:`live_application`.
        started: Gets the server before it starts; setting its ``should_exit`` ends it.
    """
    application = live_application(runs, host=opened.getsockname()[0], token=token)
    settings: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off", "server_header": False}
    server = uvicorn.Server(uvicorn.Config(application, timeout_graceful_shutdown=2, **settings))
    if started is not None:
        started(server)
    server.run(sockets=[opened])


async def _snapshots(runs: LiveRuns, since: str) -> AsyncIterator[dict[str, str]]:
    while True:
        version = await run_in_threadpool(runs.version)
        if version != since:
            since = version
            yield {"event": "snapshot", "data": await run_in_threadpool(runs.payload_text)}
        await asyncio.sleep(POLL_SECONDS)
