"""Claim 13: the binned entropy of the twin without noise follows the noisy I at moderate width, not at tiny."""

import math

import numpy as np

from infoflow.claims import statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.runs import Run

_TINY, _MODERATE, _SHOWN = 1e-4, (0.01, 0.07), (1e-3, 0.01, 0.07, 0.25)
_LOG_M = math.log(4096)


def _check(context: Context) -> Measurement:
    values = [value for run in studies.szt_runs(context) for value in _values(run)]
    note = (
        "Bins of equal width, all 4096 inputs, the trained network with its noise switched off everywhere. A twin "
        "cannot stay pinned once two saturated representations are closer than a bin."
    )
    return Measurement(values=values, seeds=context.seeds, notes=[note])


def _values(run: Run) -> list[Measured]:
    name = studies.label(run)
    values: list[Measured] = []
    for layer in studies.LAYERS:
        curve = studies.curve(run, layer)
        tiny = studies.measure(run, layer, _name(_TINY), curve.epoch)
        values.append(statistics.exact("pinned", float(tiny.min()), label=f"{name}, {layer}"))
    curve = studies.curve(run, "T5")
    for width in _SHOWN:
        binned = studies.measure(run, "T5", _name(width), curve.epoch)
        key = "follows" if width in _MODERATE else "other widths"
        where = f"{name}, width {width:g}"
        values.append(statistics.rank_correlation(key, curve.estimate, binned, label=where))
        values.append(statistics.exact("range", float(np.ptp(binned)), label=where))
    return values


def _name(width: float) -> str:
    return f"twin_H_bin[{width:g}]"


CLAIM = Claim(
    number=13,
    title="binned entropy of the deterministic twin",
    claimed=(
        "H(Bin(T_l)) of the network without noise follows the rises and drops of the noisy I(X;T_l) at moderate bin "
        "width, and is pinned at ln 4096 at tiny width."
    ),
    source="G19 section 5",
    criteria=(
        Criterion(
            key="pinned",
            text=f"smallest H(Bin(T_l)) over epochs, bins of {_TINY:g}, is within .01 of ln 4096",
            least=_LOG_M - 0.01,
            most=_LOG_M + 1e-9,
        ),
        Criterion(
            key="follows",
            text="correlation over epochs of I(X;T_5) and H(Bin(T_5)), moderate width",
            least=0.5,
            unit="",
        ),
        Criterion(key="other widths", text="the same correlation", unit=""),
        Criterion(key="range", text="largest less smallest H(Bin(T_5)) over epochs"),
    ),
    check=_check,
    per_seed=True,
)
