"""Who may read the live page: loopback by default; from elsewhere only who knows the token."""

import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MIN_TOKEN = 12
COOKIE = "infoflow"
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def is_loopback(host: str) -> bool:
    """Return whether ``host`` names this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_access(host: str, token: str | None) -> None:
    """Refuse an open page.

    Raises:
        ValueError: ``host`` is not loopback and there is no token, or the token is short or not of plain characters.
    """
    if token is None and not is_loopback(host):
        raise ValueError(f"--host must be a loopback address such as 127.0.0.1 unless --token is given, got {host!r}")
    if token is not None and not (
        len(token) >= MIN_TOKEN and token.isascii() and token.replace("-", "").replace("_", "").isalnum()
    ):
        raise ValueError(
            f"--token must be at least {MIN_TOKEN} letters, digits, '-' or '_', got {len(token)} characters"
        )


class Guard:
    """Answers 403 to requests that name another host (DNS rebinding) or lack the token; the rest goes on to ``app``.

    A request with ``?token=`` gets a cookie and is sent on without it, so that the token leaves the address bar.
    """

    def __init__(self, app: Application, *, host: str, token: str | None) -> None:
        """Guard ``app``, which listens on ``host``."""
        self._app = app
        self._token = token
        bracketed = f"[{host}]" if ":" in host else host
        self._names = _LOCAL_NAMES | {bracketed.lower()} if token is None or is_loopback(host) else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
        if self._names is not None and _host_name(headers.get("host", "")) not in self._names:
            await _refuse(send, "this page answers only to its own address")
        elif self._token is None or self._matches(_cookie(headers.get("cookie", ""), scope)):
            await self._app(scope, receive, _with_headers(send))
        elif self._matches(_asked(scope)):
            await _send_on(scope, send, self._token)
        else:
            await _refuse(send, "this page needs its token: open it as /?token=...")

    def _matches(self, given: str) -> bool:
        return self._token is not None and secrets.compare_digest(given.encode(), self._token.encode())


def _host_name(header: str) -> str:
    name, _, port = header.rpartition(":")
    return (name if name and port.isdigit() else header).lower()


def _cookie_name(scope: Scope) -> str:
    return f"{COOKIE}_{(scope.get('server') or ('', 0))[1]}"  # cookies do not tell ports apart


def _cookie(header: str, scope: Scope) -> str:
    try:
        cookie = SimpleCookie(header).get(_cookie_name(scope))
    except CookieError:
        return ""
    return cookie.value if cookie is not None else ""


def _asked(scope: Scope) -> str:
    return parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]


async def _send_on(scope: Scope, send: Send, token: str) -> None:
    cookie = f"{_cookie_name(scope)}={token}; HttpOnly; SameSite=Lax; Path=/"
    headers = [(b"location", b"/"), (b"set-cookie", cookie.encode()), (b"content-length", b"0"), *_HEADERS]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def _refuse(send: Send, text: str) -> None:
    body = f"{text}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = {key for key, _ in _HEADERS}
            kept = [(key, value) for key, value in message.get("headers", []) if key.lower() not in own]
            message = {**message, "headers": [*kept, *_HEADERS]}
        await send(message)

    return sending
