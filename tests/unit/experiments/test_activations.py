import io
import math
import pickle
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from infoflow import ConfigError, IllPosedError, LoadError, NonFiniteError
from infoflow.experiments.activations import estimate_file, load_activations
from infoflow.truths.constellation import ring
from infoflow.truths.linear import LinearNetwork

RING = ring(8, beta=0.4)


def save(path, arrays):
    """The same arrays in any of the formats."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    elif path.suffix == ".pt":
        torch.save({name: torch.as_tensor(array) for name, array in arrays.items()}, path)
    else:
        save_file({name: torch.as_tensor(array).contiguous() for name, array in arrays.items()}, path)
    return path


FORMATS = ["a.npz", "a.pt", "a.safetensors"]


@pytest.mark.parametrize("file", FORMATS)
def test_deterministic_layers_against_quadrature(tmp_path, file):
    path = save(tmp_path / file, {"ring": RING.points, "twice": 2 * RING.points, "labels": RING.labels})
    result = estimate_file(path, {"ring": 0.4, "twice": 0.8}, queries_per_input=200)
    assert [(name, interval.quantity) for name, interval in result] == [
        ("ring", "I(X;T)"),
        ("twice", "I(X;T)"),
        ("ring", "I(Y;T)"),
        ("twice", "I(Y;T)"),
    ]
    # twice the points with twice the noise is the same channel
    truths = {"I(X;T)": RING.information, "I(Y;T)": RING.label_information}
    assert all(truths[interval.quantity] in interval for _, interval in result)
    assert {interval.confidence for _, interval in result} == {0.95}


@pytest.mark.parametrize("file", FORMATS)
def test_draws_of_a_noisy_layer(tmp_path, file):
    rng = np.random.default_rng(1)
    truth = LinearNetwork("linear", (rng.normal(size=(2, 2)), rng.normal(size=(2, 2))), (0.3, 0.4), np.eye(2))
    path = save(tmp_path / file, {"centres": truth.draw(50, 1), "fresh": truth.draw(60, 2)})
    saved = load_activations(path)
    assert {name: draws.shape for name, draws in saved.centres.items()} == {"layer": (2, 50, 2)}
    assert (saved.fresh["layer"].shape, saved.exact, saved.labels, saved.m) == ((2, 60, 2), frozenset(), None, 2)
    assert np.array_equal(saved.centres["layer"], truth.draw(50, 1))
    [(name, interval)] = estimate_file(path, 0.4)
    assert name == "layer"
    assert truth.information in interval


def test_half_precision_shapes_and_nesting(tmp_path):
    value = torch.arange(24).reshape(3, 2, 2, 2) / 8
    save_file({"representations/conv": value.bfloat16()}, tmp_path / "a.safetensors")
    torch.save({"representations": {"conv": value.half()}}, tmp_path / "a.pt")
    for file in ("a.safetensors", "a.pt"):
        saved = load_activations(tmp_path / file)
        assert np.array_equal(saved.centres["conv"][:, 0], value.reshape(3, 8).numpy())
        assert saved.exact == {"conv"}
    torch.save(value[:, 0, 0], tmp_path / "one.pt")
    assert load_activations(tmp_path / "one.pt").centres["layer"].shape == (3, 1, 2)
    np.savez_compressed(tmp_path / "b.npz", conv=value.numpy())
    assert load_activations(tmp_path / "b.npz").centres["conv"].shape == (3, 1, 8)


class Boom:
    def __reduce__(self):
        return (pytest.fail, ("code in the file was run",))


def malicious(path):
    if path.suffix == ".pt":
        torch.save({"a": Boom()}, path)
    elif path.suffix == ".npz":
        np.savez(path, a=np.array([Boom()], dtype=object))
    else:
        path.write_bytes(pickle.dumps(Boom()))
    return path


@pytest.mark.parametrize("file", FORMATS)
def test_code_is_never_run(tmp_path, file):
    with pytest.raises(LoadError, match=r"must (be an intact|hold plain numbers)"):
        load_activations(malicious(tmp_path / file))


@pytest.mark.parametrize("file", FORMATS)
def test_damage_is_one_clear_error(tmp_path, file):
    whole = save(tmp_path / file, {"a": np.eye(40), "labels": np.arange(40)}).read_bytes()
    rng = np.random.default_rng(0)
    broken = tmp_path / f"broken{(tmp_path / file).suffix}"
    messages = []
    for _ in range(60):
        data = bytearray(whole)
        for position in rng.integers(0, len(data), 4):
            data[position] = rng.integers(256)
        broken.write_bytes(data[: rng.integers(1, len(data) + 1)] if rng.random() < 0.5 else data)
        try:
            load_activations(broken)
        except (LoadError, NonFiniteError) as error:
            messages.append(str(error))
    assert messages
    assert not any("\n" in message for message in messages)
    broken.write_bytes(b"")
    with pytest.raises(LoadError):
        load_activations(broken)


def header(shape, descr="<f8"):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


def test_declared_sizes_are_checked_before_reading(tmp_path):
    path = tmp_path / "big.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", header((2**20, 2**20)))
    with pytest.raises(LoadError, match="a must take at most"):
        load_activations(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.npy", bytes(10**6))
    with pytest.raises(LoadError, match="declared in its zip directory"):
        load_activations(path, max_bytes=10**5)
    np.savez(path, a=np.zeros((100, 100), np.int8))
    with pytest.raises(LoadError, match="a must fit into the 20000 bytes left as float64, got 80000"):
        load_activations(path, max_bytes=20_000)
    torch.save({"a": torch.zeros(1).expand(2**20, 2**20)}, tmp_path / "wide.pt")
    with pytest.raises(LoadError, match="a must fit into the"):
        load_activations(tmp_path / "wide.pt")
    save_file({"a": torch.zeros(100, 100)}, tmp_path / "a.safetensors")
    with pytest.raises(LoadError, match="a must fit into the 100 bytes left"):
        load_activations(tmp_path / "a.safetensors", max_bytes=100)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"labels": np.arange(3)}, "must hold draws in pairs, or representations: expected centres/NAME"),
        ({"centres": np.zeros((2, 3, 4))}, r"fresh/NAME \(m, r, d\).*got centres \(2, 3, 4\)"),
        ({"fresh/a": np.zeros((2, 3, 4)), "b": np.eye(2)}, "must hold draws in pairs"),
        ({"centres": np.zeros((2, 3, 4)), "fresh": np.zeros((2, 3, 5))}, "fresh/layer must have d = 4"),
        ({"a": np.zeros((2, 3, 4))}, "a must say what it is, got three axes"),
        ({"a": np.zeros(4)}, r"a must have shape \(m, d\), got \(4,\)"),
        ({"centres": np.zeros((2, 3))}, r"centres must have shape \(m, n, d\), got \(2, 3\)"),
        ({"a": np.eye(3), "b": np.eye(4)}, r"must have the same 3 inputs in every array, got \{'b': 4\}"),
        ({"a": np.eye(3), "labels": np.arange(4)}, r"labels must have shape \(3,\), one label per input, got \(4,\)"),
        ({"a": np.eye(3), "labels": np.arange(3) / 2}, "labels must be integers"),
        ({"a": np.eye(3), "representations/a": np.eye(3)}, "must name every layer once, got a twice"),
        ({"a": np.zeros((0, 3))}, "a must be a non-empty array of real numbers"),
    ],
)
def test_what_a_file_must_hold(tmp_path, arrays, message):
    with pytest.raises(LoadError, match=message):
        load_activations(save(tmp_path / "a.npz", arrays))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1, 2], "must hold a dict of tensors, got list"),
        ({"a": 3}, "a must be a tensor with a name, got int"),
        ({3: torch.eye(2)}, "must be a tensor with a name"),
        ({"a": torch.eye(2).to_sparse()}, "a must be a dense tensor of real numbers"),
        ({"a": torch.eye(2) * 1j}, "a must be a dense tensor of real numbers"),
        ({}, "must hold at least one array"),
    ],
)
def test_what_a_torch_file_must_hold(tmp_path, content, message):
    torch.save(content, tmp_path / "a.pt")
    with pytest.raises(LoadError, match=message):
        load_activations(tmp_path / "a.pt")


def test_torch_file_in_the_old_format(tmp_path):
    torch.save({"a": torch.eye(2)}, tmp_path / "a.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(LoadError, match=r"must be written by torch\.save in its zip format"):
        load_activations(tmp_path / "a.pt")


def test_archive_oddities(tmp_path):
    path = tmp_path / "a.npz"
    buffer = io.BytesIO()
    np.save(buffer, np.eye(2))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", buffer.getvalue())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.npy", buffer.getvalue())
    with pytest.raises(LoadError, match="members with different names, got a twice"):
        load_activations(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("a.npy", buffer.getvalue())
    with pytest.raises(LoadError, match="must be stored or deflated, got zip method 12"):
        load_activations(path)


def test_missing_file_and_other_formats(tmp_path):
    with pytest.raises(LoadError, match=r"path must end in \.npz, \.pt, \.pth, \.safetensors"):
        load_activations(tmp_path / "a.h5")
    with pytest.raises(LoadError, match="path must be an existing file"):
        load_activations(tmp_path / "a.npz")
    with pytest.raises(LoadError, match="path must be an existing file"):
        load_activations("\0.npz")


def test_settings(tmp_path):
    path = save(tmp_path / "a.npz", {"a": np.eye(3)})
    with pytest.raises(IllPosedError, match="beta must be a finite noise standard deviation > 0"):
        estimate_file(path, 0.0)
    with pytest.raises(ConfigError, match="beta must give a value for each of a, got b"):
        estimate_file(path, {"b": 0.1})
    with pytest.raises(ValueError, match="confidence must lie strictly"):
        estimate_file(path, 0.1, confidence=2)
    with pytest.raises(NonFiniteError, match="a must be finite"):
        load_activations(save(tmp_path / "b.npz", {"a": np.full((2, 2), math.nan)}))
