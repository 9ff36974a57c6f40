"""Information of Reed-Muller codes over Gaussian noise: plug-in and certified intervals beside the truth."""

import itertools
import math
from dataclasses import replace
from functools import cache, partial

from infoflow._random import derived_seed
from infoflow._result import Interval
from infoflow._types import Array
from infoflow.estimators import input_information, output_entropy, smoothed_entropy
from infoflow.estimators.entropy import noise_entropy
from infoflow.estimators.interval import interval_status
from infoflow.experiments.validation.case import Case, Found
from infoflow.experiments.validation.config import ReedMullerConfig
from infoflow.truths import ReedMuller

_BITS = (-1.0, 1.0)


def reed_muller_cases(config: ReedMullerConfig) -> list[Case]:
    """Return the cases: every code and noise with each sample size and, for short codes, with all words enumerated."""
    cases: list[Case] = []
    for m, beta in itertools.product(config.log_lengths, config.betas):
        if m <= config.enumerated:
            measure = partial(_enumerated, config, m, beta)
            cases.append(Case(settings={"log_length": m, "beta": beta}, measure=measure))
        for n, k in itertools.product(config.sizes, range(config.replicates)):
            settings = {"log_length": m, "beta": beta, "n": n, "replicate": k}
            cases.append(Case(settings=settings, measure=partial(_sampled, config, m, beta, n, k)))
    return cases


def _enumerated(config: ReedMullerConfig, m: int, beta: float) -> Found:
    """Measure with all codewords known: ``exact``, and the interval of :func:`infoflow.input_information`."""
    code = ReedMuller(m, m, beta)
    seed = derived_seed(config.seed, "all words", m)
    words = code.draw(1, 0)
    interval = input_information(words, beta=beta, exact=True, confidence=config.confidence, seed=seed)
    return Found(measures={"exact": _exact_information(m, beta)}, interval=interval)


def _sampled(config: ReedMullerConfig, m: int, beta: float, n: int, replicate: int) -> Found:
    """Measure with n random words: ``exact``, ``plug_in`` (ĥ - h(Z)), ``plug_in_stderr``, and perhaps an interval.

    The words depend on seed, m, n and replicate, not on beta.
    """
    code = ReedMuller(m, m, beta)
    words = code.draw_unconditional(n, derived_seed(config.seed, "words", m, n, replicate))
    found = smoothed_entropy(words, beta=beta, seed=derived_seed(config.seed, "words' noise", m, n, replicate))
    plug_in = found.nats - noise_entropy(code.d, beta)
    return Found(
        measures={"exact": _exact_information(m, beta), "plug_in": plug_in, "plug_in_stderr": found.stderr},
        interval=_interval(config, code, words, replicate) if config.interval_draws else None,
        notes=[f"plug_in: {found.message}"] if found.message else [],
    )


@cache
def _exact_information(m: int, beta: float) -> float:
    return ReedMuller(m, m, beta).information


def _interval(config: ReedMullerConfig, code: ReedMuller, words: Array, replicate: int) -> Interval:
    """Return the interval of ``I(X;T) = h(T) - h(Z)`` from the words and fresh ones, neither knowing the code."""
    m, n = code.log_length, len(words)
    fresh = code.draw_unconditional(config.interval_draws, derived_seed(config.seed, "fresh words", m, n, replicate))
    seed = derived_seed(config.seed, "interval noise", m, n, replicate)
    h_t = output_entropy(
        words[None], fresh[None], beta=code.beta, support=_BITS, confidence=config.confidence, seed=seed
    )
    return information_of_entropy(h_t, noise_entropy(code.d, code.beta), ceiling=code.d * math.log(2.0))


def information_of_entropy(h_t: Interval, h_z: float, *, ceiling: float) -> Interval:
    """Return the interval of ``I(X;T) = h(T) - h(Z)`` that one of h(T) is, S being a function of X.

    Args:
        h_t: Of h(T), nats.
        h_z: Entropy of the noise, nats.
        ceiling: H(X), nats.
    """
    raw_lower, raw_upper = h_t.raw_lower - h_z, h_t.raw_upper - h_z
    lower, upper = (min(max(end, 0.0), ceiling) for end in (raw_lower, raw_upper))
    status, message = interval_status(lower, upper, ceiling)
    return replace(
        h_t,
        lower=lower,
        upper=upper,
        estimate=0.5 * (lower + upper),
        estimator="midpoint of the ends",
        quantity="I(X;T)",
        raw_lower=raw_lower,
        raw_upper=raw_upper,
        ceiling=ceiling,
        status=status,
        message=message,
        bracket=None,
    )
