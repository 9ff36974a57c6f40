"""A-priori theory: what can be said of the error before any sample is drawn.

S lies in [-1, 1]^d (tanh), ``T = S + Z``, ``ĥ`` is the entropy of the plug-in mixture of n samples. These bounds
hold for the worst distribution of S; intervals computed from samples are far narrower.
Source: [G18] Goldfeld, Greenewald & Polyanskiy, "Estimating Differential Entropy under Gaussian Convolutions",
arXiv 1810.11589.
"""

import math
import warnings
from collections.abc import Callable

from scipy.special import ndtri

from infoflow import _checks
from infoflow._errors import InfoflowWarning

_LARGEST_EXPONENT = 709.0


def plug_in_risk_bound(n: int, d: int, beta: float, *, eps: float | None = None) -> float:
    """Return an upper bound of ``E|h(S+Z) - ĥ|`` for S in [-1, 1]^d.

    With ``R = 2 + 2 beta sqrt((2+ε) ln n)`` and ``c = (d/2) ln(2π beta²) + d/beta²`` it is
    ``ln(n R^d/(π beta²)^{d/2}) R^{d/2} / (2 (4π beta²)^{d/4} sqrt n)
    + (c² + 2cd(1+beta²)/beta² + 8d(d + 2beta⁴ + d beta⁴)/beta⁴) 2/n``.

    Args:
        n: Samples of S, at least 2.
        d: Dimension.
        beta: Noise standard deviation.
        eps: ε; the proof wants ``ε ln n > d + 2 sqrt(d ln n)``, so that noise outside the box of side R has
            probability below 1/n. None takes the smallest such ε; a smaller one is warned about.

    Returns:
        The bound in nats; infinity beyond the floating-point range.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: ``n < 2``, ``d < 1`` or ``eps <= 0``.
        IllPosedError: ``beta <= 0``.

    Warns:
        InfoflowWarning: ``eps`` is too small for the proof; the published table (beta = 1, n = 1e9, ε = .005) is.

    Source: [G18] the explicit constants behind Theorem 2, for bounded activations.
    """
    _checks.as_count("n", n, minimum=2)
    _checks.as_count("d", d)
    scale = _checks.positive_beta(beta)
    log_n = math.log(n)
    _check_positive(eps)
    _warn_small_eps(log_n, d, eps)
    return _exp(_log_plug_in_bound(log_n, d, scale, eps))


def sample_propagation_risk(
    n: int, d: int, beta: float, *, eps: float | None = None, enumerated: bool = False
) -> float:
    """Return an upper bound of ``E|I(X;T) - I_SP|`` for S in [-1, 1]^d: ``2 Δ(n) + d ln(1 + 1/beta²)/(4 sqrt n)``.

    Δ is :func:`plug_in_risk_bound`; n samples estimate each entropy, and n drawn inputs the average over X.

    Args:
        n: Samples per entropy, and drawn inputs.
        d: Dimension.
        beta: Noise standard deviation.
        eps: As in :func:`plug_in_risk_bound`.
        enumerated: X is finite and every input is visited: the last term is absent.

    Returns:
        The bound in nats.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: As in :func:`plug_in_risk_bound`.
        IllPosedError: ``beta <= 0``.

    Warns:
        InfoflowWarning: As in :func:`plug_in_risk_bound`.

    Source: [G19] Theorem on the sample-propagation estimator, bounded activations. The last term is half the range of
    h(T|X=x), which lies between ``h(Z)`` and ``(d/2) ln(2πe(1 + beta²))``, over sqrt n.
    """
    risk = 2.0 * plug_in_risk_bound(n, d, beta, eps=eps)
    return risk if enumerated else risk + d * math.log1p(1.0 / beta**2) / (4.0 * math.sqrt(n))


