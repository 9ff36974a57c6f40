"""Claim 11: I(X;T) falls when, and only because, representations of one class move together."""

import numpy as np

from infoflow.claims import curves, statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.runs import Run

_SCATTER = "within_total_scatter"


def _check(context: Context) -> Measurement:
    runs = studies.szt_runs(context)
    notes = ["Within-class over total scatter of the noiseless T_5, one draw per input. Correlations are Spearman's."]
    if context.quick:
        notes.append("Quick: few epochs lie in the late fall, so a correlation over it may stay undecided.")
    return Measurement(values=[value for run in runs for value in _values(run)], seeds=context.seeds, notes=notes)


def _values(run: Run) -> list[Measured]:
    name = studies.label(run)
    curve = studies.curve(run, "T5")
    scatter = studies.measure(run, "T5", _SCATTER, curve.epoch)
    early = int(np.argmax(np.where(curve.epoch <= studies.EARLY // 2, curve.estimate, -np.inf)))
    late = int(np.argmax(np.where(curve.epoch > studies.EARLY, curve.estimate, -np.inf)))
    trough = early + int(np.argmin(curve.estimate[early : late + 1]))
    values: list[Measured] = []
    for fall, start, stop in (("early", early, trough), ("late", late, len(curve.epoch) - 1)):
        where = f"{name}, epochs {curve.epoch[start]} to {curve.epoch[stop]}"
        values.append(curves.change(f"{fall} fall", curve, start, stop, label=where))
        values.append(statistics.exact(f"{fall} scatter", scatter[stop] / scatter[start], label=where))
    inside = slice(late, None)
    values.append(statistics.rank_correlation("late", curve.estimate[inside], scatter[inside], label=name))
    values.append(statistics.rank_correlation("whole run", curve.estimate, scatter, label=name))
    sequence = ", ".join(f"{value:.2f} ({k})" for k, value in zip(curve.epoch, scatter, strict=True))
    values.append(statistics.exact("end", float(scatter[-1]), label=f"{name}: {sequence}"))
    return values


CLAIM = Claim(
    number=11,
    title="falls of I(X;T) coincide with clustering",
    claimed="When I(X;T_5) falls, representations of one class move together: their scatter falls with it.",
    source="G19 section 5, figure of scatter plots",
    criteria=(
        Criterion(key="early fall", text="change of I(X;T_5) from its first peak to the trough after it", most=-0.3),
        Criterion(key="early scatter", text="within/total scatter over that span: last over first", most=0.75, unit=""),
        Criterion(key="late fall", text="change of I(X;T_5) from its second peak to the end", most=-0.3),
        Criterion(key="late scatter", text="within/total scatter over that span: last over first", most=0.75, unit=""),
        Criterion(
            key="late", text="correlation of I(X;T_5) and scatter from the second peak to the end", least=0.5, unit=""
        ),
        Criterion(key="whole run", text="the same correlation over the whole run, rises included", unit=""),
        Criterion(key="end", text="within/total scatter at the end, after the sequence (epoch)", unit=""),
    ),
    check=_check,
    per_seed=True,
)
