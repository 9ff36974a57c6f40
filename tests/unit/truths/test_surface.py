import math

import numpy as np
import pytest

from infoflow._errors import IllPosedError, InfoflowError
from infoflow.truths import single_neuron, surface
from infoflow.truths.surface import neuron_surface


@pytest.mark.parametrize("activation", ["tanh", "leaky_relu", "relu", "linear"])
def test_every_point_is_the_neuron_solved_by_the_other_rule(activation):
    # Gauss-Legendre panels of single_neuron (1e-10) against the trapezoidal rule here: they share no code
    w, b = [-0.3, 0.0, 0.4, 5.0], [-10.0, 0.0, 0.7]
    found = neuron_surface(activation, w=w, b=b, beta=0.05, inputs=[1.0, 2.0, 5.0])
    assert found.information.shape == (3, 4)
    exact = [[single_neuron(activation, w=x, b=y, beta=0.05, inputs=[1.0, 2.0, 5.0]).information for x in w] for y in b]
    np.testing.assert_allclose(found.information, exact, rtol=0, atol=1e-8 + 1e-10)


def test_published_values_along_the_diagonal():
    # exact I(X;T) along b = -2w, beta .05, to the four published decimals
    published = {0.03: 0.4991, 0.1: 1.2630, 0.2: 1.3689, 0.5: 1.1654, 1: 1.0226, 2: 0.6031, 5: 0.5623}
    for w, value in published.items():
        assert neuron_surface("tanh", w=[w], b=[-2 * w], beta=0.05).information[0, 0] == pytest.approx(value, abs=5e-5)


def test_a_silent_and_a_perfect_neuron():
    # w = 0: nothing; points 20 noise deviations apart: ln 4, less than 4 Q(10) of it
    found = neuron_surface("linear", w=[0.0, 1.0], b=[3.0], beta=0.1)
    assert found.information[0] == pytest.approx([0.0, math.log(4)], abs=1e-12)


def test_bad_arguments_are_one_line():
    with pytest.raises(ValueError, match="activation must be one of"):
        neuron_surface("sine", w=[1.0], b=[0.0], beta=0.1)
    with pytest.raises(IllPosedError, match="beta must be"):
        neuron_surface("tanh", w=[1.0], b=[0.0], beta=0.0)
    with pytest.raises(ValueError, match="w must have shape"):
        neuron_surface("tanh", w=1.0, b=[0.0], beta=0.1)


def test_a_quadrature_that_does_not_settle_is_an_error(monkeypatch):
    monkeypatch.setattr(surface, "_TOLERANCE", -1.0)
    with pytest.raises(InfoflowError, match="quadrature must converge"):
        neuron_surface("tanh", w=[0.1], b=[0.0], beta=0.1)
