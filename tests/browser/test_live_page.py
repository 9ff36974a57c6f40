"""The live page in a real browser, while a run goes on, ends, dies and starts again."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infoflow.report import server
from infoflow.report.live_runs import LiveRuns
from infoflow.runs import RunWriter

LAYERS = {"T1": 5, "T2": 3}
EPOCHS = [0, 1, 10, 100]


class Served:
    """A live page, served by a thread of this process."""

    def __init__(self, folder: Path, port: int = 0, token: str | None = None) -> None:
        runs = LiveRuns([folder], must_exist=False)
        self._socket = server.open_socket("127.0.0.1", port)
        self.port = self._socket.getsockname()[1]
        self.url = server.page_url(self._socket, token)
        self._server: Any = None
        options = {"token": token, "started": self._keep}
        self._thread = threading.Thread(target=server.serve, args=(runs, self._socket), kwargs=options)
        self._thread.start()

    def _keep(self, uvicorn_server: Any) -> None:
        self._server = uvicorn_server

    def close(self) -> None:
        while self._server is None:
            time.sleep(0.01)
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "<img src=x onerror=window.hit=1>"


@pytest.fixture
def served(folder: Path) -> Iterator[Served]:
    made = Served(folder)
    yield made
    made.close()


def begin(folder: Path) -> RunWriter:
    writer = RunWriter.create(folder, experiment="szt-tanh", config={"beta": 0.005}, seed=0)
    writer.record_event("plan", epochs=100, estimated=EPOCHS, layers=list(LAYERS))
    return writer


def test_the_page_follows_its_run_from_before_its_start_to_its_end(page, served, folder, recorded_epoch) -> None:
    page.open(served.url)
    page.run("window.same = true")
    assert "Waiting for the run" in page.text("#notes")
    with begin(folder) as writer:
        page.until("return document.querySelector('.state.running')")
        for count, epoch in enumerate(EPOCHS[:3], start=1):
            recorded_epoch(writer, epoch, layers=LAYERS, m=50)
            start = time.monotonic()
            page.until(
                "return document.getElementById('status').textContent.includes(arguments[0])", f"{count} of 4 epochs"
            )
            page.until("return document.getElementById('scatter').dataset.epoch === arguments[0]", str(epoch))
            print(f"epoch {epoch} was shown after {time.monotonic() - start:.2f} s")
            rows = page.run("return document.querySelectorAll('#table tbody tr').length")
            assert rows == count * len(LAYERS)
        assert "left" in page.text("#status")
        assert page.text("#epoch-text") == "epoch 10"  # the slider follows the newest epoch
        page.move(0)
        page.until("return document.getElementById('scatter').dataset.epoch === '0'")
        page.screenshot("live-running-1440-light")
        recorded_epoch(writer, 100, layers=LAYERS, m=50)
        page.until("return document.getElementById('status').textContent.includes('4 of 4 epochs')")
        assert page.text("#epoch-text") == "epoch 0"  # unless it was moved elsewhere
    page.until("return document.querySelector('.state.finished')")
    assert page.run("return window.same") is True  # the page was never loaded again
    assert page.run("return window.hit") is None
    assert page.complaints() == []


def test_a_crash_is_told_and_a_resumed_run_goes_on(page, served, folder, recorded_epoch) -> None:
    writer = begin(folder)
    recorded_epoch(writer, 0, layers=LAYERS, m=50)
    page.open(served.url, width=390, height=844, scheme="dark")
    page.until("return document.querySelector('.state.running')")
    writer._database.close()
    writer._lock.release()  # as the kernel does when the process is killed
    page.until("return document.querySelector('.state.interrupted')")
    page.screenshot("live-interrupted-390-dark")
    resumed = resume(folder)
    page.until("return document.querySelector('.state.running')")
    recorded_epoch(resumed, 1, layers=LAYERS, m=50)
    page.until("return document.getElementById('status').textContent.includes('2 of 4 epochs')")
    resumed.close("finished")
    page.until("return document.querySelector('.state.finished')")
    assert page.complaints() == []


def resume(folder: Path) -> RunWriter:
    """Open a run again as its writer, as a resumed process does."""
    import sqlite3

    from infoflow.runs.lock import WriterLock

    lock = WriterLock(folder)
    return RunWriter(folder, lock, sqlite3.connect(folder / "run.sqlite"))


def test_a_server_that_went_away_and_came_back_is_followed_again(page, folder, recorded_epoch) -> None:
    with begin(folder) as writer:
        recorded_epoch(writer, 0, layers=LAYERS, m=50)
        first = Served(folder)
        try:
            page.open(first.url)
            page.run("window.same = true")
        finally:
            first.close()
        page.until("return document.querySelector('.state.lost')")
        assert page.text("#epoch-text") == "epoch 0"  # what was shown stays
        recorded_epoch(writer, 1, layers=LAYERS, m=50)
        second = Served(folder, first.port)
        try:
            page.until("return document.getElementById('status').textContent.includes('2 of 4 epochs')")
            assert page.run("return document.querySelector('.state.lost')") is None
            assert page.run("return window.same") is True
        finally:
            second.close()


def test_a_token_opens_the_page_and_is_gone_from_the_address(page, folder, recorded_epoch) -> None:
    with begin(folder) as writer:
        recorded_epoch(writer, 0, layers=LAYERS, m=50)
        served = Served(folder, token="correct-horse-battery")
        try:
            page.open(served.url)
            page.until("return document.getElementById('scatter').dataset.epoch === '0'")  # frames come with the cookie
            assert "token" not in page.run("return location.href")
        finally:
            served.close()
