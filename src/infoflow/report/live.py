"""The live page in a process of its own, beside a run: training is not slowed, and the page lives as long as its run.

``python -m infoflow.report.live RUN`` is that process: it prints its address, and ends when its input ends.
"""

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_END_SECONDS = 5.0


class LivePage:
    """A live page in the background; ends with :meth:`close`, or when this process does."""

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        """Use :func:`serve_in_background` instead."""
        self.url = url
        self._process = process

    def close(self) -> None:
        """End the page; a second call does nothing."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        """Return the page."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the page."""
        self.close()


def serve_in_background(path: str | Path) -> LivePage:
    """Serve the live page of a run, which need not have begun, on a free loopback port; return once it answers.

    Args:
        path: The run folder.

    Raises:
        ImportError: A package of the extra ``report`` is missing.
        RuntimeError: The page could not be served.
    """
    command = [sys.executable, "-m", "infoflow.report.live", str(path)]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # an interrupt of the run is not one of its page
    )
    line = process.stdout.readline().strip() if process.stdout else ""
    if line.startswith("http://"):
        return LivePage(line, process)
    LivePage(line, process).close()
    if "infoflow[" in line:
        raise ImportError(line)
    raise RuntimeError(f"the live page must start, but its process ended: {line or 'without a word'}")


def main(arguments: list[str]) -> int:
    """Serve the page of the run named by the first argument until the input of this process ends."""
    try:
        from infoflow.report import server
        from infoflow.report.live_runs import LiveRuns

        runs = LiveRuns([Path(arguments[0])], must_exist=False)
        opened = server.open_socket("127.0.0.1", 0)
    except (ImportError, ValueError) as error:
        print(" ".join(str(error).split()), flush=True)
        return 1
    print(server.page_url(opened, None), flush=True)
    server.serve(runs, opened, started=_end_with_input)
    return 0


def _end_with_input(server: object) -> None:
    def wait() -> None:
        with suppress(OSError, ValueError):
            sys.stdin.read()
        server.should_exit = True  # pyright: ignore[reportAttributeAccessIssue]

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
