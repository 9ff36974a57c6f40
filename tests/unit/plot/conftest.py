from pathlib import Path

import numpy as np
import pytest

from infoflow._result import Interval, Parts, Status
from infoflow.runs import Run, RunWriter, load_run

EPOCHS = (0, 1, 10, 100)
WIDTHS = (0.01, 0.1, 1.0)


def build_interval(layer: int, epoch: int, quantity: str = "I(X;T)", **changes: object) -> Interval:
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


def build_run(
    folder: Path, epochs: tuple[int, ...] = EPOCHS, *, seed: int = 3, shift: float = 0.0, arrays: bool = True, **config
) -> Run:
    settings = {"beta": 0.005, "activation": "tanh"} | config
    rng = np.random.default_rng(seed)
    with RunWriter.create(folder, experiment="szt-tanh", config=settings, seed=seed) as writer:
        if arrays:
            writer.save_array("labels", np.arange(60) // 2 % 2)
            writer.save_array("kept_inputs", np.arange(0, 60, 2))
        for epoch in epochs:
            writer.record_history(epoch, train_loss=0.7, test_loss=0.71, train_accuracy=0.5, test_accuracy=0.49)
            writer.record_estimates(epoch, _estimates(epoch, shift))
            writer.record_measures(
                epoch,
                [(f"T{k}", f"twin_H_bin[{w:g}]", 8.0 - k - w + epoch / 100) for k in (1, 2, 3) for w in WIDTHS],
            )
            for layer, d in (("T1", 5), ("T2", 3), ("T3", 1)) if arrays else ():
                writer.save_array(f"representations/{layer}", rng.standard_normal((30, d)), epoch=epoch)
                writer.save_array(f"twin/{layer}", rng.standard_normal((30, d)) + 1, epoch=epoch)
    return load_run(folder)


def _estimates(epoch: int, shift: float) -> list[tuple[str, Interval]]:
    regular = [
        (f"T{layer}", build_interval(layer, epoch, quantity, mode=mode))
        for quantity in ("I(X;T)", "I(Y;T)")
        for mode in ("certified", "asymptotic")
        for layer in (1, 2)
    ]
    moved = [
        (name, build_interval(int(name[1:]), epoch, one.quantity, mode=one.mode, estimate=one.estimate + shift))
        for name, one in regular
    ]
    odd = build_interval(3, epoch, status=Status.VACUOUS, message="nothing was learned", upper=8.3177, lower=0.0)
    return [*moved, ("T3", odd)]


def build_neuron_run(folder: Path) -> Run:
    with RunWriter.create(folder, experiment="neuron", config={"beta": 0.05, "activation": "tanh"}, seed=0) as writer:
        writer.save_array("inputs", np.array([[-3.0], [-1.0], [1.0], [3.0]]))
        for step, epoch in enumerate((0, 10, 100, 1000)):
            weights = {"T1": (1.0 * step, -2.0 * step), "T2": (0.5, 0.25)}
            tensors = {f"model.{name}.0.weight": np.array([[w]], np.float32) for name, (w, _) in weights.items()}
            tensors |= {f"model.{name}.0.bias": np.array([b], np.float32) for name, (_, b) in weights.items()}
            writer.save_checkpoint(epoch, tensors | {"model.T3.0.weight": np.zeros((2, 1), np.float32)})
    return load_run(folder)


@pytest.fixture
def make_run():
    return build_run


@pytest.fixture
def make_interval():
    return build_interval


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return build_run(tmp_path_factory.mktemp("plot") / "run")


@pytest.fixture(scope="session")
def empty_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return build_run(tmp_path_factory.mktemp("plot") / "empty", (), arrays=False)


@pytest.fixture(scope="session")
def neuron_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return build_neuron_run(tmp_path_factory.mktemp("plot") / "neuron")
