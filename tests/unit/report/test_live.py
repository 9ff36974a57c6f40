import http.client
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from infoflow.cli import main
from infoflow.cli.view import shown_live
from infoflow.report import live
from infoflow.runs import RunWriter


def test_a_page_in_the_background_waits_for_its_run_and_ends_with_it(tmp_path: Path) -> None:
    with live.serve_in_background(tmp_path / "run") as page:
        assert b"Waiting for the run" in urllib.request.urlopen(page.url, timeout=60).read()
        with RunWriter.create(tmp_path / "run", experiment="szt-tanh", config={}, seed=0):
            assert b'"experiment":"szt-tanh"' in urllib.request.urlopen(page.url, timeout=60).read()
    page.close()  # a second time
    with pytest.raises(OSError):
        urllib.request.urlopen(page.url, timeout=60)


def test_a_page_that_cannot_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError, match="must start, but its process ended: without a word"):
        live.serve_in_background(tmp_path)


def test_a_missing_extra_is_named_in_the_background_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\necho \"needs uvicorn: pip install 'infoflow[report]'\"\n")
    script.chmod(0o755)
    monkeypatch.setattr(live.sys, "executable", str(script))
    with pytest.raises(ImportError, match=r"infoflow\[report\]"):
        live.serve_in_background(tmp_path)


def test_its_process_tells_of_a_missing_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setitem(sys.modules, "infoflow.report.server", None)
    monkeypatch.delattr("infoflow.report.server", raising=False)
    assert live.main([str(tmp_path)]) == 1
    assert "\n" not in capsys.readouterr().out.strip()


def test_the_command_serves_until_it_is_interrupted(stored_run, tmp_path: Path) -> None:
    stored_run(tmp_path / "run", epochs=(0,), arrays=False)
    command = [sys.executable, "-c", "import sys; from infoflow.cli import main; sys.exit(main())"]
    with subprocess.Popen(
        [*command, "view", str(tmp_path / "run"), "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        url = line.split()[2]
        for _ in range(600):
            try:
                assert urllib.request.urlopen(url, timeout=60).status == 200
                break
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing"], "run must be a run folder"),
        (["run", "--host", "0.0.0.0"], "unless --token is given"),
        (["run", "--token", "short"], "--token must be at least 12"),
        (["run", "--port", "99999"], "--port must be between"),
    ],
)
def test_bad_input_is_one_line(
    stored_run, tmp_path: Path, monkeypatch, capsys, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    stored_run(tmp_path / "run", epochs=(0,), arrays=False)
    assert main(["view", *arguments, "--no-browser"]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


class Opened:
    """A page in the background that only remembers."""

    url = "http://127.0.0.1:1/"
    closed = False

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True


@pytest.mark.parametrize("display", ["", ":0"])
def test_a_run_opens_its_page_where_there_is_a_screen(tmp_path: Path, monkeypatch, capsys, display: str) -> None:
    page, urls = Opened(), []
    monkeypatch.setattr("infoflow.report.live.serve_in_background", lambda _: page)
    monkeypatch.setattr("webbrowser.open", urls.append)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with shown_live(tmp_path, wanted=True):
        assert not page.closed
    assert page.closed
    assert urls == ([page.url] if display else [])
    assert f"live page: {page.url}" in capsys.readouterr().out


def test_at_a_terminal_the_page_stays_until_enter(tmp_path: Path, monkeypatch, capsys) -> None:
    page, asked = Opened(), []
    monkeypatch.setattr("infoflow.report.live.serve_in_background", lambda _: page)
    monkeypatch.setattr("webbrowser.open", lambda _: None)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda: asked.append(page.closed))
    with shown_live(tmp_path, wanted=True):
        pass
    assert asked == [False]
    assert page.closed


def test_a_run_without_a_page_starts_none(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("infoflow.report.live.serve_in_background", lambda _: pytest.fail("not asked for"))
    with shown_live(tmp_path, wanted=False):
        pass
