from pathlib import Path

import pytest

from infoflow._result import Interval, Parts, Status
from infoflow.runs import RunWriter


def make_interval(**changes: object) -> Interval:
    values: dict[str, object] = {
        "lower": 8.1,
        "upper": 8.3177661667193433,  # ln 4096 to the last digit: the round trip must be exact
        "estimate": 8.2,
        "confidence": 0.95,
        "mode": "certified",
        "quantity": "I(X;T)",
        "ceiling": 8.3177661667193433,
        "raw_lower": 8.1,
        "raw_upper": 8.4,
        "estimator": "midpoint",
        "parts": Parts(bias_gap=0.1, centre_fluctuation=0.1, monte_carlo_upper=0.05, monte_carlo_lower=0.05),
        "m": 4096,
        "n": 50,
        "r": 20,
        "d": 7,
        "decoder": "defensive(0.01)",
        "engine": "direct",
        "status": Status.NEAR_CEILING,
        "message": "close to ln m",
    }
    return Interval(**(values | changes))  # pyright: ignore[reportArgumentType]


@pytest.fixture
def interval():
    return make_interval


@pytest.fixture
def writer(tmp_path: Path):
    with RunWriter.create(tmp_path / "run", experiment="szt-tanh", config={"beta": 0.005}, seed=3) as open_writer:
        yield open_writer
