"""Claim 7 on fabricated runs of the trained neuron: nothing is trained."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from infoflow.claims.checklist import tanh_neuron
from infoflow.claims.context import Context
from infoflow.claims.decision import decided, findings
from infoflow.truths import single_neuron

KEYS = ("path rise", "path fall", "path end", "missed", "b/w", "end w", "end b")
PATH = [0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 6.9]


def made_run(w=PATH, slope=-2.0725, shift=0.0, width=0.02):
    """Return a stand-in for a stored run whose intervals lie around the exact information, off by ``shift``."""
    exact = np.array([single_neuron("tanh", w=a, b=slope * a, beta=0.05).information for a in w])
    epochs = np.arange(len(w))
    table = pd.DataFrame({"epoch": epochs, "layer": "T1", "quantity": "I(X;T)", "mode": "certified"})
    for end, sign in (("lower", -1), ("estimate", 0), ("upper", 1)):
        table[end] = exact + shift + sign * width / 2
    rows = [
        (epoch, "T1", name, factor * value)
        for name, factor in (("w", 1.0), ("b", slope))
        for epoch, value in zip(epochs, w, strict=True)
    ]
    measures = pd.DataFrame(rows, columns=["epoch", "layer", "measure", "value"])
    return SimpleNamespace(table=table, measures=measures, manifest={"seed": 3})


def outcomes(run):
    criteria = [criterion for criterion in tanh_neuron.CLAIM.criteria if criterion.key in KEYS]
    found = findings(criteria, tanh_neuron._trained(run))
    return decided(criteria, found), {finding.key: finding.outcome for finding in found}


def test_the_published_path_holds():
    verdict, found = outcomes(made_run())
    assert verdict == "holds"
    assert set(found) == set(KEYS)


@pytest.mark.parametrize(
    ("changed", "differing"),
    [
        ({"w": PATH[:-1]}, {"end w", "end b"}),  # stopped at w = 2
        ({"w": PATH[:3]}, {"path fall", "path end", "end w", "end b"}),  # not yet saturated
        ({"w": [0.0, 0.001, 0.002]}, {"path rise", "path fall", "path end", "end w", "end b"}),
        ({"slope": 0.0}, {"b/w", "end b"}),  # it ends at ln 2, two pairs of points
        ({"shift": 0.1}, {"missed"}),
    ],
)
def test_what_differs_is_named(changed, differing):
    verdict, found = outcomes(made_run(**changed))
    assert verdict == "differs"
    assert {key for key, outcome in found.items() if outcome == "differs"} == differing


def test_settings_of_the_runs(tmp_path):
    quick = tanh_neuron.neuron_config(Context(quick=True, seeds=(0,), runs=tmp_path))
    full = tanh_neuron.neuron_config(Context(quick=False, seeds=(0, 1, 2), runs=tmp_path))
    assert quick.epochs < full.epochs
    # all intervals of a run hold together with 95 %
    for config in (quick, full):
        assert (1 - config.confidence) * (config.checkpoints + 1) == pytest.approx(0.05, rel=1e-9)
