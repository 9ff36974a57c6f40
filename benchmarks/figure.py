"""Whole tasks on the 12-bit network: the paper's method against a certified interval, and the whole figure."""

import math
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.neighbors import KernelDensity

from benchmarks.measure import Row, row
from benchmarks.trained import Trained, fresh, stored
from infoflow import input_information
from infoflow.experiments.estimation import measure
from infoflow.networks import sample_representations

N_X, N_MC = 1000, 1000  # of the paper: draws per input, noise per draw
FIGURE_EPOCHS = 84
WIDTH = 0.1


def _networks(run: Path | None, *, quick: bool) -> Iterator[Trained]:
    return stored(run) if run is not None else fresh(10, 1) if quick else fresh(300, 8)


def paper_method(run: Path | None, *, quick: bool) -> Iterator[Row]:
    """Time ``h(T|x)`` of the paper, a ``KernelDensity`` per input, against an interval for I(X;T) from n draws.

    Of the paper's method only the conditional entropies are timed, on a few inputs and a thousandth of the evaluations,
    scaled; the pooled entropy and the draws would come on top. infoflow's time includes the draws.
    """
    *_, last = _networks(run, quick=quick)
    config, inputs = last.config, last.problem.inputs
    layers = ["T5"] if quick else ["T2", "T3", "T4", "T5"]
    n_inputs = 1 if quick else 8
    few = sample_representations(last.network, inputs, N_X, seed=1, layers=layers) if not quick else None
    rng = np.random.default_rng(0)
    for layer in layers:
        started, clock = time.process_time(), time.perf_counter()
        draws = [
            sample_representations(last.network, inputs, count, seed=seed, layers=[layer])[layer]
            for seed, count in ((2, config.n), (3, config.r))
        ]
        interval = input_information(*draws, beta=config.beta, queries_per_input=config.queries_per_input)
        ours, wall = time.process_time() - started, time.perf_counter() - clock
        d = draws[0].shape[2]
        shape = (config.n, config.queries_per_input, d)
        kernel = f"one layer, I(X;T), {layer} at epoch {last.epoch}"
        mode = f"certified 95 %, [{interval.lower:.3f}, {interval.upper:.3f}], width {interval.width:.3f}"
        yield row(kernel, "infoflow", mode, shape, [ours], wall=wall, first_call=ours, error=interval.width)
        table = draws[0] if few is None else few[layer]
        times: list[float] = []
        for i in rng.choice(len(inputs), n_inputs, replace=False):
            centres = table[i]
            points = centres[rng.integers(0, len(centres), N_X)] + config.beta * rng.standard_normal((N_X, d))
            started = time.process_time()
            density = KernelDensity(bandwidth=config.beta, rtol=1e-8, atol=0.0).fit(centres)
            density.score_samples(points)
            times.append((time.process_time() - started) * len(inputs) * N_MC)
        mode = f"n_x = {table.shape[1]}, n_mc = {N_MC}, scaled from {n_inputs} inputs and {N_X} points each"
        yield row(
            kernel,
            "scikit-learn",
            mode,
            shape,
            times,
            wall=float(np.median(times)),
            first_call=times[0],
            error=math.nan,
        )


def whole_figure(run: Path | None, *, quick: bool) -> Iterator[Row]:
    """Time what is measured at the epochs of a figure: all layers, I(X;T) and I(Y;T), both modes, and clustering."""
    cpu: list[float] = []
    walls: list[float] = []
    widths: dict[str, list[float]] = {"I(X;T)": [], "I(Y;T)": []}
    for one in _networks(run, quick=quick):
        started, clock = time.process_time(), time.perf_counter()
        found = measure(one.network, one.problem, one.config, one.epoch)
        cpu.append(time.process_time() - started)
        walls.append(time.perf_counter() - clock)
        for _, interval in found.intervals:
            if interval.mode == "certified":
                widths[interval.quantity].append(interval.width)
    scale = FIGURE_EPOCHS / len(cpu)
    for quantity, values in widths.items():
        narrow = 100.0 * float(np.mean(np.array(values) <= WIDTH))
        mode = (
            f"{len(cpu)} epochs, scaled to {FIGURE_EPOCHS}; {quantity}: {narrow:.1f} % of {len(values)} widths at most "
            f"{WIDTH:g}, largest {max(values):.3f}"
        )
        # one time for both quantities: they come from the same pass
        yield row(
            "the whole 12-bit figure", "infoflow", mode, (4096, FIGURE_EPOCHS, 10), [sum(cpu) * scale],
            wall=sum(walls) * scale, first_call=cpu[0], error=max(values),
        )  # fmt: skip
