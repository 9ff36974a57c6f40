"""Claim 1: without noise I(X;T) is constant, whatever the weights, and only a binned entropy moves."""

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch

from infoflow._errors import IllPosedError
from infoflow._types import Array
from infoflow.claims import statistics
from infoflow.claims.claim import Claim, Criterion, Measurement
from infoflow.claims.context import Context
from infoflow.clustering import binned_entropy
from infoflow.estimators import input_information, sample_propagation, smoothed_entropy
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.models import build_network
from infoflow.experiments.problems import Problem, load_problem
from infoflow.experiments.training import Trainer
from infoflow.networks import NoisyNetwork, make_noisy, sample_representations

_LOG_M = math.log(4096)
_WIDTH = 0.07
_GAINS = (0.5, 1.0, 2.0, 3.0)
_ROUNDING = 1e-12


def _check(context: Context) -> Measurement:
    epochs = context.choose(300, 3000)
    entropies: dict[str, list[float]] = {}
    binned: list[float] = []
    problem = load_problem(ExperimentConfig())
    for network in _networks(problem, epochs, context.choose(1, 3)):
        for layer, rows in _deterministic(network, problem).items():
            entropies.setdefault(layer, []).append(_entropy(rows))
        binned.append(binned_entropy(_deterministic(network, problem)["T5"], width=_WIDTH).H_bin)
    values = [
        statistics.exact("entropy", found, tolerance=_ROUNDING, label=f"{layer}, {kind} of {len(all_found)} networks")
        for layer, all_found in entropies.items()
        for kind, found in (("smallest", min(all_found)), ("largest", max(all_found)))
    ]
    values.append(statistics.exact("binned range", max(binned) - min(binned), how="exact for these networks"))
    values.append(statistics.exact("refusals", float(_refusals())))
    return Measurement(
        values=values,
        seeds=tuple(range(context.choose(1, 3))),
        notes=[
            "Networks 12-10-7-5-4-3-2, tanh, no noise: default weights times "
            f"{', '.join(f'{gain:g}' for gain in _GAINS)}, and one trained for {epochs} epochs without noise, looked "
            "at four times. Entropy of the 4096 representations in double precision, each distinct row one symbol."
        ],
    )


def _networks(problem: Problem, epochs: int, n_seeds: int) -> Iterator[NoisyNetwork]:
    for seed in range(n_seeds):
        config = ExperimentConfig(seed=seed)
        for gain in _GAINS:
            network = build_network(config, 12, 2)
            with torch.no_grad():
                for parameter in network.model.parameters():
                    parameter *= gain
            yield network
        network = build_network(config, 12, 2)
        trainer = Trainer(network, problem, config)
        for _ in range(4):
            with network.noiseless():
                for _ in range(epochs // 4):
                    trainer.train_epoch()
            yield network


def _deterministic(network: NoisyNetwork, problem: Problem) -> dict[str, Array]:
    """Return the noiseless representation of every input by layer, in double precision, shape (m, d)."""
    network.model.double()
    try:
        with network.noiseless():
            drawn = sample_representations(network, problem.inputs.astype(np.float64), 1)
        return {layer: np.asarray(draws[:, 0]) for layer, draws in drawn.items()}
    finally:
        network.model.float()


def _entropy(rows: Array) -> float:
    counts = np.unique(rows, axis=0, return_counts=True)[1] / len(rows)
    return float(-(counts * np.log(counts)).sum())


def _refusals() -> int:
    """Return how many entry points refuse a noiseless layer."""
    draws = np.zeros((2, 2, 1))
    entries: list[Callable[[], object]] = [
        lambda: input_information(draws, draws + 1, beta=0.0),
        lambda: sample_propagation(draws, beta=0.0),
        lambda: smoothed_entropy(draws[0], beta=0.0),
        lambda: make_noisy(torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.Tanh(), torch.nn.Linear(1, 1)), 0.0),
        lambda: ExperimentConfig(beta=0.0),
    ]
    return sum(_refuses(entry) for entry in entries)


def _refuses(entry: Callable[[], object]) -> bool:
    try:
        entry()
    except IllPosedError:
        return True
    return False


CLAIM = Claim(
    number=1,
    title="deterministic vacuity",
    claimed=(
        "In a deterministic network with injective activations I(X;T_l) = H(X) = ln m at every layer, whatever the "
        "weights; what earlier work saw moving was the binning."
    ),
    source="G19 section 2",
    criteria=(
        Criterion(
            key="entropy",
            text="H(T_l) = I(X;T_l) of every noiseless network is ln 4096",
            least=_LOG_M - 1e-9,
            most=_LOG_M + 1e-9,
        ),
        Criterion(
            key="binned range",
            text=f"H(Bin(T_5)), bins of {_WIDTH:g}, differs between these networks by at least half a nat",
            least=0.5,
        ),
        Criterion(key="refusals", text="entry points that refuse beta = 0, of 5", least=5, most=5, unit=""),
    ),
    check=_check,
)
