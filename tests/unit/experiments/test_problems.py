import numpy as np
import pytest

from infoflow import ConfigError, LoadError, szt_problem
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.problems import load_problem


def test_the_12_bit_problem_enumerates_every_input_once():
    problem = load_problem(ExperimentConfig())
    inputs, labels = szt_problem()
    np.testing.assert_array_equal(problem.inputs, inputs)
    np.testing.assert_array_equal(problem.labels, labels)
    assert (len(problem.train), len(problem.test), problem.n_classes) == (3277, 819, 2)
    np.testing.assert_array_equal(np.sort(np.concatenate([problem.train, problem.test])), np.arange(4096))


def test_a_file_with_a_split_keeps_it(tmp_path):
    inputs, labels = szt_problem()
    order = np.random.default_rng(0).permutation(4096)
    x, y = inputs[order], labels[order]
    np.savez(tmp_path / "data.npz", X_train=x[:3000], y_train=y[:3000], X_test=x[3000:], y_test=y[3000:])
    problem = load_problem(ExperimentConfig().changed(data=str(tmp_path / "data.npz")))
    np.testing.assert_array_equal(problem.inputs[problem.train], x[:3000])
    np.testing.assert_array_equal(problem.labels[problem.test], y[3000:])


def test_a_split_without_test_set_is_refused():
    with pytest.raises(ConfigError, match="n_train must be less than the 4096 inputs, got 4096"):
        load_problem(ExperimentConfig().changed(n_train=4096))


def test_a_missing_file_is_refused():
    with pytest.raises(LoadError, match=r"nowhere\.mat"):
        load_problem(ExperimentConfig().changed(data="nowhere.mat"))
