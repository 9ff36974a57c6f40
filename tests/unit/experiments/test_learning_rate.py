import pytest

from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.learning_rate import LearningRate


def test_a_constant_rate_is_exactly_that():
    rate = LearningRate(ExperimentConfig())
    assert {rate.at(epoch) for epoch in (1, 500, 10_000)} == {4e-4}
    assert rate.tensors() == {}
    assert not rate.awaits_accuracy


def test_a_final_rate_is_reached_geometrically():
    rate = LearningRate(ExperimentConfig().changed(lr=0.1, lr_final=0.001, epochs=3))
    assert [rate.at(epoch) for epoch in (1, 2, 3)] == pytest.approx([0.1, 0.01, 0.001], rel=1e-12)
    assert LearningRate(ExperimentConfig().changed(lr=0.1, lr_final=0.001, epochs=1)).at(1) == 0.1


def test_the_rate_drops_once_and_stays_dropped():
    config = ExperimentConfig().changed(lr=0.1, lr_drop=20.0, lr_drop_accuracy=0.9)
    rate = LearningRate(config)
    rate.see(0.89)
    assert (rate.at(1), rate.awaits_accuracy) == (0.1, True)
    rate.see(0.9)
    rate.see(0.1)
    assert (rate.at(2), rate.awaits_accuracy) == (0.1 / 20, False)
    again = LearningRate(config)
    again.load(rate.tensors())
    assert again.at(3) == 0.1 / 20
