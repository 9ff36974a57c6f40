import math

import numpy as np
import pytest

from infoflow import input_information
from infoflow.experiments.images.cnn import build_network
from infoflow.experiments.images.images import load_images
from infoflow.experiments.images.information import image_information, in_span


def test_log_ratios_are_the_same_in_the_span():
    rng = np.random.default_rng(0)
    centres, fresh = rng.standard_normal((4, 3, 50)), rng.standard_normal((4, 2, 50))
    few, points = in_span(centres, fresh)
    assert few.shape == (4, 3, 11)
    assert points.shape == (4, 2, 11)

    def log_ratios(c, t):
        squares = np.square(t.reshape(8, 1, -1) - c.reshape(1, 12, -1)).sum(axis=2)
        return squares - squares[:, :1]

    # float64 sums of 50 squares of order 1
    assert log_ratios(few, points) == pytest.approx(log_ratios(centres, fresh), abs=1e-11)


def test_few_dimensions_stay_as_they_are():
    centres, fresh = np.zeros((4, 3, 11)), np.zeros((4, 2, 11))
    assert in_span(centres, fresh)[0] is centres
    assert in_span(centres, fresh)[1] is fresh


def test_the_interval_covers_the_truth_of_two_far_points():
    # two centres 1 apart in 1000 dimensions, beta .05: ten standard deviations each way, I = ln 2 up to e^-50
    centres = np.zeros((2, 1, 1000))
    centres[1] = 1 / math.sqrt(1000)
    few, _ = in_span(centres, centres)
    assert few.shape == (2, 1, 1)
    found = input_information(few, None, beta=0.05, exact=True, queries_per_input=64)
    assert found.lower <= math.log(2) <= found.upper + 1e-12


def test_intervals_of_a_network(image_config):
    config = image_config(information_inputs=6, beta=0.2, n=2, r=2)
    data, network = load_images(config), build_network(config)
    before = network.state()
    chosen = data.measured[:6]
    found = image_information(network.noisy, data.test_images[chosen], data.test_labels[chosen], config, 0)
    assert {layer for layer, _ in found} == {"T1", "T2", "T3"}
    assert {layer: interval.d for layer, interval in found} == {"T1": 12544, "T2": 6272, "T3": 128}
    ceilings = [interval.ceiling for _, interval in found if interval.quantity == "I(X;T)"]
    assert ceilings == pytest.approx([math.log(6)] * len(ceilings), rel=1e-12)
    assert all(0 <= interval.lower <= interval.upper for _, interval in found)
    again = image_information(network.noisy, data.test_images[chosen], data.test_labels[chosen], config, 0)
    assert [interval.lower for _, interval in again] == [interval.lower for _, interval in found]
    assert all((network.state()[name] == value).all() for name, value in before.items())
