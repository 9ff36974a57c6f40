import dataclasses

import pytest

from infoflow import ConfigError, IllPosedError
from infoflow.experiments.kinds import configured
from infoflow.experiments.registry import load_experiment
from infoflow.experiments.validation import CornersConfig, MonteCarloConfig, ReedMullerConfig, SpiralEntropyConfig
from infoflow.experiments.validation.spiral_entropy import spiral_network_config


@pytest.mark.parametrize("kind", [CornersConfig, MonteCarloConfig, ReedMullerConfig, SpiralEntropyConfig])
def test_settings_survive_json_and_name_their_kind(kind):
    config = kind().changed(seed=7)
    assert configured(config.as_dict()) == config
    assert type(configured({"problem": config.problem})) is kind


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"betas": (0.1, 0.0)}, IllPosedError, "betas must be greater than 0, got 0"),
        ({"betas": ()}, ConfigError, r"betas must be different numbers and at least one, got \[\]"),
        ({"sizes": (10, 10)}, ConfigError, r"sizes must be different numbers and at least one, got \[10, 10\]"),
        ({"sizes": (1,)}, ConfigError, "sizes must be at least 2, got 1"),
        ({"dimensions": 3}, ConfigError, "dimensions must be integers separated by commas, got 3"),
        ({"others": "yes"}, ConfigError, "others must be one of on, off"),
        ({"n_mc": (1,)}, ConfigError, r"setting must be one that exists, got 'n_mc'"),
        ({"problem": "reed-muller"}, ConfigError, "problem must be one of corners, got 'reed-muller'"),
        ({"confidence": 1.0}, ConfigError, "confidence must be less than 1"),
    ],
)
def test_refuses(change, error, message):
    with pytest.raises(error, match=message):
        CornersConfig().changed(**change)


def test_the_published_cases_are_configured():
    corners = load_experiment("corner-mixtures").config
    assert set(corners.dimensions) == {5, 10, 15}
    assert set(corners.betas) == {0.05, 0.1, 0.2}
    convergence = load_experiment("plug-in-convergence").config
    assert (min(convergence.sizes), max(convergence.sizes), convergence.others) == (10, 1_000_000, "on")
    codes = load_experiment("reed-muller").config
    assert {0.1, 0.5, 1.0, 2.0} <= set(codes.betas)
    assert {4, 5} <= set(codes.log_lengths)


def test_the_spirals_network_is_that_of_its_experiment():
    measuring = {"checkpoints": 1, "history": 1, "n": 1, "r": 1}  # how it is measured on the way
    for variant in ("config", "quick"):
        ours, theirs = (getattr(load_experiment(name), variant) for name in ("spiral-entropy", "spiral"))
        expected = theirs.changed(**measuring)
        assert dataclasses.replace(spiral_network_config(ours), **measuring) == expected
        assert {600} <= set(ours.sizes)


def test_the_spirals_settings():
    assert SpiralEntropyConfig().changed(hidden=(4, 4)).hidden == (4, 4)  # widths may repeat
    with pytest.raises(ConfigError, match="neighbours must be less than every size, got 10 and 10"):
        SpiralEntropyConfig().changed(neighbours=10)
    with pytest.raises(IllPosedError, match="beta must be greater than 0"):
        SpiralEntropyConfig().changed(beta=0.0)
    with pytest.raises(ConfigError, match="hidden must be integers separated by commas"):
        SpiralEntropyConfig().changed(hidden=())
