"""Reed-Muller codewords sent with binary phase-shift keying through Gaussian noise."""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from infoflow import _checks, _random
from infoflow._errors import InfoflowError
from infoflow._types import Array, IntArray
from infoflow.truths.constellation import Constellation
from infoflow.truths.product import MAX_INPUTS
from infoflow.truths.quadrature import REACH, panel_rule
from infoflow.truths.truth import Answers, Solved

_SERIES_TOLERANCE = 1e-11
_SERIES_BLOCK = 512
_SERIES_TERMS = 4096
_LOG_END = 30.0
"""The integral stops at J e^30: what is left out is below e^-30/(4 J) = 6e-18."""


def reed_muller_generator(order: int, log_length: int) -> IntArray:
    """Return a generator matrix of RM(order, log_length) over {0, 1}, shape (k, 2^log_length).

    Its rows are the evaluations of all monomials of degree <= order in log_length variables;
    ``k = Σ_{i<=order} C(log_length, i)``.

    Raises:
        ValueError: Not 0 <= order <= log_length.
    """
    _checks.as_count("order", order, minimum=0)
    _checks.as_count("log_length", log_length, minimum=0)
    if order > log_length:
        raise ValueError(f"order must be at most log_length = {log_length}, got {order}")
    variables = (np.arange(2**log_length)[None, :] >> np.arange(log_length)[:, None]) & 1
    rows = [
        np.prod(variables[list(subset)], axis=0) if subset else np.ones(2**log_length, dtype=np.int64)
        for degree in range(order + 1)
        for subset in itertools.combinations(range(log_length), degree)
    ]
    return np.stack(rows).astype(np.int64)


