"""Every claim's rule can hold, differ and stay undecided; runs are fabricated, nothing is trained."""

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from infoflow.claims import studies
from infoflow.claims.checklist import (
    audit,
    binned_twin,
    generalisation,
    labels,
    mnist_cosine,
    mnist_errors,
    orthonormality,
    scatter,
    szt_tanh,
)
from infoflow.claims.claim import Outcome
from infoflow.claims.decision import decided, findings, judged
from infoflow.claims.registry import claims

LOG_M = math.log(4096)
H_Y = 0.69256
EPOCHS = [0, 5, 25, 40, 80, 200, 500, 800, 2000, 5000, 10000]
T5 = [2.5, 3.0, 4.9, 4.0, 3.3, 4.0, 4.9, 4.4, 3.8, 3.0, 2.3]
T4 = [5.5, 6.0, 6.8, 6.0, 5.2, 6.5, 7.1, 6.6, 6.2, 5.8, 5.6]
SCATTER = [1.0, 0.95, 0.8, 0.5, 0.3, 0.32, 0.35, 0.3, 0.25, 0.15, 0.1]
LOSS = [0.73, 0.7, 0.6, 0.4, 0.3, 0.15, 0.096, 0.1, 0.11, 0.14, 0.17]


def made_run(width=0.1, seed=0, **changed):
    """Return a stand-in for a stored run; every interval is ``width`` wide."""
    informations = {
        "T1": [LOG_M] * 11,
        "T2": [LOG_M] * 11,
        "T3": [8.0] * 11,
        "T4": T4,
        "T5": T5,
        "y": [0.01, 0.1, 0.2, 0.45, 0.46, 0.5, 0.52, 0.55, 0.6, 0.64, 0.66],
    } | changed
    rows = [
        (epoch, layer, quantity, value)
        for layer in studies.LAYERS
        for quantity in ("I(X;T)", "I(Y;T)")
        for epoch, value in zip(EPOCHS, informations[layer if quantity == "I(X;T)" else "y"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=["epoch", "layer", "quantity", "estimate"])
    table["mode"] = "certified"
    ceiling = np.where(table["quantity"] == "I(X;T)", LOG_M, H_Y)
    for end, sign in (("lower", -1), ("upper", 1)):
        table[f"raw_{end}"] = table["estimate"] + sign * width / 2
        table[end] = np.clip(table[f"raw_{end}"], 0.0, ceiling)
    sequences = {"within_total_scatter": changed.get("scatter", SCATTER)}
    sequences |= {f"twin_H_bin[{w:g}]": changed.get("binned", T5) for w in (0.001, 0.01, 0.07, 0.25)}
    sequences["twin_H_bin[0.0001]"] = changed.get("tiny", [LOG_M] * 11)
    measures = pd.DataFrame(
        [
            (epoch, layer, name, value)
            for name, values in sequences.items()
            for layer in studies.LAYERS
            for epoch, value in zip(EPOCHS, values, strict=True)
        ],
        columns=["epoch", "layer", "measure", "value"],
    )
    history = pd.DataFrame({"epoch": EPOCHS, "test_loss": changed.get("loss", LOSS)})
    history["train_accuracy"], history["test_accuracy"] = 1.0, changed.get("accuracy", 0.5)
    return SimpleNamespace(table=table, measures=measures, history=history, manifest={"seed": seed})


def outcome(module, values, *keys):
    """Return the outcome of the claim, or of some of its criteria, for measured values."""
    criteria = [criterion for criterion in module.CLAIM.criteria if not keys or criterion.key in keys]
    return decided(criteria, findings(criteria, [value for value in values if not keys or value.key in keys]))


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "holds"),
        ({"width": 0.9}, "undecided"),  # the peak may be above 5.5 or below 4.3
        ({"T5": [2.5] * 11}, "differs"),
        ({"T4": [5.0 + 0.1 * k for k in range(11)]}, "differs"),
        ({"T4": [5.5, 6, 6.8, 6, 5.2, 6.5, 7.1, 7.1, 7.1, 7.1, 7.0]}, "differs"),  # falls early, not late
        ({"T2": [LOG_M] * 10 + [7.0]}, "differs"),
        ({"T3": [6.0] * 11}, "differs"),
    ],
)
def test_szt_tanh(changed, verdict):
    assert outcome(szt_tanh, szt_tanh._values(made_run(**changed))) == verdict


