import numpy as np
import pytest

from infoflow import ConfigError
from infoflow.experiments.config import PROBLEMS, ExperimentConfig
from infoflow.experiments.data.toy import grid_problem, neuron_problem, pair_problem, spiral_problem
from infoflow.experiments.problems import LOADERS, load_problem


def test_the_small_problems_are_the_papers():
    inputs, labels = neuron_problem()
    assert inputs[:, 0].tolist() == [-3, -1, 1, 3]
    assert labels.tolist() == [0, 0, 0, 1]
    inputs, labels = pair_problem()
    assert inputs[:, 0].tolist() == list(range(1, 9))
    assert labels.tolist() == [0] * 4 + [1] * 4
    inputs, labels = grid_problem()
    assert inputs.shape == (16, 2)
    assert inputs[labels == 1].tolist() == [[1, 3], [3, 1], [3, 3]]


def test_the_spiral_has_three_arms_of_equal_length():
    inputs, labels = spiral_problem(301, seed=4)
    assert np.bincount(labels).tolist() == [101, 100, 100]
    radii = np.linalg.norm(inputs, axis=1)
    for arm in range(3):
        # sin² + cos² = 1: the radius is the intended one to float32 rounding
        np.testing.assert_allclose(radii[labels == arm], np.linspace(0, 1, (labels == arm).sum()), atol=1e-6)
    assert np.array_equal(inputs, spiral_problem(301, seed=4)[0])
    assert not np.array_equal(inputs, spiral_problem(301, seed=5)[0])
    with pytest.raises(ValueError, match="m must be at least 3, got 2"):
        spiral_problem(2)


def test_every_problem_has_its_loader():
    assert set(LOADERS) == set(PROBLEMS)


@pytest.mark.parametrize(
    ("name", "m", "codes"), [("neuron", 4, [[-1], [1]]), ("leaky-pair", 8, [[0], [0.25]]), ("neurons", 16, None)]
)
def test_all_inputs_train_and_test_where_there_is_no_split(name, m, codes):
    problem = load_problem(ExperimentConfig().changed(problem=name, n_train=0))
    assert problem.train.tolist() == problem.test.tolist() == list(range(m))
    assert (problem.codes is None) if codes is None else problem.codes.tolist() == codes
    assert problem.n_out == (problem.n_classes if codes is None else 1)


def test_the_spirals_size_is_a_setting():
    config = ExperimentConfig().changed(problem="spiral", n_inputs=90, n_train=60)
    problem = load_problem(config)
    assert (len(problem.inputs), len(problem.train), problem.n_classes, problem.n_in) == (90, 60, 3, 2)


def test_shuffled_labels_are_the_same_labels_in_another_order():
    true, shuffled, other = (
        load_problem(ExperimentConfig().changed(labels=labels, seed=seed)).labels
        for labels, seed in (("true", 0), ("shuffled", 0), ("shuffled", 1))
    )
    assert true.sum() == shuffled.sum() == 2118
    # by chance two balanced labellings agree on half of the 4096 inputs, give or take 32; six standard deviations
    assert abs((true == shuffled).sum() - 2048) <= 6 * 32
    assert not np.array_equal(shuffled, other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_inputs": 5}, "n_inputs must be 0 for the problem szt, got 5"),
        ({"problem": "neuron", "data": "x.mat"}, "data must be empty for the problem neuron, got 'x.mat'"),
        ({"problem": "neuron", "n_train": 4}, "n_train must be less than the 4 inputs, got 4"),
    ],
)
def test_settings_a_problem_does_not_have_are_refused(changes, message):
    with pytest.raises(ConfigError, match=message):
        load_problem(ExperimentConfig().changed(**changes))