@dataclass(frozen=True, eq=False)
class ReedMuller(Solved):
    """A uniformly drawn codeword of RM(order, log_length), bits 0/1 as +1/-1, ``T = S + Z`` with s.d. ``beta``.

    Answers exist for order = log_length (all words: ``2^log_length`` independent bits), order = 0 (repetition: one
    bit at noise ``beta/2^(log_length/2)``) and order = log_length - 1 (single parity check: a series).

    Attributes:
        order: r.
        log_length: Binary logarithm of the length d.
        beta: Noise standard deviation.

    Raises:
        ValueError: Not 0 <= order <= log_length; a request to enumerate more than 65536 codewords.
        InfoflowError: An answer is asked for that has no exact form.
        IllPosedError: ``beta <= 0``.

    Source: [G19] Section 5, "Reed-Muller codes over AWGN channels"; the parity-check series is derived in ``solve``.
    """

    order: int
    log_length: int
    beta: float

    def __post_init__(self) -> None:
        reed_muller_generator(self.order, self.log_length)
        object.__setattr__(self, "beta", _checks.positive_beta(self.beta))

    @property
    def name(self) -> str:
        """RM(r,m) with its noise."""
        return f"RM({self.order},{self.log_length}) beta={self.beta:g}"

    @property
    def n_information_bits(self) -> int:
        """Binary logarithm of the number of codewords."""
        return sum(math.comb(self.log_length, i) for i in range(self.order + 1))

    @property
    def m(self) -> int:
        """Number of codewords."""
        return 2**self.n_information_bits

    @property
    def d(self) -> int:
        """Length of a codeword."""
        return 2**self.log_length

    @property
    def weights(self) -> Array:
        """Uniform probabilities, shape (m,)."""
        self._check_enumerable()
        return np.full(self.m, 1.0 / self.m)

    @property
    def labels(self) -> IntArray | None:
        """None."""
        return None

    @property
    def exact(self) -> bool:
        """True: S is the codeword."""
        return True

    @property
    def codewords(self) -> Array:
        """All codewords as ±1, shape (m, d)."""
        self._check_enumerable()
        k = self.n_information_bits
        return self._modulate((np.arange(self.m)[:, None] >> np.arange(k)) & 1)

    def draw(self, n: int, seed: int) -> Array:
        """Return every codeword n times, shape (m, n, d); ``seed`` is checked and not needed."""
        _checks.as_count("n", n)
        _checks.as_count("seed", seed, minimum=0)
        return np.repeat(self.codewords[:, None, :], n, axis=1)

    def draw_unconditional(self, n: int, seed: int) -> Array:
        """Return n independent uniform codewords, shape (n, d); any number of codewords is allowed."""
        _checks.as_count("n", n)
        rng = _random.stream(seed, "codewords")
        return self._modulate(rng.integers(0, 2, size=(n, self.n_information_bits)))

    def solve(self) -> Answers:
        """Use the form that belongs to the order.

        For the parity check ``p(t) = (1 + Π_i θ_i) Π_i p_1(t_i)`` with ``θ_i = tanh(t_i/beta²)`` and p_1 the density of
        one bit. With ``(1+x) ln(1+x) = x + Σ_{k>=2} (-x)^k/(k(k-1))`` and odd moments zero by symmetry,
        ``h(T) = d h_1 - Σ_{j>=1} E[θ^{2j}]^d / (2j(2j-1))``.
        """
        bit = Constellation("one bit", np.array([[-1.0], [1.0]]), self.beta)
        noise = self.d * bit.conditional_entropy
        if self.order == self.log_length:
            return self._answers(self.d * bit.information, noise, self.d * bit.tolerance)
        if self.order == 0:
            repeated = Constellation("repetition", np.array([[-1.0], [1.0]]), self.beta / math.sqrt(self.d))
            return self._answers(repeated.information, noise, repeated.tolerance)
        if self.order == self.log_length - 1:
            lost = _parity_loss(self.beta, self.d)
            return self._answers(self.d * bit.information - lost, noise, self.d * bit.tolerance + _SERIES_TOLERANCE)
        raise InfoflowError(
            f"{self.name} must have order 0, log_length - 1 or log_length for an exact answer, got order {self.order}"
        )

    @staticmethod
    def _answers(information: float, noise: float, tolerance: float) -> Answers:
        return Answers(
            information=information,
            entropy=noise + information,
            conditional_entropy=noise,
            label_information=None,
            tolerance=tolerance,
        )

    def _modulate(self, bits: IntArray) -> Array:
        parity: Array = ((bits @ reed_muller_generator(self.order, self.log_length)) % 2).astype(np.float64)
        return 1.0 - 2.0 * parity

    def _check_enumerable(self) -> None:
        if self.m > MAX_INPUTS:
            raise ValueError(f"{self.name}: at most {MAX_INPUTS} inputs can be enumerated, got {self.m}")


def _parity_loss(beta: float, d: int) -> float:
    """Return ``Σ_{j>=1} E[tanh^{2j}(T/beta²)]^d / (2j(2j-1))``, nats; by symmetry T ~ N(1, beta²) may be used.

    Beyond J terms the sum is the integral from J + 1/2 (midpoint rule), which errs by at most ``1/(48 J³)``, 3e-13.
    """
    rule = panel_rule([(1 - REACH * beta, 1 + REACH * beta)], min(beta / 4, beta**2), kinks=[0.0])
    mass = rule.weights * np.exp(-0.5 * ((rule.nodes - 1) / beta) ** 2) / (beta * math.sqrt(2 * math.pi))
    log_theta = np.log(np.abs(np.tanh(rule.nodes / beta**2)))

    def terms(j: Array) -> Array:
        return (mass @ np.exp(2.0 * j * log_theta[:, None])) ** d / (2.0 * j * (2.0 * j - 1.0))

    blocks = np.arange(1.0, _SERIES_TERMS + 1.0).reshape(-1, _SERIES_BLOCK)
    head = math.fsum(float(terms(block).sum()) for block in blocks)
    start = math.log(_SERIES_TERMS + 0.5)
    log_j = panel_rule([(start, start + _LOG_END)], 1.0)
    j = np.exp(log_j.nodes)
    return head + float(terms(j) @ (log_j.weights * j))