def test_one_seed_that_differs_decides():
    values = szt_tanh._values(made_run()) + szt_tanh._values(made_run(seed=1, T5=[2.5] * 11))
    assert outcome(szt_tanh, values) is Outcome.DIFFERS


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "holds"),
        ({"scatter": [0.5] * 11}, "differs"),  # I falls without clustering
        ({"scatter": [*SCATTER[:6], 0.3, 0.35, 0.4, 0.5, 0.6]}, "differs"),
        ({"scatter": [*SCATTER[:6], 0.35, 0.1, 0.3, 0.09, 0.2]}, "undecided"),  # no clear correlation
        ({"T5": [2.5 + 0.1 * k for k in range(11)]}, "differs"),
        ({"width": 2.0}, "undecided"),
    ],
)
def test_scatter(changed, verdict):
    assert outcome(scatter, scatter._values(made_run(**changed))) == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"T5": [3.0] * 11, "loss": [0.1] * 11}, "holds"),
        ({}, "differs"),  # the constraint changed nothing
        ({"T5": [3.0] * 11, "loss": [0.2] * 11}, "differs"),
        ({"T5": [3.0] * 10 + [1.65], "loss": [0.1] * 11}, "undecided"),  # 1.35 of 2.6, give or take .2
    ],
)
def test_orthonormality(changed, verdict):
    values = orthonormality._values(made_run(width=0.2), made_run(width=0.2, **changed), alpha=1e-3)
    assert outcome(orthonormality, values) == verdict


def test_a_ratio_to_nothing_has_no_upper_end(make_measured):
    above, below = make_measured(), make_measured(lower=0.0, estimate=0.0, upper=2.0)
    found = orthonormality.ratio("part left", above, below, label="")
    assert (found.lower, found.upper) == (0.5, math.inf)
    assert math.isnan(found.estimate)
    zero = make_measured(lower=0.0, estimate=0.0, upper=0.0)
    assert orthonormality.ratio("part left", above, zero, label="").lower == 0.0


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "holds"),
        ({"tiny": [LOG_M] * 10 + [8.1]}, "differs"),
        ({"binned": T5[::-1]}, "undecided"),  # T5 is nearly symmetric
        ({"binned": [-value for value in T5]}, "differs"),
        ({"binned": [5.0] * 11}, "undecided"),
    ],
)
def test_binned_twin(changed, verdict):
    assert outcome(binned_twin, binned_twin._values(made_run(**changed))) == verdict


def test_audit_counts_crossings():
    sound = audit._values(made_run())
    assert {value.key: value.estimate for value in sound}["crossings"] == 0
    crossing = audit._values(made_run(T4=[9.0] * 11))  # above T1, T2 and T3 at every epoch
    assert {value.key: value.estimate for value in crossing}["crossings"] == 33
    assert outcome(audit, crossing, "crossings") is Outcome.DIFFERS
    assert len(audit.margins_of(made_run().table)) == 11 * 2 * 10


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "undecided"),  # .66 ± .05 is not certainly above .623
        ({"width": 0.05}, "holds"),
        ({"y": [0.01] * 10 + [0.5]}, "differs"),
        ({"width": 0.05, "y": [0.5] * 10 + [0.66]}, "differs"),
        ({"width": 0.05, "y": [0.01] * 10 + [0.75]}, "differs"),  # above H(Y): cannot be
    ],
)
def test_labels(changed, verdict):
    assert outcome(labels, labels._values(made_run(**changed), H_Y), "ceiling", "rise", "end") == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "holds"),
        ({"loss": sorted(LOSS, reverse=True)}, "differs"),  # the best loss comes last
        ({"T5": [2.5] * 11}, "differs"),
        ({"width": 2.5}, "undecided"),
    ],
)
def test_generalisation_with_true_labels(changed, verdict):
    values = generalisation._true_labels(made_run(**changed))
    assert outcome(generalisation, values, "I after best loss", "loss after best loss") == verdict


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "holds"),
        ({"accuracy": 0.59}, "undecided"),
        ({"accuracy": 0.9}, "differs"),
        ({"T5": [2.5] * 11}, "differs"),
        ({"width": 2.5}, "undecided"),
    ],
)
def test_generalisation_with_shuffled_labels(changed, verdict):
    values = generalisation._shuffled_labels(made_run(**changed))
    assert outcome(generalisation, values, "shuffled, test accuracy", "shuffled, decrease") == verdict


