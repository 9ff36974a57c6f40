"""Claim 7: the information of a tanh neuron rises with its weight, then falls to the entropy of what it decides."""

import math

from infoflow.claims import statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement, printed
from infoflow.claims.context import Context
from infoflow.estimators import input_information
from infoflow.truths import single_neuron

_BETA = 0.05
_PRINTED = {0.03: 0.4991, 0.1: 1.2630, 0.2: 1.3689, 0.5: 1.1654, 1.0: 1.0226, 2.0: 0.6031, 5.0: 0.5623}
_LIMIT = -0.25 * math.log(0.25) - 0.75 * math.log(0.75)


def _check(context: Context) -> Measurement:
    del context  # seconds in either variant
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
    note = "X uniform on -3, -1, 1, 3, beta = .05, along b = -2w; exact values by quadrature."
    return Measurement(values=values, seeds=(0,), notes=[note])


def _key(w: float) -> str:
    return f"I, w={w:g}"


CLAIM = Claim(
    number=7,
    title="tanh neuron: rise, fall and limit",
    claimed=(
        "Along b = -2w the information of one tanh neuron rises as the points spread and falls as they saturate, "
        "towards H(1/4) = .5623, not ln 2."
    ),
    source="G19 section 4",
    criteria=(
        *(printed(_key(w), "exact I(X;T)", value, 4) for w, value in _PRINTED.items()),
        Criterion(key="rise", text="largest I less that at w = .03", least=0.5),
        Criterion(key="fall", text="largest I less that at w = 5", least=0.5),
        Criterion(key="limit", text="I at w = 5 less H(1/4)", least=-1e-4, most=1e-4),
        Criterion(key="interval", text="certified interval of I(X;T)"),
        Criterion(key="covered", text="of seven certified intervals, those that cover the exact I", least=7, unit=""),
    ),
    check=_check,
)
