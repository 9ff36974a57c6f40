"""Claim 14: moderate noise costs a digit classifier nothing, and its layers stay aligned with the noiseless ones."""

import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.stats import beta as beta_distribution
from scipy.stats import binom

from infoflow._errors import LoadError
from infoflow._types import Array
from infoflow.claims import images, statistics
from infoflow.claims.claim import Claim, Criterion, Measured, Measurement
from infoflow.claims.context import Context
from infoflow.experiments.images.cnn import LAYERS, OUTPUT
from infoflow.experiments.images.measuring import ERRORS, NOISY_ERRORS
from infoflow.experiments.images.recalibration import recalibrated_errors
from infoflow.runs import ArrayStore, Run

_PUBLISHED = {
    "deterministic": "50 (4.6)",
    "beta=0.05": "50 (5.0)",
    "beta=0.1": "51 (6.9)",
    "beta=0.2": "86 (9.8)",
    "beta=0.5": "2200 (520)",
    "dropout=0.2": "39 (3.9)",
}
_PEAKS = {
    ("beta=0.05", "T1"): ".76",
    ("beta=0.1", "T1"): ".70",
    ("beta=0.2", "T1"): ".57",
    ("beta=0.5", "T1"): ".51",
    ("beta=0.05", "L4"): ".96",
    ("beta=0.1", "L4"): ".96",
    ("beta=0.2", "L4"): ".94",
    ("beta=0.5", "L4"): "about .64",
}
_FIRST = LAYERS[0]


def _check(context: Context) -> Measurement:
    try:
        table = images.image_table(context)
    except (LoadError, ImportError) as error:
        return Measurement(values=[], notes=[f"No images: {error}"])
    runs = images.image_runs(context)
    errors = {name: [_errors(run, ERRORS) for run in found] for name, found in runs.items()}
    values: list[Measured] = []
    for name, counts in errors.items():
        noisy = [_errors(run, NOISY_ERRORS) for run in runs[name]]
        label = f"{name}, published {_PUBLISHED[name]}"
        anew = [float(recalibrated_errors(run)) for run in runs[name]]
        values += [spread("errors", counts, label=label), spread("noisy errors", noisy, label=label)]
        values.append(spread("recalibrated errors", anew, label=label))
    plain = sum(errors[images.DETERMINISTIC])
    for key, name in (("free", "beta=0.05"), ("free", "beta=0.1"), ("breaks", "beta=0.5"), ("dropout", "dropout=0.2")):
        values.append(rate_ratio(key, round(sum(errors[name])), round(plain), label=f"{name} over noiseless"))
    values += _alignment(context)
    for row in table.to_dict("records"):
        if row["noise"] == "gaussian":
            values += [_peak(row, layer) for layer in LAYERS]
    return Measurement(
        values=values, seeds=context.seeds, notes=[images.described(context)], stand_in=images.stand_in(context)
    )


def _errors(run: Run, measure: str) -> float:
    rows = run.measures
    rows = rows[(rows["layer"] == OUTPUT) & (rows["measure"] == measure)].sort_values("epoch")
    return float(rows["value"].iloc[-1])


def _peak(row: Mapping[Hashable, Any], layer: str) -> Measured:
    published = _PEAKS.get((row["variant"], layer))
    label = f"{row['variant']}, {layer}" + ("" if published is None else f", published {published}")
    return statistics.exact("peak", float(row[f"peak_{layer}"]), how="most frequent of 100 bins", label=label)


def spread(key: str, counts: Sequence[float], *, label: str) -> Measured:
    """Return the mean of counts over seeds with their range."""
    kind = f"range of {len(counts)} seeds"
    return Measured(
        key=key, estimate=float(np.mean(counts)), lower=min(counts), upper=max(counts), interval=kind, label=label
    )


def rate_ratio(key: str, above: int, below: int, *, label: str) -> Measured:
    """Return the ratio of two error rates from counts in samples of one size, with its exact interval.

    Given their sum, the first of two Poisson counts is binomial with probability ``ρ/(1+ρ)``: Clopper-Pearson for
    that. Both networks see the same test images, which correlates the counts and makes the interval wider than need be.
    """
    total = above + below
    low = float(beta_distribution.ppf(0.025, above, below + 1)) if above else 0.0
    high = float(beta_distribution.ppf(0.975, above + 1, below)) if below else 1.0
    middle = above / below if below else math.nan
    kind = f"exact for counts 95 %, {above} and {total - above} errors"
    return Measured(key=key, estimate=middle, lower=_odds(low), upper=_odds(high), interval=kind, label=label)


def _odds(probability: float) -> float:
    return probability / (1.0 - probability) if probability < 1.0 else math.inf


def _alignment(context: Context) -> list[Measured]:
    store, values = ArrayStore(images.image_folder(context) / "cosines"), list[Measured]()
    for seed in context.seeds:
        first, last = (
            {beta: store.load(f"beta-{beta:g}/noisy/{layer}", seed) for beta in images.BETAS}
            for layer in (_FIRST, OUTPUT)
        )
        for smaller, larger in pairwise(images.BETAS):
            where = f"seed {seed}, beta {smaller:g} less {larger:g}"
            values.append(median("ordering", first[smaller] - first[larger], label=where))
        for beta in images.BETAS[:-1]:
            values.append(median("aligned", last[beta], label=f"seed {seed}, beta {beta:g}"))
    return values


def median(key: str, values: Array, *, label: str) -> Measured:
    """Return the median of independent values with its distribution-free interval from order statistics."""
    ordered = np.sort(values)
    count = len(ordered)
    rank = int(binom.ppf(0.025, count, 0.5))
    low, high = (ordered[rank - 1], ordered[count - rank]) if rank >= 1 else (-math.inf, math.inf)
    kind = f"order statistics 95 %, {count} images"
    return Measured(
        key=key, estimate=float(np.median(ordered)), lower=float(low), upper=float(high), interval=kind, label=label
    )


CLAIM = Claim(
    number=14,
    title="MNIST: error table and cosine to the noiseless model",
    claimed=(
        "Noise up to beta = .1 costs no accuracy, beta = .5 breaks the network, dropout .2 helps; the "
        "representations stay "
        "aligned with the noiseless model's, less with more noise, and more in deeper layers. (Published numbers known "
        "from secondary sources: a direction, not an acceptance.)"
    ),
    source="G19 section 5 and supplement",
    criteria=(
        Criterion(key="errors", text="test errors without noise, mean over seeds", unit="errors"),
        Criterion(key="noisy errors", text="test errors with the noise on, mean over seeds", unit="errors"),
        Criterion(
            key="recalibrated errors",
            text="test errors without noise, batch-norm statistics estimated anew without noise, mean over seeds",
            unit="errors",
        ),
        Criterion(key="free", text="errors over those of the noiseless network", most=1.5, unit=""),
        Criterion(key="breaks", text="errors over those of the noiseless network", least=5.0, unit=""),
        Criterion(key="dropout", text="errors over those of the noiseless network", unit=""),
        Criterion(
            key="ordering",
            text=f"median over images of the drop in cosine to the noiseless model, {_FIRST}, beta to beta",
            least=0.0,
            unit="",
        ),
        Criterion(
            key="aligned",
            text=f"median cosine to the noiseless model, {OUTPUT}, beta <= .2 (published peaks .94 to .96)",
            least=0.9,
            unit="",
        ),
        Criterion(key="peak", text="most frequent cosine to the noiseless model ", unit=""),
    ),
    check=_check,
    needs_data=True,
    per_seed=True,
)
