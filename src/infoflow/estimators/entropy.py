"""Plug-in entropies of noisy representations and the paper's sample-propagation estimator.

Notation: samples s (n, d) of the noiseless S; ``p̂ = (1/n) Σ_k φ_beta(· - s_k)``; ``ĥ = h(p̂)``; Z ~ N(0, beta² I).
"""

import math

import numpy as np

from infoflow import _checks
from infoflow._random import stream
from infoflow._result import Estimate, Status, warn_status
from infoflow._types import Array, ArrayLike
from infoflow.estimators.concentration import within_group_variance
from infoflow.estimators.sanity import bracket_status, plug_in_bracket
from infoflow.mixtures.dispatch import log_density
from infoflow.mixtures.reference import log_gaussian_constant

_DEFAULT_EVALUATIONS = 20_000
_CEILING_MARGIN = 0.1  # nats: so close to ln n hardly two samples overlap, and any larger truth would look the same


def noise_entropy(d: int, beta: float) -> float:
    """Return ``h(Z) = (d/2) ln(2πe beta²)``, in nats."""
    return 0.5 * d - log_gaussian_constant(d, beta)


def smoothed_entropy(
    samples: ArrayLike,
    *,
    beta: float,
    n_mc: int | None = None,
    seed: int = 0,
    tol: float = 1e-12,
    engine: str = "auto",
) -> Estimate:
    """Estimate ``h(S + Z)`` from samples of S by the plug-in ``ĥ``, its integral by Monte Carlo.

    ``ĥ = h(Z) - E ln(p̂(s_K + Z)/φ_beta(Z))`` with K uniform: sampling the ratio leaves out the variance of ``|Z|²``.
    ``E ĥ <= h``: the plug-in is biased down, by ``I(S^n; S_K + Z)``, ``O(1/sqrt n)`` at worst; ``ĥ <= ln n + h(Z)``.

    Args:
        samples: Draws of S, shape (n, d).
        beta: Noise standard deviation, > 0.
        n_mc: Noise draws per sample; None for as many as make about 20 000 evaluations in all, at least 2.
        seed: Seed of the noise.
        tol: Relative tolerance of the densities.
        engine: See :func:`infoflow.log_density`.

    Returns: The estimate in nats; ``stderr`` is that of the Monte-Carlo integral, with ``stderr² <= d/(n n_mc)``;
        ``bracket`` holds deterministic bounds of ``ĥ``, and the status raises an alarm where the estimate leaves
        them.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, empty, or ``n_mc < 1``.
        NonFiniteError: NaN or infinity in ``samples``.
        IllPosedError: ``beta <= 0``.

    Source: [G18] Goldfeld, Greenewald & Polyanskiy, arXiv 1810.11589; the Monte-Carlo bound follows from Poincaré's
    inequality, ``|grad ln p̂(v)|² = |E[Z|V=v]|²/beta⁴`` (docs/theory/interval.md).
    """
    s = _checks.as_float64("samples", samples, shape="n d")
    n, d = s.shape
    scale = _checks.positive_beta(beta)
    draws = max(2, math.ceil(_DEFAULT_EVALUATIONS / n)) if n_mc is None else _checks.as_count("n_mc", n_mc)
    gain, stderr = _mean_log_gain(s[None], draws, scale, seed, tol, engine)
    value = noise_entropy(d, scale) - gain
    bracket = plug_in_bracket(s, scale)
    status, message = bracket_status(value, stderr, bracket)
    if status is Status.OK:
        status, message = _ceiling_status(-gain, n)
    warn_status("h(T)", status, message)
    return Estimate(
        nats=value,
        stderr=stderr,
        n=n,
        d=d,
        quantity="h(T)",
        status=status,
        message=message,
        bracket=bracket,
    )


