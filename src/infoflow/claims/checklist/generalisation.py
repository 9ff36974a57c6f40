"""Claim 18: compression is not generalisation: I falls while the test loss rises, and with labels that mean nothing."""

import numpy as np
from scipy.stats import beta as beta_distribution

from infoflow.claims import curves, statistics, studies
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.runs import Run

_N_TEST = 819


def _check(context: Context) -> Measurement:
    values = [value for run in studies.szt_runs(context) for value in _true_labels(run)]
    shuffled = studies.variant_runs(context, "szt-shuffled", labels="shuffled")
    values += [value for run in shuffled for value in _shuffled_labels(run)]
    note = "Losses and accuracies without noise, 819 test inputs; shuffled: the same labels dealt out at random."
    return Measurement(values=values, seeds=context.seeds, notes=[note])


def _true_labels(run: Run) -> list[Measured]:
    name = studies.label(run)
    curve = studies.curve(run, "T5")
    loss = studies.history(run, "test_loss", curve.epoch)
    best, peak = int(loss.argmin()), int(np.argmax(np.where(curve.epoch > studies.EARLY, curve.estimate, -np.inf)))
    where = f"{name}, from epoch {curve.epoch[best]}"
    return [
        curves.change("I after best loss", curve, best, -1, label=where),
        statistics.exact("loss after best loss", float(loss[-1] - loss[best]), label=where),
        statistics.exact(
            "loss over the fall", float(loss[-1] - loss[peak]), label=f"{name}, epoch {curve.epoch[peak]}"
        ),
    ]


def _shuffled_labels(run: Run) -> list[Measured]:
    name = studies.label(run)
    curve = studies.curve(run, "T5")
    end = curve.epoch[-1:]
    correct = round(float(studies.history(run, "test_accuracy", end)[0]) * _N_TEST)
    train = float(studies.history(run, "train_accuracy", end)[0])
    return [
        accuracy("shuffled, test accuracy", correct, _N_TEST, label=name),
        curves.largest_decrease("shuffled, decrease", curve, label=name),
        statistics.exact("shuffled, train accuracy", train, label=name),
    ]


def accuracy(key: str, correct: int, total: int, *, label: str) -> Measured:
    """Return a proportion with its Clopper-Pearson interval of 95 %."""
    low = float(beta_distribution.ppf(0.025, correct, total - correct + 1)) if correct else 0.0
    high = float(beta_distribution.ppf(0.975, correct + 1, total - correct)) if correct < total else 1.0
    kind = f"Clopper-Pearson 95 %, {total} inputs"
    return Measured(key=key, estimate=correct / total, lower=low, upper=high, interval=kind, label=label)


CLAIM = Claim(
    number=18,
    title="compression is not generalisation",
    claimed=(
        "In the long decrease of I(X;T_5) the test loss rises (.096 to .17): compression without lower loss; a "
        "network that is trained on shuffled labels compresses too."
    ),
    source="G19 section 5",
    criteria=(
        Criterion(
            key="I after best loss",
            text="change of I(X;T_5) from the epoch of the best test loss to the end",
            most=-0.5,
        ),
        Criterion(key="loss after best loss", text="change of the test loss over the same span", least=0.02),
        Criterion(key="loss over the fall", text="change of the test loss from the second peak of I to the end"),
        Criterion(key="shuffled, test accuracy", text="test accuracy with shuffled labels: chance", most=0.6, unit=""),
        Criterion(
            key="shuffled, decrease",
            text="largest decrease of I(X;T_5) with shuffled labels, epoch to epoch",
            least=0.5,
        ),
        Criterion(key="shuffled, train accuracy", text="training accuracy with shuffled labels", unit=""),
    ),
    check=_check,
    per_seed=True,
)
