"""Normal numbers by counter: element e of draw r is a function of (key, r, e) only.

SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): output number j of the sequence with state ``key`` is
``mix(key + j·γ)``. Its 64 bits give two 32-bit uniforms and these, by Box and Muller, two normals. Any part of a
large table of draws can so be made alone, in any order and on any device, and is the same.
"""

import math

import torch
from torch import Tensor


def _signed(word: int) -> int:
    """Return the 64-bit word as torch's int64 holds it (arithmetic modulo 2^64 is the same)."""
    return word - (1 << 64) if word >= 1 << 63 else word


_GAMMA = _signed(0x9E3779B97F4A7C15)
_MIX_1 = _signed(0xBF58476D1CE4E5B9)
_MIX_2 = _signed(0x94D049BB133111EB)
_LOW_32 = (1 << 32) - 1
_ULP_32 = 2.0**-32


def counter_words(key: int, counters: Tensor) -> Tensor:
    """Return SplitMix64's outputs number ``counters`` (from 1) for the state ``key``, as int64.

    Args:
        key: State, any 64-bit integer.
        counters: int64 tensor, any shape.
    """
    z = counters * _GAMMA
    z += _signed(key & ((1 << 64) - 1))
    _xor_shifted(z, 30)
    z *= _MIX_1
    _xor_shifted(z, 27)
    z *= _MIX_2
    _xor_shifted(z, 31)
    return z


def counter_normals(key: int, draws: Tensor, d: int) -> Tensor:
    """Return d standard normal numbers for each draw, float64.

    Uniforms have 32 bits, so that |z| <= sqrt(2 ln 2^33) = 6.76.

    Args:
        key: Which table of draws, any 64-bit integer.
        draws: Non-negative indices of draws, int64, shape (r,).
        d: Numbers per draw.

    Returns:
        Shape (r, d), on the device of ``draws``.
    """
    n_pairs = (d + 1) // 2
    counters = draws[:, None] * n_pairs + torch.arange(1, n_pairs + 1, device=draws.device)
    words = counter_words(key, counters)
    radius = (words & _LOW_32).double().add_(0.5).mul_(_ULP_32).log_().mul_(-2.0).sqrt_()  # uniform in (0, 1)
    angle = (words.bitwise_right_shift_(32) & _LOW_32).double().mul_(2.0 * math.pi * _ULP_32)
    normals = torch.empty((len(draws), 2 * n_pairs), dtype=torch.float64, device=draws.device)
    torch.mul(radius, angle.cos(), out=normals[:, :n_pairs])
    torch.mul(radius, angle.sin_(), out=normals[:, n_pairs:])
    return normals[:, :d]


def _xor_shifted(z: Tensor, shift: int) -> None:
    """``z ^= z >>> shift`` in place; torch's shift is arithmetic, so the copies of the sign bit are masked."""
    z ^= (z >> shift).bitwise_and_((1 << (64 - shift)) - 1)