def k_star(d: int, beta: float, *, eps: float = 0.01) -> int:
    """Return how many levels per coordinate of [-1, 1]^d the noise leaves apart with probability 1 - ε.

    ``k* = floor(1/(beta Q^{-1}((1 - (1-ε)^{1/d})/2)))`` with Q the Gaussian tail; levels are 2/k apart.

    Args:
        d: Dimension.
        beta: Noise standard deviation.
        eps: ε in (0, 1).

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: ``d < 1`` or ε outside (0, 1).
        IllPosedError: ``beta <= 0``.

    Source: [G18] Theorem on the bias, the definition of k*.
    """
    _checks.as_count("d", d)
    scale = _checks.positive_beta(beta)
    failure = -math.expm1(math.log1p(-_checks.probability("eps", eps)) / d)  # 1 - (1-ε)^(1/d)
    return math.floor(1.0 / (scale * -float(ndtri(failure / 2.0))))


def bias_lower_bound(n: int, d: int, beta: float, *, eps: float = 0.01) -> float:
    """Return a lower bound of the plug-in's worst bias, ``sup (h(S+Z) - E ĥ) >= ln(k*^{d(1-ε)}/n) - H_b(ε)``.

    ``ĥ <= ln n + h(Z)`` always, while a grid of k*^d levels has ``h >= h(Z) + (1-ε) d ln k* - H_b(ε)`` (Fano). So n
    must grow like k*^d; a negative value says nothing.

    Args:
        n: Samples of S.
        d: Dimension.
        beta: Noise standard deviation.
        eps: ε in (0, 1).

    Returns:
        The bound in nats, negative where n is large enough for it to be void.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: ``n < 1``, ``d < 1`` or ε outside (0, 1).
        IllPosedError: ``beta <= 0``.

    Source: [G18] Theorem on the bias of the plug-in.
    """
    _checks.as_count("n", n)
    levels = max(1, k_star(d, beta, eps=eps))  # one level is always apart from itself
    binary_entropy = -eps * math.log(eps) - (1.0 - eps) * math.log1p(-eps)
    return d * (1.0 - eps) * math.log(levels) - math.log(n) - binary_entropy


def monte_carlo_mse_bound(n: int, n_mc: int, d: int, *, beta: float | None = None, version: str = "poincare") -> float:
    """Return an upper bound of the mean squared error with which Monte Carlo integrates ``ĥ = h(p̂)``.

    ``"poincare"``: ``d/(n n_mc)``, for any centres and any beta. ``Var f(Z) <= beta² E|grad f|²`` and
    ``grad ln p̂(v) = -E[Z|V=v]/beta²``, whose mean square is at most ``d/beta²``.
    ``"published"``: ``2d(4 + beta²)/(beta² n n_mc)``, for centres in [-1, 1]^d; never smaller.

    Args:
        n: Centres.
        n_mc: Noise draws per centre.
        d: Dimension.
        beta: Noise standard deviation; needed by the published version only.
        version: ``"poincare"`` or ``"published"``.

    Returns:
        The bound in nats squared.

    Raises:
        TypeError: An argument is of the wrong type; no beta for the published version.
        ValueError: A count below one, or an unknown version.
        IllPosedError: ``beta <= 0``.

    Source: the Poincaré inequality (docs/theory); [G18] Theorem 5, with the 4 of its proof where the statement
    prints 2.
    """
    draws = _checks.as_count("n", n) * _checks.as_count("n_mc", n_mc)
    _checks.as_count("d", d)
    _checks.one_of("version", version, ("poincare", "published"))
    if version == "poincare":
        return d / draws
    square = _checks.positive_beta(beta) ** 2
    return 2.0 * d * (4.0 + square) / (square * draws)


