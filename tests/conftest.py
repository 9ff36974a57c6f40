"""Runs for the tests that only read them: written by the run writer, with drawn numbers, nothing trained."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from infoflow._result import Interval, Parts, Status
from infoflow.runs import Run, RunWriter, load_run

Recorder = Callable[[RunWriter, int], None]


def an_interval(layer: str, epoch: int, quantity: str, mode: str, d: int) -> Interval:
    number = int("".join(sign for sign in layer if sign.isdigit()) or 0)
    ceiling = 8.3 if quantity == "I(X;T)" else 0.69
    middle = ceiling * (0.95 - 0.12 * number + 0.05 * np.sin(np.log1p(epoch)))
    half = 0.05 if mode == "certified" else 0.01
    return Interval(
        lower=middle - half,
        upper=middle + half,
        estimate=middle,
        confidence=0.95,
        mode=mode,  # pyright: ignore[reportArgumentType]
        quantity=quantity,
        ceiling=ceiling,
        raw_lower=middle - half,
        raw_upper=middle + half,
        estimator="midpoint",
        parts=Parts(bias_gap=0.1, centre_fluctuation=0.0, monte_carlo_upper=0.0, monte_carlo_lower=0.0),
        m=4096,
        n=24,
        r=6,
        d=d,
        status=Status.NEAR_CEILING if number == 1 and epoch == 0 else Status.OK,
    )


def record_epoch(writer: RunWriter, epoch: int, *, layers: dict[str, int], m: int, arrays: bool = True) -> None:
    """Record one epoch of everything a run stores, arrays first, as the runner does."""
    draws = np.random.default_rng([7, epoch])
    writer.record_history(
        epoch,
        train_loss=float(np.exp(-epoch / 50)),
        test_loss=float(np.exp(-epoch / 60)),
        train_accuracy=0.5,
        test_accuracy=0.45,
        seconds=0.1 * epoch,
    )
    classes = np.arange(m) % 2
    kept = {layer: d for layer, d in layers.items() if arrays and layer.isalnum()}  # others cannot name an array
    for layer, d in kept.items():
        centres = np.linspace(-1, 1, 2 * d).reshape(2, d)[classes] * np.log1p(epoch)
        values = np.tanh(centres + draws.normal(size=(m, d)))
        writer.save_array(f"representations/{layer}", values.astype(np.float32), epoch=epoch)
    writer.record_measures(epoch, [(layer, "within_cosine", 0.1 * epoch) for layer in layers])
    found = [
        (layer, an_interval(layer, epoch, quantity, mode, d))
        for quantity in ("I(X;T)", "I(Y;T)")
        for mode in ("certified", "asymptotic")
        for layer, d in layers.items()
    ]
    writer.record_estimates(epoch, found, seconds=2.0)


@pytest.fixture(scope="session")
def recorded_epoch():
    return record_epoch


@pytest.fixture(scope="session")
def stored_run():
    """Return a function that writes a whole run: folder, epochs, layers with their widths, number of inputs."""

    def write(
        folder: Path,
        epochs: Sequence[int] = (0, 1, 10, 100),
        layers: dict[str, int] | None = None,
        *,
        m: int = 60,
        arrays: bool = True,
        experiment: str = "szt-tanh",
        seed: int = 3,
    ) -> Run:
        widths = {"T1": 6, "T2": 3, "T3": 2} if layers is None else layers
        config = {"beta": 0.005, "hidden": [6, 3], "seed": seed}
        with RunWriter.create(folder, experiment=experiment, config=config, seed=seed, command=["x"]) as writer:
            writer.record_event("plan", epochs=max(epochs), estimated=list(epochs), layers=list(widths))
            if arrays:
                writer.save_array("labels", np.arange(m) % 2)
                writer.save_array("kept_inputs", np.arange(m))
            for epoch in epochs:
                record_epoch(writer, epoch, layers=widths, m=m, arrays=arrays)
            writer.record_event("warning", "an interval is wide", epoch=0)
        return load_run(folder)

    return write