@pytest.mark.parametrize("correct", [0, 1, 410, 818, 819])
def test_proportions_cover(correct):
    found = generalisation.accuracy("k", correct, 819, label="")
    assert 0.0 <= found.lower <= correct / 819 <= found.upper <= 1.0
    # Clopper and Pearson: at the ends the binomial tails are 2.5 %
    from scipy.stats import binom

    if correct:
        assert binom.sf(correct - 1, 819, found.lower) == pytest.approx(0.025, rel=1e-6)
    if correct < 819:
        assert binom.cdf(correct, 819, found.upper) == pytest.approx(0.025, rel=1e-6)


@pytest.mark.parametrize(("above", "below"), [(50, 50), (86, 50), (2200, 50), (0, 50), (5, 0)])
def test_ratios_of_error_rates_cover(above, below):
    found = mnist_errors.rate_ratio("free", above, below, label="")
    assert found.lower <= (above / below if below else math.inf) <= found.upper
    if above and below:  # a normal interval for the logarithm, another approximation, agrees within a tenth of it
        reach = 1.96 * math.sqrt(1 / above + 1 / below)
        assert math.log(found.upper * below / above) == pytest.approx(reach, rel=0.1)
        assert math.log(found.lower * below / above) == pytest.approx(-reach, rel=0.1)


def test_medians_cover_as_they_say():
    draws = np.random.default_rng(5).exponential(size=(2000, 25))
    found = [mnist_errors.median("ordering", row, label="") for row in draws]
    covered = np.mean([one.lower <= math.log(2) <= one.upper for one in found])
    assert covered > 0.95 - 4 * math.sqrt(0.95 * 0.05 / 2000)
    few = mnist_errors.median("ordering", np.array([1.0, 2.0]), label="")
    assert (few.lower, few.upper) == (-math.inf, math.inf)


def image_run(**cosines):
    rows = [
        (epoch, layer, measure, values[k])
        for (layer, measure), values in {
            (layer, measure): cosines.get(f"{layer}_{measure}", default)
            for layer in ("T1", "T2", "T3", "L4")
            for measure, default in (("within_cosine", (0.5, 0.6)), ("between_cosine", (0.5, 0.3)))
        }.items()
        for k, epoch in enumerate((0, 6))
    ]
    measures = pd.DataFrame(rows, columns=["epoch", "layer", "measure", "value"])
    return SimpleNamespace(measures=measures, manifest={"seed": 0})


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"L4_within_cosine": (0.4, 0.9)}, "holds"),
        ({"L4_within_cosine": (0.9, 0.8)}, "differs"),
        ({"L4_within_cosine": (0.4, 0.55)}, "differs"),  # less than at T1
        ({"L4_within_cosine": (0.4, 0.9), "L4_between_cosine": (0.0, 0.6)}, "differs"),
    ],
)
def test_mnist_cosine(changed, verdict):
    assert outcome(mnist_cosine, mnist_cosine._values(image_run(**changed), "deterministic")) == verdict


@pytest.mark.parametrize("module", [mnist_errors, mnist_cosine])
def test_images_without_data_leave_their_claims_undecided(module, context, tmp_path):
    found = module._check(dataclasses.replace(context, quick=False, data=tmp_path))
    assert found.values == []
    assert "No images" in found.notes[0]
    assert decided(module.CLAIM.criteria, []) is Outcome.UNDECIDED


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: f"claim {claim.number}")
def test_every_requirement_can_hold_and_differ_and_stay_undecided(claim, make_measured):
    """Between its bounds, outside them, and astride one."""
    assert len({criterion.key for criterion in claim.criteria}) == len(claim.criteria)
    required = [criterion for criterion in claim.criteria if not criterion.reported_only]
    assert required
    for criterion in required:
        finite = [end for end in (criterion.least, criterion.most) if math.isfinite(end)]
        edge, outward = (criterion.most, 1.0) if criterion.most in finite else (criterion.least, -1.0)
        cases = {
            "holds": (edge, edge),
            "differs": (edge + outward, edge + outward),
            "undecided": tuple(sorted((edge, edge + outward))),
        }
        for verdict, (lower, upper) in cases.items():
            value = make_measured(key=criterion.key, lower=lower, upper=upper)
            assert judged(criterion, value) == verdict


def test_claims_are_the_checklist():
    assert [claim.number for claim in claims()] == list(range(1, 19))
    assert [claim.number for claim in claims([7, 2, 7])] == [2, 7]
    for claim in claims():
        assert claim.title
        assert claim.claimed
        assert claim.source


@pytest.mark.parametrize(("numbers", "message"), [([0], "got 0"), ([3, 19], "got 19"), ([], "at least one claim")])
def test_unknown_claims_are_refused(numbers, message):
    from infoflow._errors import ConfigError

    with pytest.raises(ConfigError, match=message):
        claims(numbers)