def minimal_samples(
    width: float,
    d: int,
    beta: float,
    *,
    eps: float | None = None,
    information: bool = False,
    enumerated: bool = True,
) -> int:
    """Return the n from which on the a-priori bound is at most ``width``, by bisection in ln n.

    Args:
        width: Expected absolute error allowed, nats.
        d: Dimension.
        beta: Noise standard deviation.
        eps: As in :func:`plug_in_risk_bound`.
        information: Invert :func:`sample_propagation_risk` in the place of :func:`plug_in_risk_bound`.
        enumerated: As in :func:`sample_propagation_risk`.

    Returns:
        Number of samples, exact to the floating-point precision of ln n; it grows exponentially in d.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: ``width <= 0``, ``d < 1`` or ``eps <= 0``.
        IllPosedError: ``beta <= 0``.

    Warns:
        InfoflowWarning: ``eps`` is too small for the proof at the n returned.
    """
    if _checks.as_number("width", width) <= 0:
        raise ValueError(f"width must be positive, got {width:g}")
    _checks.as_count("d", d)
    scale = _checks.positive_beta(beta)
    _check_positive(eps)
    extra = d * math.log1p(1.0 / scale**2) / 4.0 if information and not enumerated else 0.0
    factor = 2.0 if information else 1.0

    def risk(log_n: float) -> float:
        return factor * _exp(_log_plug_in_bound(log_n, d, scale, eps)) + extra * math.exp(-0.5 * log_n)

    log_n = _crossing(lambda y: risk(y) <= width)
    _warn_small_eps(log_n, d, eps)
    return _integer_exp(log_n)


def _smallest_eps(log_n: float, d: int) -> float:
    return (d + 2.0 * math.sqrt(d * log_n)) / log_n


def _check_positive(eps: float | None) -> None:
    if eps is not None and _checks.as_number("eps", eps) <= 0:
        raise ValueError(f"eps must be positive, got {eps:g}")


def _warn_small_eps(log_n: float, d: int, eps: float | None) -> None:
    needed = _smallest_eps(log_n, d)
    if eps is not None and eps < needed:
        message = f"eps = {eps:g} is too small for the bound's proof, which wants {needed:.3g} or more"
        warnings.warn(message, InfoflowWarning, stacklevel=3)


def _log_plug_in_bound(log_n: float, d: int, beta: float, eps: float | None) -> float:
    square = beta**2
    radius_eps = _smallest_eps(log_n, d) if eps is None else eps
    log_side = math.log(2.0 + 2.0 * beta * math.sqrt((2.0 + radius_eps) * log_n))
    log_volume = log_n + d * (log_side - 0.5 * math.log(math.pi * square))
    inside = math.log(log_volume / 2.0) - d / 4.0 * math.log(4.0 * math.pi * square) + d / 2.0 * log_side - log_n / 2.0
    c = d / 2.0 * math.log(2.0 * math.pi * square) + d / square
    tail = c**2 + 2.0 * c * d * (1.0 + square) / square + 8.0 * d * (d + (2.0 + d) * square**2) / square**2
    outside = math.log(2.0 * tail) - log_n
    return max(inside, outside) + math.log1p(math.exp(-abs(inside - outside)))


def _crossing(holds: Callable[[float], bool]) -> float:
    """Return the ln n >= ln 2 at which ``holds`` becomes true, from above, to floating-point precision."""
    lower, upper = math.log(2.0), 1.0
    if holds(lower):
        return lower
    while not holds(upper):
        lower, upper = upper, 2.0 * upper
    while True:
        middle = 0.5 * (lower + upper)
        if middle in (lower, upper):
            return upper
        lower, upper = (lower, middle) if holds(middle) else (middle, upper)


def _exp(log_value: float) -> float:
    return math.exp(log_value) if log_value < _LARGEST_EXPONENT else math.inf


def _integer_exp(log_n: float) -> int:
    """Return ``ceil(e^log_n)``, also where it exceeds the floating-point range."""
    if log_n < 40.0:
        return math.ceil(math.exp(log_n) * (1.0 - 1e-14))
    bits = math.floor(log_n / math.log(2.0)) - 52
    return math.ceil(math.exp(log_n - bits * math.log(2.0))) << bits
