from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.learning_rate import LearningRate


def test_a_constant_rate_is_exactly_that():
    rate = LearningRate(ExperimentConfig())
    rate.see(1.0)
    assert rate.value == 4e-4
    assert rate.tensors() == {}
    assert not rate.awaits_accuracy


def test_the_rate_drops_once_and_stays_dropped():
    config = ExperimentConfig().changed(lr=0.1, lr_drop=20.0, lr_drop_accuracy=0.9)
    rate = LearningRate(config)
    rate.see(0.89)
    assert (rate.value, rate.awaits_accuracy) == (0.1, True)
    rate.see(0.9)
    rate.see(0.1)
    assert (rate.value, rate.awaits_accuracy) == (0.1 / 20, False)
    again = LearningRate(config)
    again.load(rate.tensors())
    assert again.value == 0.1 / 20
