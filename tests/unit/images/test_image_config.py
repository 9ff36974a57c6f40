import numpy as np
import pytest

from infoflow import ConfigError, IllPosedError, LoadError
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.images.images import as_batch, load_images


def test_defaults_are_those_of_the_paper():
    config = ImageConfig()
    assert (config.epochs, config.batch_size, config.lr, config.lr_end) == (128, 32, 5e-3, 5e-4)
    assert ImageConfig().changed(**config.as_dict()) == config


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"beta": 0}, IllPosedError, "beta must be greater than 0"),
        ({"betta": 1}, ConfigError, r"setting must be one that exists, got 'betta' \(nearest: beta"),
        ({"noise": "uniform"}, ConfigError, "noise must be one of gaussian, dropout, none"),
        ({"dropout": 1}, ConfigError, "dropout must be less than 1"),
        ({"batch_size": 1}, ConfigError, "batch_size must be at least 2"),
        ({"epochs": 1.5}, ConfigError, "epochs must be an integer"),
        ({"kept_inputs": 2000}, ConfigError, r"kept_inputs must be at most measured_inputs \(1000\), got 2000"),
        ({"information_inputs": 2000}, ConfigError, "information_inputs must be at most measured_inputs"),
    ],
)
def test_refuses(change, error, message):
    with pytest.raises(error, match=message):
        ImageConfig().changed(**change)


def test_the_measured_images_are_the_same_for_every_seed_and_noise(image_config):
    first = load_images(image_config())
    second = load_images(image_config(seed=5, noise="none", measured_inputs=10, kept_inputs=2))
    assert len(first.train_images) == 96
    assert len(set(first.measured.tolist())) == 20
    assert np.array_equal(first.measured[:10], second.measured)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_train": 2000}, "n_train must be at most the 1437 images of digits, got 2000"),
        ({"n_test": 361}, "n_test must be at most the 360 images of digits, got 361"),
        ({"measured_inputs": 61}, "measured_inputs must be at most the 60 test images used of digits, got 61"),
        ({"batch_size": 97}, "batch_size must be at most the 96 training images used of digits, got 97"),
    ],
)
def test_more_images_than_there_are(image_config, change, message):
    with pytest.raises(ConfigError, match=message):
        load_images(image_config(**change))


def test_missing_data_say_how_to_get_them(image_config, tmp_path):
    with pytest.raises(LoadError, match="run infoflow data mnist"):
        load_images(image_config(problem="mnist", data=str(tmp_path)))


def test_bytes_become_floats():
    batch = as_batch(np.array([[[0, 51], [102, 255]]], np.uint8))
    assert batch.shape == (1, 1, 2, 2)
    assert batch.flatten().tolist() == pytest.approx([0, 0.2, 0.4, 1], abs=1e-7)
