"""Error of the Monte-Carlo integral of a mixture's entropy, beside the bounds that theory gives for it."""

import itertools
import math
from functools import lru_cache, partial

import numpy as np

from infoflow._random import derived_seed, stream
from infoflow._result import Estimate
from infoflow._types import Array
from infoflow.comparators import corner_sampler
from infoflow.estimators import monte_carlo_mse_bound, smoothed_entropy
from infoflow.experiments.validation.case import Case, Found
from infoflow.experiments.validation.config import MonteCarloConfig
from infoflow.mixtures import log_density

_ENGINE = "direct"  # the fastest for few centres
_POINTS = 200_000
_REFERENCE_POINTS = 1 << 16


def monte_carlo_cases(config: MonteCarloConfig) -> list[Case]:
    """Return the cases: every dimension, noise and number of draws."""
    return [
        Case(
            settings={"d": d, "beta": beta, "n": config.n, "n_mc": n_mc},
            measure=partial(_measured, config, d, beta, n_mc),
        )
        for d, beta, n_mc in itertools.product(config.dimensions, config.betas, config.n_mc)
    ]


def _measured(config: MonteCarloConfig, d: int, beta: float, n_mc: int) -> Found:
    """Measure the error of both forms at one number of draws, about the same integral by a far larger sum.

    Measures: ``reference`` and its ``reference_stderr``; ``rmse`` and ``rmse_stderr`` of the published form
    ``-(1/(n n_mc)) Σ ln p̂(s_k + z_kj)``; ``own_rmse`` and ``own_rmse_stderr`` of infoflow's, which sums
    ``ln(p̂/φ)``; ``mean_error`` and ``mean_error_stderr`` of the published form; ``published_bound`` and
    ``poincare_bound`` of the root-mean-square error.
    """
    centres = _centres(config, d)
    reference = _reference(config, d, beta)
    published = _published(config, centres, beta, n_mc) - reference.nats
    own = np.array([_own(config, centres, beta, n_mc, k) for k in range(config.own_replicates)]) - reference.nats
    rmse, rmse_stderr = _root_mean_square(published)
    own_rmse, own_stderr = _root_mean_square(own)
    return Found(
        measures={
            "reference": reference.nats,
            "reference_stderr": reference.stderr,
            "rmse": rmse,
            "rmse_stderr": rmse_stderr,
            "own_rmse": own_rmse,
            "own_rmse_stderr": own_stderr,
            "mean_error": float(published.mean()),
            "mean_error_stderr": float(published.std(ddof=1)) / math.sqrt(published.size),
            "published_bound": math.sqrt(monte_carlo_mse_bound(config.n, n_mc, d, beta=beta, version="published")),
            "poincare_bound": math.sqrt(monte_carlo_mse_bound(config.n, n_mc, d)),
        }
    )


def _centres(config: MonteCarloConfig, d: int) -> Array:
    return corner_sampler(d, mode_sd=config.mode_sd)(config.n, derived_seed(config.seed, "centres", d))


@lru_cache(maxsize=16)
def _reference(config: MonteCarloConfig, d: int, beta: float) -> Estimate:
    """Return the integral by so many points that its error is small beside any that is measured."""
    seed = derived_seed(config.seed, "reference", d)
    draws = math.ceil(_REFERENCE_POINTS / config.n)
    return smoothed_entropy(_centres(config, d), beta=beta, n_mc=draws, seed=seed, engine=_ENGINE)


def _published(config: MonteCarloConfig, centres: Array, beta: float, n_mc: int) -> Array:
    """Return replicates of the published integral, shape (replicates,)."""
    n, d = centres.shape
    rng = stream(config.seed, "published integral", d, n_mc)
    at_once = max(1, _POINTS // (n_mc * n))
    values: list[Array] = []
    for start in range(0, config.replicates, at_once):
        count = min(at_once, config.replicates - start)
        points = centres + beta * rng.standard_normal((count, n_mc, n, d))
        log_p = log_density(points.reshape(-1, d), centres, beta=beta, engine=_ENGINE)
        values.append(-log_p.reshape(count, -1).mean(axis=1))
    return np.concatenate(values)


def _own(config: MonteCarloConfig, centres: Array, beta: float, n_mc: int, replicate: int) -> float:
    seed = derived_seed(config.seed, "own integral", centres.shape[1], n_mc, replicate)
    return smoothed_entropy(centres, beta=beta, n_mc=n_mc, seed=seed, engine=_ENGINE, sampling="plain").nats


def _root_mean_square(errors: Array) -> tuple[float, float]:
    """Return the root of the mean square and, by the delta method, its standard error."""
    squares = np.square(errors)
    root = math.sqrt(float(squares.mean()))
    return root, float(squares.std(ddof=1)) / math.sqrt(squares.size) / (2.0 * root)
