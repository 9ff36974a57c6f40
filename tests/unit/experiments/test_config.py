import dataclasses
import json

import pytest

from infoflow import ConfigError, IllPosedError
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.settings import parsed_settings


def test_the_defaults_are_those_of_the_published_run():
    config = ExperimentConfig()
    assert (config.hidden, config.activation, config.beta) == ((10, 7, 5, 4, 3), "tanh", 0.005)
    assert (config.epochs, config.batch_size, config.optimizer, config.lr) == (10_000, 256, "adam", 4e-4)
    assert (config.n_train, config.checkpoints) == (3277, 84)


def test_every_setting_says_what_it_means():
    for spec in dataclasses.fields(ExperimentConfig):
        assert spec.metadata["setting"].meaning, spec.name


def test_settings_survive_json():
    config = ExperimentConfig().changed(hidden=(3, 2), beta=0.1)
    assert ExperimentConfig().changed(**json.loads(json.dumps(config.as_dict()))) == config


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("epochs=12", "epochs", 12),
        ("lr = 1e-3", "lr", 1e-3),
        ("lr=1", "lr", 1.0),
        ("activation=relu", "activation", "relu"),
        ("hidden=8,4", "hidden", (8, 4)),
        ("hidden=[8, 4]", "hidden", (8, 4)),
        ("start=", "start", ()),
        ("start=0,-1.5", "start", (0.0, -1.5)),
        ("data=a=b.mat", "data", "a=b.mat"),
    ],
)
def test_text_becomes_a_value_of_the_settings_type(assignment, name, value):
    config = ExperimentConfig().changed(**parsed_settings([assignment]))
    assert getattr(config, name) == value
    assert type(getattr(config, name)) is type(value)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("epochs", r"key=value, got 'epochs'"),
        ("betta=1", r"got 'betta' \(nearest: beta"),
        ("qqqq=1", r"got 'qqqq' \(known: problem"),
        ("epochs=1.5", "epochs must be an integer, got '1.5'"),
        ("lr=fast", "lr must be a finite number, got 'fast'"),
        ("lr=inf", "lr must be a finite number, got inf"),
        ("hidden=3,x", "hidden must be integers separated by commas, got '3,x'"),
        ("epochs=0", "epochs must be at least 1, got 0"),
        ("lr=0", "lr must be greater than 0, got 0"),
        ("confidence=1", "confidence must be less than 1, got 1"),
        ("hidden=", "hidden must be integers separated by commas, got \\(\\)"),
        ("start=1,x", "start must be numbers separated by commas, got '1,x'"),
        ("hidden=3,0", "hidden must be at least 1, got 0"),
        ("activation=sine", "activation must be one of tanh, relu, leaky_relu, linear, got 'sine'"),
        ("seed=-1", "seed must be at least 0, got -1"),
    ],
)
def test_a_bad_setting_is_one_line(assignment, message):
    with pytest.raises(ConfigError, match=message) as caught:
        ExperimentConfig().changed(**parsed_settings([assignment]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [True, "3", 2.5, None])
def test_a_value_of_the_wrong_type_is_refused(value):
    with pytest.raises(ConfigError, match="epochs must be an integer"):
        ExperimentConfig().changed(epochs=value)


@pytest.mark.parametrize("beta", [0.0, -0.1])
def test_a_question_without_noise_is_ill_posed(beta):
    with pytest.raises(IllPosedError, match="without noise"):
        ExperimentConfig().changed(beta=beta)
