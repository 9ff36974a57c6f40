"""Entropy of the mixture at the corners of a cube: plug-in, interval and other estimators beside the truth."""

import itertools
from functools import cache, partial

from infoflow._random import derived_seed
from infoflow._result import Estimate, Interval
from infoflow._types import Array
from infoflow.comparators import corner_sampler, entropy_convergence
from infoflow.estimators import output_entropy, smoothed_entropy
from infoflow.experiments.validation.case import Case, Found
from infoflow.experiments.validation.config import CornersConfig
from infoflow.truths import corner_mixture

CUBE = (-1.0, 1.0)


def corner_cases(config: CornersConfig) -> list[Case]:
    """Return the cases: every dimension, noise, size and replicate."""
    grid = itertools.product(config.dimensions, config.betas, config.sizes, range(config.replicates))
    return [
        Case(
            settings={"d": d, "beta": beta, "n": n, "replicate": k},
            measure=partial(_measured, config, d, beta, n, k),
        )
        for d, beta, n, k in grid
    ]


def _measured(config: CornersConfig, d: int, beta: float, n: int, replicate: int) -> Found:
    """Measure one sample of S: measures ``exact``, ``plug_in``, ``plug_in_stderr`` and, if wanted, those of others.

    The sample depends on seed, d, n and replicate, not on beta.
    """
    sample = corner_sampler(d, mode_sd=config.mode_sd)
    s = sample(n, derived_seed(config.seed, "corner sample", d, n, replicate))
    seed = derived_seed(config.seed, "corner noise", d, n, replicate)
    exact = _exact_entropy(d, beta, config.mode_sd)
    found = smoothed_entropy(s, beta=beta, seed=seed)
    measures = {"exact": exact, "plug_in": found.nats, "plug_in_stderr": found.stderr}
    others, notes = _others(config, s, beta, exact, seed) if config.others == "on" else ({}, [])
    return Found(
        measures=measures | others,
        interval=_interval(config, s, beta, replicate) if config.interval_draws else None,
        notes=[*_status(found), *notes],
    )


@cache
def _exact_entropy(d: int, beta: float, mode_sd: float) -> float:
    return corner_mixture(d, beta=beta, mode_sd=mode_sd).entropy


def _interval(config: CornersConfig, s: Array, beta: float, replicate: int) -> Interval:
    n, d = s.shape
    sample = corner_sampler(d, mode_sd=config.mode_sd)
    fresh = sample(config.interval_draws, derived_seed(config.seed, "fresh corners", d, n, replicate))
    seed = derived_seed(config.seed, "interval noise", d, n, replicate)
    return output_entropy(s[None], fresh[None], beta=beta, support=CUBE, confidence=config.confidence, seed=seed)


def _others(
    config: CornersConfig, s: Array, beta: float, exact: float, seed: int
) -> tuple[dict[str, float], list[str]]:
    limits = {"nearest_neighbour": config.nearest_neighbour_limit, "kernel_density": config.kernel_density_limit}
    points = entropy_convergence(
        lambda n, seed: s, exact, [len(s)], beta=beta, limits=limits, k=config.neighbours, seed=seed
    )
    values = {point.estimator: point.nats for point in points if point.nats == point.nats}  # NaN: it was not run
    return values, [f"{point.estimator}: {point.message}" for point in points if point.message]


def _status(found: Estimate) -> list[str]:
    return [f"plug_in: {found.message}"] if found.message else []
