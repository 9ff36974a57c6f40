"""Claim 16: certified intervals never contradict the data-processing inequality."""

import numpy as np
import pandas as pd

from infoflow._types import Array
from infoflow.claims import statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.runs import Run
from infoflow.truths import catalogue
from infoflow.verification import verify


def _check(context: Context) -> Measurement:
    runs = studies.szt_runs(context)
    values = [value for run in runs for value in _values(run)]
    replicates, samples = context.choose((1, 1000), (4, 4000))
    outcome = verify(replicates=replicates, samples=samples, seed=0)
    values.append(statistics.exact("known truths", outcome.certified_count - outcome.certified_covered))
    note = (
        f"All estimated epochs of the tanh runs, both quantities, raw ends before any tightening; {len(catalogue())} "
        "known "
        f"truths, {replicates} replicates with {samples} draws, {outcome.certified_count} certified intervals in all."
    )
    return Measurement(values=values, seeds=context.seeds, notes=[note])


def _values(run: Run) -> list[Measured]:
    table = run.table
    certified = table[table["mode"] == "certified"]
    margins = margins_of(certified)
    name = f"{studies.label(run)}, {len(margins)} pairs of layers"
    return [
        statistics.exact("crossings", float(np.count_nonzero(margins < 0)), label=name),
        statistics.exact("margin", float(margins.min()), label=name),
        statistics.exact("width", float((certified["upper"] - certified["lower"]).max()), label=name),
    ]


def margins_of(certified: pd.DataFrame) -> Array:
    """Return ``raw upper_j - raw lower_l`` of layers j before l, over epochs and quantities, shape (k,)."""
    margins: list[float] = []
    for _, rows in certified.groupby(["epoch", "quantity"]):
        chain = rows.sort_values("layer", key=lambda names: names.str.removeprefix("T").astype(int))
        upper, lower = chain["raw_upper"].to_numpy(), chain["raw_lower"].to_numpy()
        margins += [float(upper[j] - lower[k]) for k in range(len(chain)) for j in range(k)]
    return np.array(margins)


CLAIM = Claim(
    number=16,
    title="data-processing audit",
    claimed=(
        "I(X;T_l) and I(Y;T_l) cannot grow along the layers; certified intervals never say that they do (the published "
        "estimates do: I(T_2) above I(T_1) by .15)."
    ),
    source="data-processing inequality; G19 published run",
    criteria=(
        Criterion(key="crossings", text="pairs whose later lower end exceeds the earlier upper end", most=0, unit=""),
        Criterion(key="margin", text="smallest earlier upper end less later lower end"),
        Criterion(key="width", text="widest certified interval"),
        Criterion(key="known truths", text="certified intervals that miss a known truth", most=0, unit=""),
    ),
    check=_check,
    per_seed=True,
)
