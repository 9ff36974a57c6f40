"""Claim 17: I(Y;T_l) is at most H(Y), and rises towards it."""

import math

import numpy as np

from infoflow.claims import curves, statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.experiments.data import szt_problem
from infoflow.runs import Run

_PRINTED = 0.69256


def _check(context: Context) -> Measurement:
    ones = float(np.mean(szt_problem()[1]))
    H_y = -ones * math.log(ones) - (1 - ones) * math.log1p(-ones)
    values = [statistics.exact("H(Y)", H_y, tolerance=1e-12)]
    values += [value for run in studies.szt_runs(context) for value in _values(run, H_y)]
    return Measurement(values=values, seeds=context.seeds, notes=["Labels of all 4096 inputs, training and test."])


def _values(run: Run, H_y: float) -> list[Measured]:
    name = studies.label(run)
    table = run.table
    rows = table[(table["quantity"] == "I(Y;T)") & (table["mode"] == "certified")]
    t5 = studies.curve(run, "T5", "I(Y;T)")
    last = curves.part(t5, int(t5.epoch[-1]), int(t5.epoch[-1]))
    return [
        statistics.exact("ceiling", float(rows["raw_lower"].max()) - H_y, label=f"{name}, {len(rows)} intervals"),
        curves.change("rise", t5, 0, -1, label=name),
        curves.largest("end", last, label=name),
    ]


CLAIM = Claim(
    number=17,
    title="I(Y;T) is at most H(Y), and rises towards it",
    claimed="I(Y;T_l) <= H(Y) = .69256 at every layer and epoch, and it rises towards H(Y) in training.",
    source="G19 section 5",
    criteria=(
        Criterion(
            key="H(Y)", text="entropy of the labels: printed .69256", least=_PRINTED - 5e-6, most=_PRINTED + 5e-6
        ),
        Criterion(key="ceiling", text="largest lower end, before any clamping, less H(Y)", most=0.0),
        Criterion(key="rise", text="I(Y;T_5) at the end less that before training", least=0.3),
        Criterion(key="end", text="I(Y;T_5) at the end is at least nine tenths of H(Y)", least=0.9 * _PRINTED),
    ),
    check=_check,
    per_seed=True,
)
