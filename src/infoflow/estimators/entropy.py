"""Plug-in entropies of noisy representations and the paper's sample-propagation estimator.

Notation: samples s (n, d) of the noiseless S; ``p̂ = (1/n) Σ_k φ_beta(· - s_k)``; ``ĥ = h(p̂)``; Z ~ N(0, beta² I).
"""

import math

import numpy as np

from infoflow import _checks
from infoflow._random import stream
from infoflow._result import Estimate, Status, warn_status
from infoflow._types import Array, ArrayLike
from infoflow.estimators.sampling import Average, average, check_sampling, mixture_integrand, most_nodes
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
    sampling: str = "auto",
) -> Estimate:
    """Estimate ``h(S + Z)`` from samples of S by the plug-in ``ĥ``, its integral by (quasi-)Monte Carlo or nodes.

    ``ĥ = h(Z) - E ln(p̂(s_K + Z)/φ_beta(Z))`` with K uniform: sampling the ratio leaves out the variance of ``|Z|²``.
    ``E ĥ <= h``: the plug-in is biased down, by ``I(S^n; S_K + Z)``, ``O(1/sqrt n)`` at worst; ``ĥ <= ln n + h(Z)``.

    Args:
        samples: Draws of S, shape (n, d).
        beta: Noise standard deviation, > 0.
        n_mc: Evaluations per sample; None for as many as make about 20 000 in all, at least 2 (for
            ``"gauss-hermite"``: until the rules agree).
        seed: Seed of the noise.
        tol: Relative tolerance of the densities.
        engine: See :func:`infoflow.log_density`.
        sampling: How the noise is averaged; the expectation is ``ĥ`` for each but the nodes. ``"plain"``: n_mc
            independent draws per sample. ``"control"``: the same less cross-fitted regression controls. ``"sobol"``:
            scrambled Sobol points joint with the samples. ``"sobol-control"``: both. ``"gauss-hermite"``: nodes,
            d <= 3. ``"auto"``: nodes where they are affordable (d <= 2) and agree clearly better than plain draws
            would, otherwise ``"sobol-control"``, or ``"control"`` for few points; where nodes were tried in vain, up
            to twice the evaluations.

    Returns: The estimate in nats; ``stderr`` is that of the integral over the noise, with ``stderr² <= d/(n n_mc)`` in
        expectation for plain draws, and ``dof`` its degrees of freedom (:meth:`Estimate.margin` uses them); for nodes
        ``stderr`` is their root mean square distance from randomly shifted lattices, which are unbiased replicates.
        ``bracket`` holds deterministic bounds of ``ĥ``, and the status raises an alarm where the estimate leaves them.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, empty, ``n_mc < 1``, or ``sampling`` unknown or impossible for this d and n_mc.
        NonFiniteError: NaN or infinity in ``samples``.
        IllPosedError: ``beta <= 0``.

    Source: [G18] Goldfeld, Greenewald & Polyanskiy, arXiv 1810.11589; the Monte-Carlo bound follows from Poincaré's
    inequality, ``|grad ln p̂(v)|² = |E[Z|V=v]|²/beta⁴`` (docs/theory/interval.md).
    """
    s = _checks.as_float64("samples", samples, shape="n d")
    n, d = s.shape
    scale = _checks.positive_beta(beta)
    draws = _draws(n, d, n_mc, sampling)
    gain = _mean_log_gain(s[None], draws, scale, seed, tol, engine, sampling)
    value = noise_entropy(d, scale) - gain.value
    bracket = plug_in_bracket(s, scale)
    status, message = bracket_status(value, gain.stderr, bracket)
    if status is Status.OK:
        status, message = _ceiling_status(-gain.value, n)
    warn_status("h(T)", status, message)
    return Estimate(
        nats=value,
        stderr=gain.stderr,
        n=n,
        d=d,
        quantity="h(T)",
        status=status,
        message=message,
        bracket=bracket,
        dof=gain.dof,
        sampling=gain.sampling,
        evaluations=gain.evaluations,
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
    sampling: str = "auto",
) -> Estimate:
    """Estimate I(X;T) as the paper does: ``I_SP = ĥ(unconditional sample) - (1/m) Σ_i ĥ(centres of input i)``.

    Both plug-in entropies are biased down, so the difference may err in either direction; with the unconditional sample
    made of all m·n centres (the default) the error is upward in expectation. ``I_SP <= ln n_unconditional``.

    Args:
        centres: Draws of S given each of the m equally probable inputs, shape (m, n, d).
        beta: Noise standard deviation, > 0.
        n_mc: Evaluations per centre; None for as many as make about 20 000, at least 2.
        n_unconditional: Size of the unconditional sample, drawn without replacement from all centres as the paper's
            estimator has it; None for all m·n of them.
        seed: Seed of the noise and of the unconditional sample.
        tol: Relative tolerance of the densities.
        engine: See :func:`infoflow.log_density`.
        sampling: As in :func:`smoothed_entropy`, for both integrals; ``"plain"`` is the paper's own.

    Returns:
        The estimate in nats, with the standard error of its two integrals.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Wrong shape, empty, ``n_unconditional`` not in 1..m·n, or ``sampling`` unknown or impossible.
        NonFiniteError: NaN or infinity in ``centres``.
        IllPosedError: ``beta <= 0``.

    Source: [G19] Goldfeld et al., ICML 2019, equation (8).
    """
    c = _checks.as_float64("centres", centres, shape="m n d")
    m, n, d = c.shape
    scale = _checks.positive_beta(beta, m=m)
    draws = _draws(m * n, d, n_mc, sampling)
    pooled = _unconditional_sample(c, n_unconditional, seed)
    conditional_gain = _mean_log_gain(c, draws, scale, seed, tol, engine, sampling)
    repeats = max(2, math.ceil(m * n * draws / pooled.shape[1]))
    pooled_gain = _mean_log_gain(pooled, repeats, scale, seed + 1, tol, engine, sampling)
    value = conditional_gain.value - pooled_gain.value
    status, message = Status.OK, ""
    if n_unconditional is not None:
        status, message = _ceiling_status(value, n_unconditional)
        warn_status("I_SP(X;T)", status, message)
    return Estimate(
        nats=value,
        stderr=math.hypot(conditional_gain.stderr, pooled_gain.stderr),
        n=n,
        d=d,
        quantity="I(X;T)",
        status=status,
        message=message,
        dof=_joint_dof(conditional_gain, pooled_gain),
        sampling=_joint_name(conditional_gain, pooled_gain),
        evaluations=conditional_gain.evaluations + pooled_gain.evaluations,
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


def _draws(n: int, d: int, n_mc: int | None, sampling: str) -> int:
    count = None if n_mc is None else _checks.as_count("n_mc", n_mc)
    check_sampling(sampling, n, d, count)
    if count is not None:
        return count
    if sampling == "gauss-hermite":
        return most_nodes(n, d)
    return max(2, math.ceil(_DEFAULT_EVALUATIONS / n))


def _mean_log_gain(
    centres: Array, n_mc: int, beta: float, seed: int, tol: float, engine: str, sampling: str
) -> Average:
    """Return the average of ``ln(p̂_i(s + Z)/φ(Z))`` over all centres s of all m mixtures."""
    m, n, d = centres.shape

    def gain(noise: Array) -> Array:
        q = noise.shape[1]
        z = noise.reshape(m, n, q, d)
        points = (centres[:, :, None, :] + beta * z).reshape(m, n * q, d)
        rows = [log_density(t, c, beta=beta, tol=tol, engine=engine) for t, c in zip(points, centres, strict=True)]
        own = np.stack(rows).reshape(m * n, q)
        return own - (log_gaussian_constant(d, beta) - 0.5 * np.sum(noise**2, axis=2))

    return average(mixture_integrand(gain, centres, beta), n_mc=n_mc, seed=seed, sampling=sampling)


def _joint_dof(a: Average, b: Average) -> float:
    """Return the degrees of freedom of a sum of two independent averages (Welch and Satterthwaite)."""
    fourths = sum(part.stderr**4 / part.dof for part in (a, b) if part.stderr > 0 and part.dof > 0)
    return (a.stderr**2 + b.stderr**2) ** 2 / fourths if fourths > 0 else math.inf


def _joint_name(a: Average, b: Average) -> str:
    return a.sampling if a.sampling == b.sampling else f"{a.sampling} | {b.sampling}"


def _ceiling_status(gain_over_noise: float, n: int) -> tuple[Status, str]:
    distance = math.log(n) - gain_over_noise
    if n > 1 and distance < _CEILING_MARGIN:
        return Status.NEAR_CEILING, (
            f"the estimate is {distance:.3f} nats below ln n = {math.log(n):.3f}, the largest value that n = {n} "
            "samples can show; raise n until it no longer moves"
        )
    return Status.OK, ""