def sample_propagation(
    centres: ArrayLike,
    *,
    beta: float,
    n_mc: int | None = None,
    n_unconditional: int | None = None,
    seed: int = 0,
    tol: float = 1e-12,
    engine: str = "auto",
) -> Estimate:
    """Estimate I(X;T) as the paper does: ``I_SP = ĥ(unconditional sample) - (1/m) Σ_i ĥ(centres of input i)``.

    Both plug-in entropies are biased down, so the difference may err in either direction; with the unconditional sample
    made of all m·n centres (the default) the error is upward in expectation. ``I_SP <= ln n_unconditional``.

    Args:
        centres: Draws of S given each of the m equally probable inputs, shape (m, n, d).
        beta: Noise standard deviation, > 0.
        n_mc: Noise draws per centre; None for as many as make about 20 000 evaluations, at least 2.
        n_unconditional: Size of the unconditional sample, drawn without replacement from all centres as the paper's
            estimator has it; None for all m·n of them.
        seed: Seed of the noise and of the unconditional sample.
        tol: Relative tolerance of the densities.
        engine: See :func:`infoflow.log_density`.

    Returns:
        The estimate in nats, with the Monte-Carlo standard error.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, empty, or ``n_unconditional`` not in 1..m·n.
        NonFiniteError: NaN or infinity in ``centres``.
        IllPosedError: ``beta <= 0``.

    Source: [G19] Goldfeld et al., ICML 2019, equation (8).
    """
    c = _checks.as_float64("centres", centres, shape="m n d")
    m, n, d = c.shape
    scale = _checks.positive_beta(beta, m=m)
    draws = max(2, math.ceil(_DEFAULT_EVALUATIONS / (m * n))) if n_mc is None else _checks.as_count("n_mc", n_mc)
    pooled = _unconditional_sample(c, n_unconditional, seed)
    conditional_gain, conditional_error = _mean_log_gain(c, draws, scale, seed, tol, engine)
    repeats = max(2, math.ceil(m * n * draws / pooled.shape[1]))
    pooled_gain, pooled_error = _mean_log_gain(pooled, repeats, scale, seed + 1, tol, engine)
    value = conditional_gain - pooled_gain
    status, message = Status.OK, ""
    if n_unconditional is not None:
        status, message = _ceiling_status(value, n_unconditional)
        warn_status("I_SP(X;T)", status, message)
    return Estimate(
        nats=value,
        stderr=math.hypot(conditional_error, pooled_error),
        n=n,
        d=d,
        quantity="I(X;T)",
        status=status,
        message=message,
    )


def _unconditional_sample(centres: Array, size: int | None, seed: int) -> Array:
    flat = centres.reshape(1, -1, centres.shape[2])
    if size is None:
        return flat
    count = _checks.as_count("n_unconditional", size)
    if count > flat.shape[1]:
        raise ValueError(f"n_unconditional must be at most m*n = {flat.shape[1]}, got {count}")
    chosen = stream(seed, "unconditional sample").permutation(flat.shape[1])[:count]
    return np.ascontiguousarray(flat[:, chosen])


def _mean_log_gain(centres: Array, n_mc: int, beta: float, seed: int, tol: float, engine: str) -> tuple[float, float]:
    """Return mean and standard error of ``ln(p̂_i(s + Z)/φ(Z))`` over all centres s of all m mixtures."""
    m, n, d = centres.shape
    noise = stream(seed, "plug-in entropy").standard_normal((m, n, n_mc, d))
    points = (centres[:, :, None, :] + beta * noise).reshape(m, n * n_mc, d)
    own = np.stack([log_density(t, c, beta=beta, tol=tol, engine=engine) for t, c in zip(points, centres, strict=True)])
    log_noise_density = log_gaussian_constant(d, beta) - 0.5 * np.sum(noise**2, axis=3)
    gain = own.reshape(m * n, n_mc) - log_noise_density.reshape(m * n, n_mc)
    return float(gain.mean()), math.sqrt(within_group_variance(gain) / gain.size)


def _ceiling_status(gain_over_noise: float, n: int) -> tuple[Status, str]:
    distance = math.log(n) - gain_over_noise
    if n > 1 and distance < _CEILING_MARGIN:
        return Status.NEAR_CEILING, (
            f"the estimate is {distance:.3f} nats below ln n = {math.log(n):.3f}, the largest value that n = {n} "
            "samples can show; raise n until it no longer moves"
        )
    return Status.OK, ""
