import dataclasses
import math
import warnings

import numpy as np
import pytest

import infoflow
from infoflow._errors import CrossingError
from infoflow._result import Status
from infoflow.estimators.layers import layered_information, tightened

BETA = 0.3


def chain(n, seed, m=5):
    """X -> T1 = X + Z -> T2 = T1 / 2 + Z: draws of S_1 (exact) and S_2."""
    rng = np.random.default_rng(seed)
    s1 = np.arange(m, dtype=float)[:, None, None]
    s2 = 0.5 * (s1 + BETA * rng.standard_normal((m, n, 1)))
    return {"one": s1, "two": s2}


def intervals(**settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return layered_information(chain(200, 1), chain(200, 2), beta=BETA, exact={"one"}, **settings)


def test_one_row_per_quantity_mode_and_layer_in_network_order():
    rows = intervals(labels=[0, 0, 1, 1, 1])
    assert [(r.interval.quantity, r.interval.mode, r.layer) for r in rows] == [
        (quantity, mode, layer)
        for quantity in ("I(X;T)", "I(Y;T)")
        for mode in ("certified", "asymptotic")
        for layer in ("one", "two")
    ]
    assert all(r.interval.confidence == 0.95 for r in rows)


def test_certified_rows_are_nested_by_data_processing():
    one, two = (row.interval for row in intervals(modes=["certified"]))
    assert two.upper <= one.upper
    assert one.lower >= two.lower


def test_shared_error_budget_widens_each_layer():
    together = intervals(modes=["certified"], tighten=False)[1].interval
    alone = infoflow.input_information(chain(200, 1)["two"], chain(200, 2)["two"], beta=BETA, seed=1)
    # same draws and noise (seed + index), but δ/2 instead of δ
    assert together.estimate == pytest.approx(alone.estimate, abs=1e-12)
    assert together.width > alone.width


def test_noise_may_differ_by_layer():
    rows = layered_information(
        chain(50, 1), chain(50, 2), beta={"one": BETA, "two": 2 * BETA}, exact={"one"}, modes=["asymptotic"]
    )
    assert rows[1].interval.estimate < rows[0].interval.estimate


def test_progress_names_each_layer():
    seen = []
    intervals(progress=seen.append)
    assert seen == ["one", "two"]


def fake(lower, upper):
    template = infoflow.input_information(chain(20, 1)["two"], chain(20, 2)["two"], beta=BETA, mode="asymptotic")
    return dataclasses.replace(template, lower=lower, upper=upper)


def test_tightening_takes_the_best_bound_from_either_side():
    result = tightened(["a", "b", "c"], [fake(0.2, 1.4), fake(0.9, 1.2), fake(0.5, 1.3)])
    assert [(r.lower, r.upper) for r in result] == [(0.9, 1.4), (0.9, 1.2), (0.5, 1.2)]


def test_crossing_is_raised_not_clipped():
    with pytest.raises(CrossingError, match=r"at least 0\.9000 in c after at most 0\.8000 in a"):
        tightened(["a", "b", "c"], [fake(0.1, 0.8), fake(0.1, 1.0), fake(0.9, 1.0)])


def test_resampled_inputs_are_caught():
    # the later layer is drawn from other, more distinct inputs: data processing is violated
    centres = {"one": np.zeros((5, 1, 1)), "two": 10.0 * np.arange(5)[:, None, None] + chain(60, 1)["two"]}
    fresh = {"two": 10.0 * np.arange(5)[:, None, None] + chain(60, 2)["two"]}
    with pytest.raises(CrossingError):
        layered_information(centres, fresh, beta=BETA, exact={"one"}, modes=["certified"])
    rows = layered_information(centres, fresh, beta=BETA, exact={"one"}, modes=["asymptotic"])
    assert rows[1].interval.status is Status.CROSSING


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"exact": {"three"}}, r"exact must name layers of centres \(one, two\), got three"),
        ({"modes": []}, "modes must name at least one"),
        ({"modes": ["sure"]}, "modes must be one of"),
        ({"confidence": 2}, "confidence must lie strictly between 0 and 1"),
        ({"estimator": "x"}, "estimator must be one of"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        layered_information(chain(4, 1), chain(4, 2), **{"beta": BETA, "exact": {"one"}, **settings})


def test_no_layer():
    with pytest.raises(ValueError, match="centres must name at least one layer"):
        layered_information({}, {}, beta=BETA)


def test_ln_m_is_in_the_exact_first_layer_of_distinct_inputs():
    rows = layered_information({"one": 50.0 * np.arange(8.0)[:, None, None]}, {}, beta=1.0, exact={"one"})
    assert all(math.log(8) in row.interval for row in rows)
