"""I(X;T) of a layer whose S is random given X: h(T|X) comes from draws given inputs."""

import math

import numpy as np
import pytest

from infoflow import IllPosedError, NonFiniteError
from infoflow.comparators import kernel_density_information, nearest_neighbour_information

ESTIMATORS = [nearest_neighbour_information, kernel_density_information]
BETA, SPREAD = 0.1, 0.4


def draws(generator, inputs, n):
    """T = S + Z of inputs that no draw confuses (90 s.d. apart), S ~ N(40 x, .4²) given x: shape (inputs, n, 1)."""
    s = 40.0 * np.arange(inputs)[:, None, None] + SPREAD * generator.standard_normal((inputs, n, 1))
    return s + BETA * generator.standard_normal(s.shape)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_random_layers_have_the_entropy_of_their_draws_subtracted(generator, estimator):
    t, given = draws(generator, 4, 500), draws(generator, 4, 500)
    found = estimator(t.reshape(-1, 1), beta=BETA, given=given)
    alone = estimator(t.reshape(-1, 1), beta=BETA)
    # I(X;T) = ln 4. Both entropies err by the s.d. of ln p, below 1, and of ln of a distance, below 1.3, over
    # sqrt(2000): 4 s.e. of their difference. The same kernel or neighbours of each cluster: the bias cancels up to
    # that of a bandwidth chosen over four clusters, whose rate is n^(-2/5) < .05
    assert found[0].nats == pytest.approx(math.log(4), abs=4 * math.sqrt(2) * 1.3 / math.sqrt(2000) + 0.05)
    # without draws it is I(S;T), larger by h(T|X) - h(Z) = ln(sqrt(.4² + .1²)/.1)
    excess = math.log(math.hypot(SPREAD, BETA) / BETA)
    assert alone[0].nats - found[0].nats == pytest.approx(excess, abs=4 * 1.3 / math.sqrt(2000) + 0.05)
    assert "h(T|X) of 4 inputs by 500 draws each, s.e. " in found[0].form


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_draws_of_a_layer_that_is_a_function_of_x_change_nothing_but_noise(generator, estimator):
    z = generator.standard_normal((1, 500, 1))
    found = estimator(z[0], beta=1.0, m=1, given=z)
    assert found[0].nats == pytest.approx(0.0, abs=1e-12)  # the same number twice


def test_information_about_labels_has_no_such_entropy(generator):
    labels = np.arange(200) % 2
    t = generator.standard_normal((200, 1)) + labels[:, None]  # noise of s.d. .1, the rest is of S
    with_draws = nearest_neighbour_information(t, labels, beta=0.1, given=0.5 * t[None])[1]
    assert with_draws == nearest_neighbour_information(t, labels, beta=0.1)[1]


def test_one_input_has_no_standard_error(generator):
    t = generator.standard_normal((50, 2))
    assert (
        nearest_neighbour_information(t, beta=1.0, given=t[None])[0].form == "k=3, h(T|X) of 1 inputs by 50 draws each"
    )


def test_bad_draws_are_refused(generator):
    t = generator.standard_normal((50, 2))
    with pytest.raises(ValueError, match=r"given must have the dimension of the samples, 2, got 3"):
        nearest_neighbour_information(t, beta=1.0, given=np.zeros((4, 9, 3)))
    with pytest.raises(ValueError, match=r"given must have shape \(j, r, d\)"):
        nearest_neighbour_information(t, beta=1.0, given=t)
    with pytest.raises(NonFiniteError, match="given must be finite"):
        nearest_neighbour_information(t, beta=1.0, given=np.full((1, 9, 2), np.nan))
    with pytest.raises(IllPosedError, match="k must be less than the number of samples 3"):
        nearest_neighbour_information(t, beta=1.0, given=t[None, :3])
