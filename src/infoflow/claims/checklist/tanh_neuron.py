"""Claim 7: the information of a tanh neuron rises with its weight, then falls to the entropy of what it decides."""

import math

import numpy as np

from infoflow._types import Array, IntArray
from infoflow.claims import statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement, printed
from infoflow.claims.context import Context
from infoflow.estimators import input_information
from infoflow.experiments.config import ExperimentConfig
from infoflow.runs import Run
from infoflow.truths import single_neuron

_BETA = 0.05
_PRINTED = {0.03: 0.4991, 0.1: 1.2630, 0.2: 1.3689, 0.5: 1.1654, 1.0: 1.0226, 2.0: 0.6031, 5.0: 0.5623}
_MIDDLE = 0.5 * math.log(2) + 0.5 * math.log(4)
"""Entropy of {1/2, 1/4, 1/4}, 1.0397: two of the four points merged."""
_END = (6.9, -14.3)
"""Published end of training, (w, b)."""
_LAYER = "T1"
_LINE = "X uniform on -3, -1, 1, 3, beta = .05, along b = -2w; exact values by quadrature."
_LIMIT = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)


def _check(context: Context) -> Measurement:
    config = neuron_config(context)
    trained = [value for run in context.study("neuron-tanh", config) for value in _trained(run)]
    steps = config.epochs * config.passes
    reached = max(value.estimate for value in trained if value.key == "end w")
    note = (
        f"Trained: SGD from w = b = 0, squared loss on the noisy output, {steps} steps of all four points at rate "
        f"{config.lr:g}, ten times the published .001 and so like {round(steps * config.lr / 1e-3)} published steps; "
        f"{config.checkpoints + 1} epochs measured. Beyond saturation the gradient falls like exp(-4w), so that w "
        f"grows like the logarithm of the number of steps: w = {_END[0]:g} would take some "
        f"{math.exp(4 * (_END[0] - reached)):.0e} times as many. The paper does not say how long it trained."
    )
    return Measurement(values=[*_along_the_line(), *trained], seeds=context.seeds, notes=[_LINE, note])


def neuron_config(context: Context) -> ExperimentConfig:
    """Return the settings of the trained neuron; all intervals of one run hold together with 95 %."""
    epochs, checkpoints = context.choose((1000, 12), (10_000, 60))
    return ExperimentConfig(
        problem="neuron",
        hidden=(1,),
        head="none",
        start=(0.0, 0.0),
        beta=_BETA,
        n_train=0,
        epochs=epochs,
        passes=10,
        batch_size=4,
        loss="squared",
        optimizer="sgd",
        lr=0.01,
        checkpoints=checkpoints,
        n=16,
        r=500,
        confidence=1.0 - 0.05 / (checkpoints + 1),
    )


def _trained(run: Run) -> list[Measured]:
    """Return what is asked of a trained neuron: the exact information along its path, its end, and the coverage."""
    name = studies.label(run)
    found = studies.curve(run, _LAYER)
    w, b = (studies.measure(run, _LAYER, key, found.epoch) for key in ("w", "b"))
    exact, tolerance = _exact_along(w, b, found.epoch)
    missed = (exact < found.lower - tolerance) | (exact > found.upper + tolerance)
    peak = int(exact.argmax())
    return [
        statistics.exact("path rise", float(exact[peak] - exact[0]), tolerance=2 * tolerance, label=name),
        statistics.exact("path fall", float(exact[peak] - exact[-1]), tolerance=2 * tolerance, label=name),
        statistics.exact("path end", float(exact[-1]), tolerance=tolerance, label=name),
        statistics.exact("missed", float(missed.sum()), label=f"{name}, of {len(exact)}"),
        statistics.exact("b/w", float(b[-1] / w[-1]), label=name),
        statistics.exact("end w", float(w[-1]), label=name),
        statistics.exact("end b", float(b[-1]), label=name),
    ]


def _exact_along(w: Array, b: Array, epochs: IntArray) -> tuple[Array, float]:
    """Return I(X;T) by quadrature at the trained weights, shape (k,), and the largest tolerance of any of them."""
    neurons = [single_neuron("tanh", w=float(w[k]), b=float(b[k]), beta=_BETA) for k in range(len(epochs))]
    return np.array([neuron.information for neuron in neurons]), max(neuron.tolerance for neuron in neurons)


def _along_the_line() -> list[Measured]:
    exact: dict[float, float] = {}
    covered, values = 0, list[Measured]()
    for w in _PRINTED:
        neuron = single_neuron("tanh", w=w, b=-2 * w, beta=_BETA)
        exact[w] = neuron.information
        values.append(statistics.exact(_key(w), neuron.information, tolerance=neuron.tolerance))
        interval = input_information(neuron.draw(1, 0), beta=_BETA, exact=True)
        covered += interval.lower <= neuron.information <= interval.upper
        values.append(statistics.bounds("interval", interval, label=f"w={w:g}"))
    peak = max(exact.values())
    values += [
        statistics.exact("rise", peak - exact[0.03]),
        statistics.exact("fall", peak - exact[5.0]),
        statistics.exact("limit", exact[5.0] - _LIMIT),
        statistics.exact("covered", float(covered)),
    ]
    return values


def _key(w: float) -> str:
    return f"I, w={w:g}"


CLAIM = Claim(
    number=7,
    title="tanh neuron: rise, fall and limit",
    claimed=(
        "Along b = -2w the information of one tanh neuron rises as the points spread and falls as they saturate, "
        "towards H(1/4) = .5623, not ln 2; SGD from w = b = 0 takes this path and ends at w = 6.9, b = -14.3."
    ),
    source="G19 section 4",
    criteria=(
        *(printed(_key(w), "exact I(X;T)", value, 4) for w, value in _PRINTED.items()),
        Criterion(key="rise", text="largest I less that at w = .03", least=0.5),
        Criterion(key="fall", text="largest I less that at w = 5", least=0.5),
        Criterion(key="limit", text="I at w = 5 less H(1/4)", least=-1e-4, most=1e-4),
        Criterion(key="interval", text="certified interval of I(X;T)"),
        Criterion(key="covered", text="of seven certified intervals, those that cover the exact I", least=7, unit=""),
        Criterion(
            key="path rise", text="training: largest exact I along the path less that at w = b = 0", least=_MIDDLE
        ),
        Criterion(key="path fall", text="training: largest exact I along the path less the last", least=0.3),
        Criterion(
            key="path end",
            text="training: exact I at the end, past three points (1.0397) on the way to H(1/4)",
            least=_LIMIT - 1e-4,
            most=_MIDDLE,
        ),
        Criterion(
            key="missed",
            text="training: measured epochs at which the certified interval misses the exact I",
            most=0,
            unit="",
        ),
        Criterion(key="b/w", text="training: b/w at the end is near -2", least=-2.2, most=-1.8, unit=""),
        printed("end w", "training: w at the end", _END[0], 1, unit=""),
        printed("end b", "training: b at the end", _END[1], 1, unit=""),
    ),
    check=_check,
    per_seed=True,
)
