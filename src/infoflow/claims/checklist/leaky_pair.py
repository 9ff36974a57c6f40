"""Claim 8: two leaky-ReLU neurons in series lose information without saturating."""

import itertools
import math

import numpy as np

from infoflow.claims import statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement, printed
from infoflow.claims.context import Context
from infoflow.estimators import layered_information
from infoflow.truths import DeepChain

_BETA = 0.05
_PARAMETERS = ((-0.88, 4.3), (-0.23, 0.24))
_LAST_UNITS = ((0.01, 0.1), (0.01, 0.01))
_PRINTED = 0.862


def _check(context: Context) -> Measurement:
    pair = _pair(_PARAMETERS)
    first = pair.at_layer(1)
    low, high = _rounding_range()
    gap = max(low - _PRINTED, _PRINTED - high, 0.0)
    values = [
        statistics.exact("I(X;T_1)", first.information, tolerance=first.tolerance),
        statistics.exact("I(X;T_2)", pair.information, tolerance=pair.tolerance),
        Measured(
            key="rounding",
            estimate=pair.information,
            lower=low,
            upper=high,
            interval="over the corners of the parameters' rounding box",
        ),
        statistics.exact("compatible", gap, tolerance=0.0),
        statistics.exact("below ln 8", math.log(8) - first.information, tolerance=first.tolerance),
        statistics.exact("loss", first.information - pair.information, tolerance=pair.tolerance),
        *_intervals(pair, context.choose(2000, 20_000)),
    ]
    note = (
        "Slope 1/10, X uniform on 1..8, beta = .05. At the weights as printed, rounded to two digits, I(X;T_2) is "
        ".8415 "
        "by two quadratures; weights that round to them give anything in the range reported, which contains .862."
    )
    return Measurement(values=values, seeds=(0,), notes=[note])


def _pair(parameters: tuple[tuple[float, float], ...]) -> DeepChain:
    return DeepChain("pair", np.arange(1.0, 9.0), parameters, "leaky_relu", _BETA)


def _rounding_range() -> tuple[float, float]:
    """Return the range of I(X;T_2) over the corners of the box of parameters that round to the printed ones."""
    found: list[float] = []
    for signs in itertools.product((-0.5, 0.5), repeat=4):
        shifts = np.array(signs).reshape(2, 2) * np.array(_LAST_UNITS)
        (w1, b1), (w2, b2) = np.array(_PARAMETERS) + shifts
        found.append(_pair(((float(w1), float(b1)), (float(w2), float(b2)))).information)
    return min(found), max(found)


def _intervals(pair: DeepChain, n: int) -> list[Measured]:
    """Return certified intervals of both layers from draws, and how many cover the exact values."""
    first = pair.at_layer(1)
    rows = layered_information(
        {"T_1": first.draw(1, 0), "T_2": pair.draw(n, 0)},
        {"T_2": pair.draw(n, 1)},
        beta=_BETA,
        modes=("certified",),
        exact={"T_1"},
    )
    truths = {"T_1": first.information, "T_2": pair.information}
    covered = sum(row.interval.lower <= truths[row.layer] <= row.interval.upper for row in rows)
    values = [statistics.bounds("interval", row.interval, label=row.layer) for row in rows]
    return [*values, statistics.exact("covered", float(covered))]


CLAIM = Claim(
    number=8,
    title="leaky-ReLU pair",
    claimed=(
        "Two leaky-ReLU neurons in series, at h = a(-.88x + 4.3) and a(-.23h + .24), have I(X;T_1) = 1.763 and "
        "I(X;T_2) = .862 of ln 8: clustering without saturation."
    ),
    source="G19 section 4",
    criteria=(
        printed("I(X;T_1)", "exact I(X;T_1) at the printed weights", 1.763, 3),
        printed("I(X;T_2)", "exact I(X;T_2) at the printed weights", _PRINTED, 3),
        Criterion(key="rounding", text="I(X;T_2) over weights that round to the printed ones"),
        Criterion(
            key="compatible",
            text="distance of .862 from that range: the printed value may be that of unrounded weights",
            least=0.0,
            most=0.0,
        ),
        Criterion(key="below ln 8", text="ln 8 less I(X;T_1)", least=0.0),
        Criterion(key="loss", text="I(X;T_1) less I(X;T_2): merging without saturation", least=0.5),
        Criterion(key="interval", text="certified interval of I(X;T_l) from draws"),
        Criterion(key="covered", text="of two certified intervals, those that cover the exact I", least=2, unit=""),
    ),
    check=_check,
)
