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
    best = min(tried, key=lambda alpha: sum(_last(run, "test_loss") for run in tried[alpha]))
    values = [value for pair in zip(plain, tried[best], strict=True) for value in _values(*pair, alpha=best)]
    values += [value for alpha, runs in tried.items() for value in _reported(runs, alpha)]
    note = (
        f"W <- W - alpha (W W' W - W) after every step, all layers but the last. The paper does not print alpha: tried "
        f"{', '.join(f'{alpha:g}' for alpha in alphas)}, and judged at {best:g}, of the smallest mean test loss."
    )
    return Measurement(values=values, seeds=context.seeds, notes=[note])


def _values(plain: Run, kept: Run, *, alpha: float) -> list[Measured]:
    name = f"{studies.label(kept)}, alpha={alpha:g}"
    without = curves.fall_to_end("fall", studies.curve(plain, "T5"), label=name)
    with_it = curves.fall_to_end("fall", studies.curve(kept, "T5"), label=name)
    return [
        ratio("part left", with_it, without, label=name),
        statistics.exact("test loss", _last(kept, "test_loss") - _last(plain, "test_loss"), label=name),
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
            curves.fall_to_end("fall", curve, label=name),
            statistics.exact("final test loss", _last(run, "test_loss"), label=name),
            statistics.exact("scatter", float(scatter[0]), label=name),
        ]
    return values


def _last(run: Run, name: str) -> float:
    return float(run.history[name].iloc[-1])


CLAIM = Claim(
    number=12,
    title="orthonormality removes the fall",
    claimed=(
        "With weights kept near orthonormal, clustering and the fall of I(X;T) almost vanish, and the test loss is "
        "as good "
        "or better: compression is not needed for generalisation."
    ),
    source="G19 section 5",
    criteria=(
        Criterion(
            key="part left", text="fall of I(X;T_5) with the constraint over that without, same seed", most=0.5, unit=""
        ),
        Criterion(key="test loss", text="final test loss with the constraint less that without, same seed", most=0.0),
        Criterion(key="fall", text="largest I(X;T_5) less the last, with the constraint"),
        Criterion(key="final test loss", text="test loss at the end, with the constraint"),
        Criterion(key="scatter", text="within/total scatter of T_5 at the end, with the constraint", unit=""),
    ),
    check=_check,
    per_seed=True,
)
