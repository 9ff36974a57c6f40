import asyncio
import importlib
import json
import socket
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from infoflow.report import server
from infoflow.report.live_runs import LiveRuns
from infoflow.runs import RunWriter

LAYERS = {"T1": 4}


@pytest.fixture
def writer(tmp_path: Path):
    (tmp_path / "secret.txt").write_text("secret")
    with RunWriter.create(tmp_path / "run", experiment="e", config={}, seed=0) as opened:
        yield opened


@pytest.fixture
def client(writer, recorded_epoch):
    recorded_epoch(writer, 0, layers=LAYERS, m=10)
    application = server.live_application(LiveRuns([writer.folder]))
    return TestClient(application, base_url="http://127.0.0.1:8000")


def test_the_page_comes_with_its_state(client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "<title>infoflow: run</title>" in answer.text
    assert '"live":{"version":' in answer.text


def test_frames_are_sent_one_by_one(client) -> None:
    client.get("/")
    answer = client.get("/frame", params={"run": 0, "layer": "T1", "epoch": 0})
    assert answer.status_code == 200
    assert set(answer.json()) == {"revision", "scale", "points", "counts"}


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/run.sqlite",
        "/manifest.json",
        "//etc/passwd",
        "/frame",
        "/frame?run=0&layer=T1&epoch=x",
        "/frame?run=0&layer=T1&epoch=99",
        "/frame?run=7&layer=T1&epoch=0",
        "/frame?run=0&layer=../../secret&epoch=0",
        "/frame?run=0&layer=%2Fetc%2Fpasswd&epoch=0",
        "/frame?run=0&layer=..%2F..%2Flabels&epoch=0",
        "/frame?run=0&layer=T1%00&epoch=0",
    ],
)
def test_nothing_else_can_be_read(client, path: str) -> None:
    client.get("/")
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 404
    assert "root:" not in answer.text


def test_only_reading_is_answered(client) -> None:
    assert client.post("/").status_code == 405


def test_another_host_name_is_refused(client) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 403


def test_a_token_opens_the_page(writer) -> None:
    token = "correct-horse-battery"
    application = server.live_application(LiveRuns([writer.folder]), host="0.0.0.0", token=token)
    client = TestClient(application, base_url="http://box.example:80")
    assert client.get("/").status_code == 403
    assert client.get("/events").status_code == 403
    assert client.get(f"/?token={token}").status_code == 200


def test_an_open_page_is_refused(writer) -> None:
    with pytest.raises(ValueError, match="unless --token is given"):
        server.live_application(LiveRuns([writer.folder]), host="0.0.0.0")


def test_the_stream_tells_of_each_new_record(writer, recorded_epoch) -> None:
    runs = LiveRuns([writer.folder])

    async def listen() -> list[int]:
        stream = server._snapshots(runs, "")
        seen = [json.loads((await anext(stream))["data"])["runs"][0]["progress"]["estimated"]]
        for epoch in (0, 1):
            recorded_epoch(writer, epoch, layers=LAYERS, m=10)
            event = await asyncio.wait_for(anext(stream), 60)
            seen.append(json.loads(event["data"])["runs"][0]["progress"]["estimated"])
        await stream.aclose()
        return seen

    assert asyncio.run(listen()) == [0, 1, 2]


def test_what_a_page_has_already_is_not_sent_again(writer) -> None:
    runs = LiveRuns([writer.folder])

    async def listen() -> None:
        stream = server._snapshots(runs, runs.version())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 3 * server.POLL_SECONDS)

    asyncio.run(listen())


def test_a_port_that_is_taken_or_impossible_is_one_line() -> None:
    with server.open_socket("127.0.0.1", 0) as opened:
        port = opened.getsockname()[1]
        with pytest.raises(ValueError, match="must be free on this machine"):
            server.open_socket("127.0.0.1", port)
    with pytest.raises(ValueError, match="--port must be between 0 and 65535, got 70000"):
        server.open_socket("127.0.0.1", 70000)
    with pytest.raises(ValueError, match="must be free on this machine"):
        server.open_socket("203.0.113.1", 0)  # of a block kept for documentation: no machine has it


def test_addresses_are_spelled_for_a_browser() -> None:
    with server.open_socket("127.0.0.1", 0) as opened:
        assert server.page_url(opened, "abc").startswith("http://127.0.0.1:")
        assert server.page_url(opened, "abc").endswith("/?token=abc")
    if socket.has_ipv6:
        try:
            opened = server.open_socket("::1", 0)
        except ValueError:
            return
        with opened:
            assert server.page_url(opened, None).startswith("http://[::1]:")


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(ImportError, match=r"pip install 'infoflow\[report\]'"):
        importlib.reload(server)
    monkeypatch.undo()
    importlib.reload(server)
