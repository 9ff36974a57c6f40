"""Claim 10: on the 12-bit problem the information of the last hidden layers rises and falls."""

import math

from infoflow.claims import curves, statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.runs import Run


def _check(context: Context) -> Measurement:
    runs = studies.szt_runs(context)
    values = [value for run in runs for value in _values(run)]
    config = studies.szt_config(context)
    note = (
        f"12-10-7-5-4-3-2 tanh network, beta = {config.beta:g}, {config.epochs} epochs, {config.checkpoints + 1} of "
        f"them estimated with {config.n} centres and {config.r} fresh draws per input; X uniform on all 4096 inputs."
    )
    return Measurement(values=values, seeds=context.seeds, notes=[note])


def _values(run: Run) -> list[Measured]:
    name = studies.label(run)
    found = {layer: studies.curve(run, layer) for layer in studies.LAYERS}
    t4, t5 = found["T4"], found["T5"]
    end = t5.epoch[-1:]
    values = [
        curves.largest("T5 peak", t5, label=name),
        curves.fall_to_end("T5 fall", t5, label=name),
        curves.largest_decrease("T4 decrease", t4, label=name),
        curves.fall_to_end("T4 fall", t4, label=name),
        *(curves.smallest("first layers", found[layer], label=f"{name}, {layer}") for layer in ("T1", "T2")),
        curves.smallest("T3", found["T3"], label=name),
    ]
    accuracies = {key: float(studies.history(run, key, end)[0]) for key in ("train_accuracy", "test_accuracy")}
    return values + [statistics.exact(key, value, label=name) for key, value in accuracies.items()]


CLAIM = Claim(
    number=10,
    title="SZT tanh: rise and fall of I(X;T)",
    claimed=(
        "In the noisy tanh network I(X;T_5) peaks at 4.3 to 5.5 nats and ends at least 1.5 nats lower; I(X;T_4) "
        "drops by at least 0.8 (published: 7.1 to 5.6 at the end); T_1 to T_3 stay high."
    ),
    source="G19 section 5, published run",
    criteria=(
        Criterion(key="T5 peak", text="largest I(X;T_5) over epochs", least=4.3, most=5.5),
        Criterion(key="T5 fall", text="largest I(X;T_5) less the last", least=1.5),
        Criterion(key="T4 decrease", text="largest decrease of I(X;T_4) from one epoch to a later one", least=0.8),
        Criterion(key="T4 fall", text="largest I(X;T_4) less the last", least=0.8),
        Criterion(key="first layers", text="smallest I(X;T_1), I(X;T_2) over epochs", least=math.log(4096) - 0.1),
        Criterion(key="T3", text="smallest I(X;T_3) over epochs", least=7.0),
        Criterion(key="train_accuracy", text="training accuracy at the end (published .995 or more)", unit=""),
        Criterion(key="test_accuracy", text="test accuracy at the end (published .96 to .985)", unit=""),
    ),
    check=_check,
    per_seed=True,
)
