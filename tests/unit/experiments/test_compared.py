"""Comparators on a stored run: what they are given, what they are called, and where the certified ends come from."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from infoflow import ConfigError, RunFolderError, Status
from infoflow.clustering import SAXE_GRID, binned_entropies
from infoflow.comparators import COMPARATORS, quantised_information
from infoflow.experiments import ExperimentConfig, compare_stored, restored_networks, run_experiment
from infoflow.experiments.compared.answers import RUNNERS, answers
from infoflow.experiments.compared.layer import sampled_layers
from infoflow.experiments.compared.quantised_network import quantised_representations
from infoflow.experiments.compared.table import spread_epochs

M = 48


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    config = ExperimentConfig().changed(
        problem="spiral", n_inputs=M, n_train=36, hidden=(3, 2), beta=0.1, epochs=4, checkpoints=2, history=2, n=8, r=4,
        lr=0.01, threads=1,
    )  # fmt: skip
    return run_experiment(config, tmp_path_factory.mktemp("compared") / "run")


@pytest.fixture(scope="module")
def table(run):
    return compare_stored(run, epochs=[4])


def test_every_comparator_answers_at_every_layer(table):
    assert set(RUNNERS) == set(COMPARATORS)
    found = table.groupby(["epoch", "layer"])["estimator"].agg(set)
    assert list(found.index) == [(4, "T1"), (4, "T2")]
    assert all(names == set(COMPARATORS) for names in found)
    assert not table.duplicated(["epoch", "layer", "beside", "series"]).any()
    assert table["nats"].notna().all()
    assert set(table["beside"]) == {"I(X;T)", "I(Y;T)"}


def test_other_quantities_are_never_called_information_about_x_or_y(table):
    other = table[table["estimator"].isin(["binned", "renyi", "sliced"])]
    assert not other["quantity"].isin(["I(X;T)", "I(Y;T)"]).any()
    assert not other["same"].any()
    assert all(quantity in label for quantity, label in zip(other["quantity"], other["label"], strict=True))
    quantised = table[table["estimator"] == "quantised"]
    assert set(quantised["network"]) == {"quantised"}
    assert not quantised["same"].any()
    assert (table[table["same"]]["network"] == "noisy").all()
    pairwise = table[table["estimator"] == "pairwise"]  # in the first layer there is no other noise
    assert pairwise[pairwise["layer"] == "T1"]["same"].all()
    assert set(pairwise[pairwise["layer"] == "T2"]["network"]) == {"noise here alone"}


def test_the_certified_ends_are_those_of_the_run(run, table):
    stored = run.table[run.table["mode"] == "certified"].set_index(["epoch", "layer", "quantity"])
    for _, row in table.iterrows():
        own = stored.loc[(row["epoch"], row["layer"], row["beside"])]
        assert (row["lower"], row["upper"]) == (own["lower"], own["upper"])
        inside = row["lower"] - 1e-9 <= row["nats"] <= row["upper"] + 1e-9
        assert (row["position"] == "inside") == inside
        assert (row["position"] == "below") == (row["nats"] < row["lower"] - 1e-9)


def test_bounds_that_hold_for_certain_meet_the_certified_interval(table):
    bounds = table[(table["estimator"] == "pairwise") & (table["layer"] == "T1")]
    lower = bounds[bounds["form"] == "lower bound"]
    upper = bounds[bounds["form"] == "upper bound"]
    assert (lower["nats"] <= lower["upper"] + 1e-9).all()
    assert (upper["nats"] >= upper["lower"] - 1e-9).all()


def test_binned_entropies_are_those_of_the_stored_twin(run, table):
    labels = run.arrays.load("labels")
    twin = run.arrays.load("twin/T2", 4).astype(np.float64)  # the network computes in float32
    (expected,) = binned_entropies(twin, [SAXE_GRID], labels)
    own = table[(table["layer"] == "T2") & (table["series"] == "bins of .07")].set_index("quantity")["nats"]
    assert own["H(Bin(T))"] == pytest.approx(expected.H_bin, rel=1e-14)
    assert own["I(Y;Bin(T))"] == pytest.approx(expected.I_y_bin, rel=1e-14)


@pytest.mark.parametrize("bits", [4, 2])
def test_quantised_networks_count_what_a_forward_pass_by_hand_counts(run, bits):
    (restored,) = restored_networks(run, [4])
    weights = {name: value.double().numpy() for name, value in restored.network.model.state_dict().items()}
    found = quantised_representations(restored.network, restored.problem.inputs, bits=bits)
    t = restored.problem.inputs.astype(np.float64)
    for layer in ("T1", "T2"):
        s = np.tanh(t @ weights[f"{layer}.0.weight"].T + weights[f"{layer}.0.bias"])
        low, step = s.min(), (s.max() - s.min()) / (2**bits - 1)
        numbers = [tuple(round((value - low) / step) for value in row) for row in s.tolist()]
        t = low + step * np.array(numbers)  # what the next layer sees
        # the network computes in float32: its levels are off by a few eps of values below 1
        np.testing.assert_allclose(found[layer], t, rtol=0, atol=1e-6)
        counts = np.array(list(Counter(numbers).values())) / M
        H_t = -np.sum(counts * np.log(counts))
        pairs = np.array(list(Counter(zip(numbers, restored.problem.labels.tolist(), strict=True)).values())) / M
        classes = np.bincount(restored.problem.labels) / M
        H_y, H_ty = (-np.sum(p * np.log(p)) for p in (classes, pairs))
        of_x, of_y = quantised_information(found[layer], restored.problem.labels)
        assert of_x.nats == pytest.approx(H_t, abs=1e-12)
        assert of_y.nats == pytest.approx(H_t + H_y - H_ty, abs=1e-12)


def test_quantising_leaves_the_network_as_it_was(run):
    (restored,) = restored_networks(run, [4])
    network, inputs = restored.network, restored.problem.inputs
    before, state = network.noise_state(), network.model.training
    first = quantised_representations(network, inputs, bits=3)
    again = quantised_representations(network, inputs, bits=3)
    for layer, rows in first.items():
        np.testing.assert_array_equal(rows, again[layer])
        assert len(np.unique(rows)) <= 2**3
    assert network.model.training == state
    np.testing.assert_array_equal(network.noise_state().numpy(), before.numpy())
    assert all(len(network.model.get_submodule(name)._forward_hooks) == 1 for name in network.layers)


def test_draws_are_of_the_layer_and_repeat(run):
    (restored,) = restored_networks(run, [4])
    first, second = sampled_layers(restored, ["T1", "T2"], seed=3)
    assert (first.exact, second.exact) == (True, False)
    assert first.given is None
    assert second.given is not None
    again = sampled_layers(restored, ["T1", "T2"], seed=3)
    np.testing.assert_array_equal(second.t, again[1].t)
    assert len(first.t) >= 4096
    assert len(first.t) % M == 0
    # T1 = S + Z, S known: the residuals' s.d. is beta, and that of n normal values has a s.e. of beta/sqrt(2n)
    residuals = (first.noisy - first.twin[:, None]).ravel()
    assert residuals.std() == pytest.approx(0.1, abs=4 * 0.1 / math.sqrt(2 * residuals.size))


def test_fewer_inputs_have_a_lower_ceiling_and_are_no_longer_the_same_quantity(run):
    rows = compare_stored(
        run, epochs=[4], layers=["T2"], quantity="I(X;T)", inputs=12, only=["ksg", "hashing", "renyi"]
    )
    assert set(rows["layer"]) == {"T2"}
    assert set(rows["beside"]) == {"I(X;T)"}
    reduced = rows[rows["estimator"] != "hashing"]
    assert set(reduced["inputs"]) == {12}
    assert reduced["ceiling"].to_numpy() == pytest.approx(math.log(12))
    assert not reduced["same"].any()
    assert reduced["reduced"].all()
    assert reduced["label"].str.endswith(", 12 inputs").all()
    hashing = rows[rows["estimator"] == "hashing"].iloc[0]
    assert (hashing["inputs"], hashing["same"], hashing["label"]) == (M, True, "hashing")


def test_what_cannot_be_answered_has_a_row_with_the_reason(run):
    (restored,) = restored_networks(run, [4])
    (layer,) = sampled_layers(restored, ["T1"], seed=0)
    lone = replace(layer.part(M, M), labels=(np.arange(M) == 5).astype(np.int64))  # one draw of one input in class 1
    (row,) = answers("mixed_neighbours", lone, ["I(Y;T)"])
    assert math.isnan(row.comparison.nats)
    assert row.comparison.quantity == "I(Y;T)"
    assert "every class must have more than k = 3 samples, got one of 1" in row.comparison.message
    rows = answers("nearest_neighbour", lone, ["I(X;T)", "I(Y;T)"])
    assert [(found.comparison.quantity, found.comparison.status) for found in rows] == [
        ("I(X;T)", Status.VACUOUS),
        ("I(Y;T)", Status.VACUOUS),
    ]


def test_numbers_repeat_with_the_seed(run):
    settings = {"epochs": [4], "layers": ["T2"], "only": ["nearest_neighbour", "hashing"]}
    first = compare_stored(run, **settings)
    pd.testing.assert_frame_equal(first, compare_stored(run, **settings))
    assert not first["nats"].equals(compare_stored(run, seed=1, **settings)["nats"])


def test_progress_is_told_after_each_layer(run):
    heard = []
    rows = compare_stored(run, only=["binned"], progress=heard.append)
    assert heard == [f"epoch {epoch}, {layer}" for epoch in (0, 1, 4) for layer in ("T1", "T2")]
    assert sorted(set(rows["epoch"])) == [0, 1, 4]


def test_default_epochs_are_spread_and_keep_both_ends():
    epochs = [0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 88, 141, 226, 363, 583, 936, 1503, 2414, 3877, 6227, 10000]
    assert spread_epochs(epochs, 5) == [0, 8, 88, 936, 10000]  # ln(1 + epoch) near 0, 2.3, 4.6, 6.9, 9.2
    assert spread_epochs(epochs[:3], 5) == [0, 1, 2]


def test_bad_input_is_refused(run):
    with pytest.raises(ConfigError, match=r"layers must be among those that exist, got 'T9' \(nearest: T"):
        compare_stored(run, layers=["T9"])
    with pytest.raises(ConfigError, match=r"only must be among those that exist, got 'ksq' \(nearest: ksg"):
        compare_stored(run, only=["ksq"])
    with pytest.raises(ConfigError, match=r"only must name comparators of I\(Y;T\), got ksg"):
        compare_stored(run, only=["ksg"], quantity="I(Y;T)")
    with pytest.raises(ConfigError, match="layers must hold at least one name, got none"):
        compare_stored(run, layers=[])
    with pytest.raises(TypeError, match="only must be a sequence of names, got the string 'ksg'"):
        compare_stored(run, only="ksg")
    with pytest.raises(ValueError, match=r"quantity must be one of I\(X;T\), I\(Y;T\), got 'h\(T\)'"):
        compare_stored(run, quantity="h(T)")
    with pytest.raises(ValueError, match="inputs must be at least 2, got 1"):
        compare_stored(run, inputs=1)
    with pytest.raises(ValueError, match="seed must be at least 0, got -1"):
        compare_stored(run, seed=-1)
    with pytest.raises(RunFolderError, match="nearest stored: 1"):
        compare_stored(run, epochs=[2])
