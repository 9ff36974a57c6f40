"""Where standard normal noise comes from: a repeatable sequence of its own, or silence."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

from infoflow import _checks
from infoflow._errors import IllPosedError
from infoflow._random import derived_seed

_HEADER_BYTES = 8
_LOW_PRECISION = (torch.float16, torch.bfloat16)


class NoiseSource(Protocol):
    """What a noisy layer asks for its noise."""

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Return Z ~ N(0, I) of the shape and on the device of ``value``, or None for no noise.

        Args:
            layer: Name of the layer whose output is asking.
            value: That output before noise, S_l.
        """
        ...


class Silence:
    """No noise."""

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Return None."""
        return None


class SequentialNoise:
    """One ``torch.Generator`` per device, seeded by the device's name; torch's global generators are never used.

    The sequence repeats bit for bit for the same seed, shapes, dtypes and kind of device. :meth:`state` is a flat
    uint8 tensor, so that any checkpoint format carries it; the generator of an accelerator is restored when that is
    first used, so that a state written on a GPU can be read on a machine without one.

    Args:
        seed: Seed of all generators.
        devices: Where noise will be wanted; other devices get their generator on first use.
    """

    def __init__(self, seed: int, devices: Iterable[torch.device] = ()):
        self.seed = _checks.as_count("seed", seed, minimum=0)
        self._generators: dict[str, torch.Generator] = {}
        self._pending: dict[str, Tensor] = {}
        for device in devices:
            self._generator(device)

    def standard_normal(self, layer: str, value: Tensor) -> Tensor | None:
        """Return the next numbers of the sequence of ``value``'s device; float32 for half-precision values."""
        dtype = torch.float32 if value.dtype in _LOW_PRECISION else value.dtype
        generator = self._generator(value.device)
        return torch.randn(value.shape, generator=generator, device=value.device, dtype=dtype)

    def state(self) -> Tensor:
        """Return the state of all generators as a flat uint8 tensor on the CPU."""
        blobs = dict(self._pending) | {device: g.get_state() for device, g in self._generators.items()}
        sizes = {device: blob.numel() for device, blob in sorted(blobs.items())}
        header = json.dumps({"seed": self.seed, "generators": sizes}).encode()
        prefix = len(header).to_bytes(_HEADER_BYTES, "little") + header
        parts = [torch.frombuffer(bytearray(prefix), dtype=torch.uint8), *(blobs[device] for device in sizes)]
        return torch.cat(parts)

    def load_state(self, state: Tensor) -> None:
        """Continue from a state that :meth:`state` returned.

        Raises:
            TypeError: ``state`` is not a flat uint8 tensor.
            ValueError: It was not made by :meth:`state`, or is cut off.
        """
        seed, blobs = _unpacked(state)
        known = [device for device in blobs if device == "cpu" or device in self._generators]
        generators = {device: _restored(device, blobs[device]) for device in known}
        self.seed, self._generators = seed, generators
        self._pending = {device: blob for device, blob in blobs.items() if device not in generators}

    def __getstate__(self) -> dict[str, Any]:
        return {"state": self.state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._generators = {}
        self.load_state(state["state"])

    def _generator(self, device: torch.device) -> torch.Generator:
        name = str(device)
        if name not in self._generators:
            if name in self._pending:
                self._generators[name] = _restored(name, self._pending.pop(name))
            else:
                seed = derived_seed(self.seed, f"network noise on {name}")
                self._generators[name] = torch.Generator(device=device).manual_seed(seed)
        return self._generators[name]


def add_noise(value: Tensor, beta: float, noise: Tensor) -> Tensor:
    """Return ``value + beta * noise`` in the dtype of ``value``; the sum is formed in the wider of the two dtypes."""
    return torch.add(value, noise, alpha=beta).to(value.dtype)


def multiply_noise(value: Tensor, s: float, noise: Tensor) -> Tensor:
    """Return ``value * (1 + s * noise)`` in the dtype of ``value``; formed in the wider of the two dtypes."""
    return (value * torch.add(torch.ones_like(noise), noise, alpha=s)).to(value.dtype)


NOISES: dict[str, Callable[[Tensor, float, Tensor], Tensor]] = {
    "additive": add_noise,
    "multiplicative": multiply_noise,
}
"""How noise acts on a layer's output: ``S + beta Z``, or ``S (1 + s Z)`` element by element (information dropout)."""


def check_noise(noise: Any) -> str:
    """Return the kind of noise.

    Raises:
        ValueError: Unknown.
        IllPosedError: Bernoulli dropout, whose information about a continuous X is infinite.
    """
    if noise in ("dropout", "bernoulli"):
        raise IllPosedError(
            f"noise must have a density, got {noise!r}: given its mask, Bernoulli dropout is a deterministic function "
            "of x, so I(X;T) of a continuous X stays infinite (and is H(X) = ln m for m inputs in general position) "
            'whatever the weights; use noise="additive", or noise="multiplicative" (Gaussian dropout)'
        )
    return _checks.one_of("noise", noise, tuple(NOISES))


def _restored(device: str, blob: Tensor) -> torch.Generator:
    generator = torch.Generator(device=device)
    try:
        generator.set_state(blob)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"state must hold a generator of {device}, got {blob.numel()} other bytes ({reason})"
        ) from None
    return generator


def _unpacked(state: Any) -> tuple[int, dict[str, Tensor]]:
    if not isinstance(state, Tensor) or state.dtype != torch.uint8 or state.ndim != 1:
        found = f"{tuple(state.shape)} of {state.dtype}" if isinstance(state, Tensor) else type(state).__name__
        raise TypeError(f"state must be the flat uint8 tensor that noise_state() returns, got {found}")
    data = state.detach().cpu().clone()
    raw = data.numpy().tobytes()
    start = _HEADER_BYTES + int.from_bytes(raw[:_HEADER_BYTES], "little")
    try:
        header = json.loads(raw[_HEADER_BYTES:start])
        seed = _checks.as_count("seed", header["seed"], minimum=0)
        sizes = {str(device): _checks.as_count("size", size) for device, size in header["generators"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"state must be what noise_state() returned, got an unreadable header ({error})") from None
    ends = start + np.cumsum([0, *sizes.values()])
    if ends[-1] != len(raw):
        raise ValueError(f"state must have the {ends[-1]} bytes its header declares, got {len(raw)}")
    bounds = zip(sizes, ends[:-1], ends[1:], strict=True)
    return seed, {device: data[int(a) : int(b)].clone() for device, a, b in bounds}
