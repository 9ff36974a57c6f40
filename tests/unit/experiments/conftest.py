from collections.abc import Callable

import numpy as np
import pytest

from infoflow._result import Interval, Parts, Status
from infoflow.experiments import jobs
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problem import Problem


def make_problem() -> Problem:
    """All 5-bit words, labelled by their majority."""
    bits = (np.arange(32)[:, None] >> np.arange(5)) & 1
    rows = np.random.default_rng(0).permutation(32)
    return Problem(
        inputs=bits.astype(np.float32),
        labels=(bits.sum(axis=1) > 2).astype(np.int64),
        train=np.sort(rows[:24]),
        test=np.sort(rows[24:]),
    )


@pytest.fixture
def problem() -> Problem:
    return make_problem()


@pytest.fixture
def small_problem(problem: Problem, monkeypatch: pytest.MonkeyPatch) -> Problem:
    """Every run of the test has this problem."""
    monkeypatch.setattr(jobs, "load_problem", lambda config: problem)
    return problem


@pytest.fixture
def config() -> ExperimentConfig:
    return ExperimentConfig().changed(
        hidden=(4, 2),
        beta=0.1,
        epochs=4,
        batch_size=10,
        lr=0.01,
        checkpoints=2,
        history=4,
        n=2,
        r=2,
        kept_inputs=8,
        threads=1,
    )


@pytest.fixture
def make_interval() -> Callable[..., Interval]:
    """Return an interval with some of its values changed."""

    def make(**changes: object) -> Interval:
        values: dict[str, object] = {
            "lower": 1.0,
            "upper": 2.0,
            "estimate": 1.5,
            "confidence": 0.95,
            "mode": "certified",
            "quantity": "I(X;T)",
            "ceiling": 3.0,
            "raw_lower": 1.0,
            "raw_upper": 2.0,
            "estimator": "midpoint",
            "m": 8,
            "n": 4,
            "r": 4,
            "d": 2,
            "decoder": "none",
            "engine": "direct",
            "status": Status.OK,
            "parts": Parts(bias_gap=0.0, centre_fluctuation=0.0, monte_carlo_upper=0.0, monte_carlo_lower=0.0),
            "message": "",
        }
        return Interval(**(values | changes))  # pyright: ignore[reportArgumentType]

    return make
