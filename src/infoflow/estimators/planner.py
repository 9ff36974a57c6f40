"""What a measurement will need: what the a-priori theory demands, and what a pilot run suggests.

The a-priori bounds hold for the worst distribution and are exponential in d; the pilot measures a few draws of the
problem itself (or of a synthetic layer of the same size) and scales the interval's parts: the bias gap as 1/n, the
centre term as 1/sqrt(n), the Monte-Carlo terms as 1/sqrt(r).
"""

import math
import time
import warnings
from dataclasses import dataclass

import numpy as np

from infoflow import _checks
from infoflow._errors import InfoflowWarning
from infoflow._random import derived_seed, stream
from infoflow._result import Interval, Parts
from infoflow._types import Array, Mode
from infoflow.estimators.adaptive import COPIES, Sampler
from infoflow.estimators.bounds import bias_lower_bound, minimal_samples
from infoflow.estimators.information import MODES, input_information

_PILOT_DRAWS = 8
_LARGEST = 2**24


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What :func:`plan` found; all information in nats.

    Attributes:
        d: Dimension.
        beta: Noise standard deviation.
        m: Inputs.
        width: Width asked for.
        a_priori_n: Samples per entropy with which the published bound guarantees ``width/2`` for any distribution on
            [-1, 1]^d; infinity where no floating-point number suffices.
        a_priori_least_n: Samples per entropy below which the worst-case bias alone exceeds ``width/2``.
        pilot: The pilot's interval.
        n: Centres per input that the pilot suggests.
        r: Fresh draws per input that it suggests.
        reachable: Whether the suggested n and r were within limits (at most 2^24 draws per input).
        memory: Bytes for draws and evaluation points at that n and r.
        seconds: Time on this machine at that n and r, scaled from the pilot as n·r: an upper estimate where the fast
            engines leave most pairs out.
        pilot_seconds: Time of the pilot.
    """

    d: int
    beta: float
    m: int
    width: float
    a_priori_n: float
    a_priori_least_n: float
    pilot: Interval
    n: int
    r: int
    reachable: bool
    memory: int
    seconds: float
    pilot_seconds: float


def plan(
    d: int,
    beta: float,
    m: int,
    width: float = 0.1,
    *,
    confidence: float = 0.95,
    mode: Mode = "certified",
    sampler: Sampler | None = None,
    seed: int = 0,
) -> Plan:
    """Plan the measurement of I(X;T) of one layer to a given width.

    Args:
        d: Dimension of the layer.
        beta: Noise standard deviation, > 0.
        m: Number of inputs.
        width: Width of the interval wanted, nats, > 0.
        confidence: Of the interval.
        mode: ``"certified"`` or ``"asymptotic"``.
        sampler: ``sampler(n, seed) -> (m, n, d)`` of the problem itself; None for a synthetic layer, the second of a
            noisy random tanh network.
        seed: Seed of the pilot.

    Returns:
        The plan.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: A count below one, ``width <= 0``, or draws of another shape.
        IllPosedError: ``beta <= 0``.

    Source: :mod:`infoflow.estimators.bounds` for the a-priori part.
    """
    for name, count in (("d", d), ("m", m)):
        _checks.as_count(name, count)
    scale = _checks.positive_beta(beta, m=m)
    target = _checks.as_number("width", width)
    if target <= 0:
        raise ValueError(f"width must be > 0, got {target:g}")
    _checks.one_of("mode", mode, MODES)
    source = SyntheticLayer(d, scale, m, seed) if sampler is None else sampler
    pilot, seconds = _pilot(source, (m, d), scale, _checks.probability("confidence", confidence), mode, seed)
    n, r, reachable = suggested_draws(pilot.parts, pilot.n, _PILOT_DRAWS, target)
    return Plan(
        d=d,
        beta=scale,
        m=m,
        width=target,
        a_priori_n=_a_priori(d, scale, target),
        a_priori_least_n=_least_by_bias(d, scale, target),
        pilot=pilot,
        n=n,
        r=r,
        reachable=reachable,
        memory=COPIES * m * (n + r) * d * 8,
        seconds=seconds * (n / pilot.n) * (r / _PILOT_DRAWS),
        pilot_seconds=seconds,
    )


class SyntheticLayer:
    """Draws of the second layer of a noisy tanh network with random weights, inputs random corners of a cube."""

    def __init__(self, d: int, beta: float, m: int, seed: int) -> None:
        generator = stream(seed, "synthetic layer")
        n_inputs = max(d, math.ceil(math.log2(m)) + 1)
        self._inputs = generator.choice([-1.0, 1.0], size=(m, n_inputs))
        self._first = generator.standard_normal((n_inputs, d)) * 2.0 / math.sqrt(n_inputs)
        self._second = generator.standard_normal((d, d)) * 2.0 / math.sqrt(d)
        self._beta = beta

    def __call__(self, n: int, seed: int) -> Array:
        """Return n draws for every input, shape (m, n, d)."""
        first = np.tanh(self._inputs @ self._first)[:, None, :]
        noise = stream(seed, "synthetic noise").standard_normal((first.shape[0], n, first.shape[2]))
        return np.tanh((first + self._beta * noise) @ self._second)


def suggested_draws(parts: Parts, n: int, r: int, width: float) -> tuple[int, int, bool]:
    """Return centres and fresh draws per input at which the parts add up to ``width``, and whether within limits.

    Both are doubled in turn, whichever part is larger, as :func:`infoflow.measure` does.

    Args:
        parts: Parts of the pilot's interval.
        n: Centres per input of the pilot.
        r: Fresh draws per input of the pilot.
        width: Wanted width, nats.
    """
    gap, fluctuation = max(parts.bias_gap, 0.0), parts.centre_fluctuation
    noise = parts.monte_carlo_upper + parts.monte_carlo_lower
    more_n, more_r = 1, 1
    while True:
        by_centres = gap / more_n + fluctuation / math.sqrt(more_n)
        by_points = noise / math.sqrt(more_r)
        if by_centres + by_points <= width:
            return n * more_n, r * more_r, True
        if max(n * more_n, r * more_r) >= _LARGEST:
            return n * more_n, r * more_r, False
        if by_centres >= by_points:
            more_n *= 2
        else:
            more_r *= 2


def _pilot(
    source: Sampler, shape: tuple[int, int], beta: float, confidence: float, mode: Mode, seed: int
) -> tuple[Interval, float]:
    centres, fresh = (
        _checks.as_float64("sampler(n, seed)", source(_PILOT_DRAWS, derived_seed(seed, name) % 2**31), shape="m n d")
        for name in ("pilot centres", "pilot fresh")
    )
    if (centres.shape[0], centres.shape[2]) != shape:
        raise ValueError(f"sampler(n, seed) must return shape (m={shape[0]}, n, d={shape[1]}), got {centres.shape}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfoflowWarning)  # a pilot may well be vacuous
        input_information(centres[:2], fresh[:2], beta=beta)  # compiles the engines outside the clock
        start = time.perf_counter()
        interval = input_information(centres, fresh, beta=beta, confidence=confidence, mode=mode, seed=seed)
    return interval, time.perf_counter() - start


def _a_priori(d: int, beta: float, width: float) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfoflowWarning)
        return float(minimal_samples(width / 2.0, d, beta))


def _least_by_bias(d: int, beta: float, width: float) -> float:
    """Return the n at which the lower bound of the worst bias has fallen to ``width/2`` (it falls as -ln n)."""
    log_n = bias_lower_bound(1, d, beta) - width / 2.0
    return math.exp(log_n) if log_n < 700.0 else math.inf
