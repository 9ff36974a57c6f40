from pathlib import Path

import pytest

from infoflow._result import Interval, Parts, Status
from infoflow.runs import Run, RunWriter, load_run


def make_interval(layer: int, epoch: int, quantity: str = "I(X;T)", **changes: object) -> Interval:
    ceiling = 8.3177 if quantity == "I(X;T)" else 0.6926
    middle = ceiling * (1 - 0.1 * layer) * (0.9 if epoch else 0.8)
    values: dict[str, object] = {
        "lower": middle - 0.05,
        "upper": middle + 0.05,
        "estimate": middle,
        "confidence": 0.95,
        "mode": "certified",
        "quantity": quantity,
        "ceiling": ceiling,
        "raw_lower": middle - 0.05,
        "raw_upper": middle + 0.05,
        "estimator": "midpoint",
        "parts": Parts(bias_gap=0.1, centre_fluctuation=0.0, monte_carlo_upper=0.0, monte_carlo_lower=0.0),
        "m": 4096,
        "n": 50,
        "r": 20,
        "d": 12 - layer,
    }
    return Interval(**(values | changes))  # pyright: ignore[reportArgumentType]


def make_run(folder: Path, epochs: tuple[int, ...] = (0, 1, 10, 100)) -> Run:
    with RunWriter.create(folder, experiment="szt-tanh", config={"beta": 0.005}, seed=3) as writer:
        for epoch in epochs:
            writer.record_history(epoch, train_loss=0.7, test_loss=0.71, train_accuracy=0.5, test_accuracy=0.49)
            estimates = [
                (f"T{layer}", make_interval(layer, epoch, quantity, mode=mode))
                for quantity in ("I(X;T)", "I(Y;T)")
                for mode in ("certified", "asymptotic")
                for layer in (1, 2)
            ]
            odd = make_interval(3, epoch, status=Status.VACUOUS, message="nothing was learned", upper=8.3177, lower=0.0)
            writer.record_estimates(epoch, [*estimates, ("T3", odd)])
    return load_run(folder)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make_run(tmp_path / "run")


@pytest.fixture
def empty_run(tmp_path: Path) -> Run:
    return make_run(tmp_path / "empty", ())


@pytest.fixture
def new_interval():
    return make_interval
