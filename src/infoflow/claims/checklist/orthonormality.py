"""Claim 12: keeping the weights near orthonormal removes most of the fall, at equal or better test loss."""

import math
from collections.abc import Sequence

from infoflow.claims import curves, statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.runs import Run


def _check(context: Context) -> Measurement:
    alphas = context.choose((1e-3,), (1e-4, 1e-3, 1e-2))
    plain = studies.szt_runs(context)
    tried = {alpha: studies.variant_runs(context, f"szt-orthonormal-{alpha:g}", orthonormal=alpha) for alpha in alphas}
    best = min(tried, key=lambda alpha: sum(_final_loss(run) for run in tried[alpha]))
    values = [value for pair in zip(plain, tried[best], strict=True) for value in _values(*pair, alpha=best)]
    values += [value for alpha, runs in tried.items() for value in _reported(runs, alpha)]
    note = (
        f"W <- W - alpha (W W' W - W) after every step, all layers but the last. The paper does not print alpha: tried "
        f"{', '.join(f'{alpha:g}' for alpha in alphas)}, and judged at {best:g}, of the smallest mean test loss."
    )
    epochs = int(tried[best][0].history["epoch"].iloc[-1])
    span = f"Both are compared over the first {epochs} epochs; the long fall ends at 10000."
    return Measurement(values=values, seeds=context.seeds, notes=[note, span] if context.quick else [note])


def _values(plain: Run, kept: Run, *, alpha: float) -> list[Measured]:
    name = f"{studies.label(kept)}, alpha={alpha:g}"
    curve = studies.curve(kept, "T5")
    end = int(curve.epoch[-1])
    until_then = curves.part(studies.curve(plain, "T5"), 0, end)
    without = curves.largest_decrease("decrease", until_then, label=f"{studies.label(plain)}, alpha=0")
    with_it = curves.largest_decrease("decrease", curve, label=name)
    loss, plain_loss = (studies.history_until(run, "test_loss", end) for run in (kept, plain))
    return [
        ratio("part left", with_it, without, label=name),
        statistics.exact("test loss", loss - plain_loss, label=f"{name}, epoch {end}"),
        without,
        statistics.exact("final test loss", plain_loss, label=f"{studies.label(plain)}, alpha=0"),
    ]


def ratio(key: str, above: Measured, below: Measured, *, label: str) -> Measured:
    """Return the quotient of two non-negative quantities whose intervals hold together."""
    low = above.lower / below.upper if below.upper > 0 else 0.0
    high = above.upper / below.lower if below.lower > 0 else math.inf
    middle = above.estimate / below.estimate if below.estimate > 0 else math.nan
    return Measured(key=key, estimate=middle, lower=low, upper=high, interval=curves.KIND, label=label)


def _reported(runs: Sequence[Run], alpha: float) -> list[Measured]:
    values: list[Measured] = []
    for run in runs:
        name = f"{studies.label(run)}, alpha={alpha:g}"
        curve = studies.curve(run, "T5")
        scatter = studies.measure(run, "T5", "within_total_scatter", curve.epoch[-1:])
        values += [
            curves.largest_decrease("decrease", curve, label=name),
            statistics.exact("final test loss", _final_loss(run), label=name),
            statistics.exact("scatter", float(scatter[0]), label=name),
        ]
    return values


def _final_loss(run: Run) -> float:
    return float(run.history["test_loss"].iloc[-1])


CLAIM = Claim(
    number=12,
    title="orthonormality removes the fall",
    claimed=(
        "With weights kept near orthonormal, clustering and the fall of I(X;T) almost vanish, and the test loss is "
        "as good or better: compression is not needed for generalisation."
    ),
    source="G19 section 5",
    criteria=(
        Criterion(
            key="part left",
            text="largest decrease of I(X;T_5) with the constraint over that without",
            most=0.5,
            unit="",
        ),
        Criterion(key="test loss", text="final test loss with the constraint less that without, same seed", most=0.0),
        Criterion(key="decrease", text="largest decrease of I(X;T_5) from one epoch to a later one"),
        Criterion(key="final test loss", text="test loss at the end"),
        Criterion(key="scatter", text="within/total scatter of T_5 at the end, with the constraint", unit=""),
    ),
    check=_check,
    per_seed=True,
)
