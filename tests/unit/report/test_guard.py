import asyncio
from typing import Any

import pytest

from infoflow.report.guard import Guard, check_access, is_loopback

TOKEN = "correct-horse-battery"


async def reply(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"cache-control", b"public")]})
    await send({"type": "http.response.body", "body": b"secret"})


def ask(
    guard: Guard, *, host: str = "127.0.0.1:8000", query: str = "", cookie: str = ""
) -> tuple[int, dict[str, str], bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode()), *([(b"cookie", cookie.encode())] if cookie else [])]
    scope = {"type": "http", "headers": headers, "query_string": query.encode(), "server": ("127.0.0.1", 8000)}
    asyncio.run(guard(scope, None, send))  # pyright: ignore[reportArgumentType]
    found = {key.decode(): value.decode() for key, value in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_loopback_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    check_access(host, None)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.1", "example.org", ""])
def test_other_hosts_need_a_token(host: str) -> None:
    with pytest.raises(ValueError, match="--host must be a loopback address"):
        check_access(host, None)
    check_access(host, TOKEN)


@pytest.mark.parametrize("token", ["", "short", "with a blank in it", "newline\r\nset-cookie", "\u00e9" * 20])
def test_weak_or_odd_tokens_are_refused(token: str) -> None:
    with pytest.raises(ValueError, match="--token must be at least 12"):
        check_access("127.0.0.1", token)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST", "127.0.0.1"])
def test_its_own_names_are_answered(host: str) -> None:
    guard = Guard(reply, host="127.0.0.1", token=None)
    status, headers, body = ask(guard, host=host)
    assert (status, body) == (200, b"secret")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]:8000"])
def test_a_rebound_name_is_refused(host: str) -> None:
    status, _, body = ask(Guard(reply, host="127.0.0.1", token=None), host=host)
    assert status == 403
    assert b"secret" not in body


def test_the_token_becomes_a_cookie_and_leaves_the_address() -> None:
    guard = Guard(reply, host="0.0.0.0", token=TOKEN)
    assert ask(guard, host="box.example:8000")[0] == 403
    assert ask(guard, host="box.example:8000", query="token=wrong-wrong-wrong")[0] == 403
    status, headers, _ = ask(guard, host="box.example:8000", query=f"token={TOKEN}")
    assert (status, headers["location"]) == (303, "/")
    assert "HttpOnly" in headers["set-cookie"]
    given = headers["set-cookie"].partition(";")[0]
    assert ask(guard, host="box.example:8000", cookie=given)[2] == b"secret"
    assert ask(guard, host="box.example:8000", cookie="infoflow_8000=wrong")[0] == 403
    assert ask(guard, host="box.example:8000", cookie="a b[=;;=")[0] == 403


def test_a_token_on_loopback_is_asked_for_too() -> None:
    guard = Guard(reply, host="127.0.0.1", token=TOKEN)
    assert ask(guard)[0] == 403
    assert ask(guard, host="evil.example", query=f"token={TOKEN}")[0] == 403


def test_other_protocols_get_no_answer() -> None:
    async def never(*_: Any) -> None:
        raise AssertionError

    guard = Guard(never, host="127.0.0.1", token=None)
    asyncio.run(guard({"type": "websocket", "headers": []}, never, never))
