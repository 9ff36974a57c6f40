"""Numbers printed in the paper and its companion, from this library's quadrature."""

import numpy as np
import pytest

from infoflow.truths import DeepChain, ReedMuller, corner_mixture, pam, single_neuron


def half_unit(decimals):
    """Half a unit of the last printed decimal, and the rounding of binary fractions."""
    return 0.5 * 10.0**-decimals + 1e-9


@pytest.mark.parametrize(
    ("w", "printed"),
    [(0.03, 0.4991), (0.1, 1.2630), (0.2, 1.3689), (0.5, 1.1654), (1.0, 1.0226), (2.0, 0.6031), (5.0, 0.5623)],
)
def test_tanh_neuron_rises_and_falls(w, printed):
    neuron = single_neuron("tanh", w=w, b=-2 * w, beta=0.05)
    assert neuron.information == pytest.approx(printed, abs=half_unit(4))


def test_leaky_relu_pair():
    def pair(w1, b1, w2, b2):
        return DeepChain("pair", np.arange(1.0, 9.0), ((w1, b1), (w2, b2)), "leaky_relu", 0.05)

    chain = pair(-0.88, 4.3, -0.23, 0.24)
    assert chain.at_layer(1).information == pytest.approx(1.763, abs=half_unit(3))
    # The second layer's printed .862 belongs to unrounded parameters: at the printed ones the value is .8415 (adaptive
    # quadrature agrees to 1e-9), and parameters that round to them give anything from .813 to .867.
    assert chain.information == pytest.approx(0.8415, abs=half_unit(4))
    assert pair(-0.875, 4.35, -0.235, 0.235).information < 0.862 < pair(-0.885, 4.25, -0.235, 0.245).information


@pytest.mark.parametrize(
    ("d", "beta", "printed"),
    [
        (5, 0.05, -4.277),
        (5, 0.1, -0.916),
        (5, 0.2, 2.522),
        (10, 0.05, -8.554),
        (10, 0.1, -1.833),
        (10, 0.2, 5.045),
        (15, 0.1, -2.749),
        (15, 0.2, 7.567),
    ],
)
def test_corner_mixtures_of_truncated_modes(d, beta, printed):
    assert corner_mixture(d, beta=beta).entropy == pytest.approx(printed, abs=half_unit(3))


@pytest.mark.parametrize(("sigma", "printed"), [(0.1, 0.693147), (0.5, 0.632720), (1.0, 0.336831), (2.0, 0.111421)])
def test_binary_input_gaussian_channel(sigma, printed):
    assert pam(2, beta=sigma).information == pytest.approx(printed, abs=half_unit(6))


def test_full_reed_muller_code():
    assert ReedMuller(5, 5, 2.0).information == pytest.approx(3.5655, abs=half_unit(4))
