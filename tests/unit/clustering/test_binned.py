import itertools
import math

import numpy as np
import pytest

from infoflow import NonFiniteError
from infoflow.clustering import CellCounts, binned_entropies, binned_entropy, fixed_grid, per_neuron_grid


def brute(cells):
    counts = np.unique(cells, axis=0, return_counts=True)[1]
    p = counts / counts.sum()
    return -float(np.sum(p * np.log(p)))


@pytest.mark.parametrize("d", [1, 3, 7])
def test_uniform_over_cells_gives_the_log_of_their_number(d):
    centres = np.array(list(itertools.product([0.5, 1.5, 2.5], repeat=d)))
    x = np.concatenate([centres - 0.2, centres + 0.2])
    result = binned_entropy(x, width=1.0)
    assert result.H_bin == pytest.approx(d * math.log(3), rel=1e-14)
    assert (result.n_cells, result.n, result.pinned) == (3**d, 2 * 3**d, False)
    assert result.ceiling == pytest.approx(math.log(2 * 3**d), rel=1e-14)


def test_narrow_bins_pin_the_entropy_at_its_ceiling(generator):
    result = binned_entropy(generator.normal(size=(200, 6)), width=1e-9)
    assert result.pinned
    assert result.H_bin == pytest.approx(math.log(200), rel=1e-14)


@pytest.mark.parametrize(
    "arguments",
    [
        {"width": 0.5},
        {"n_bins": 4},
        {"n_bins": 6, "bin_range": "tanh"},
        {"n_bins": 3, "scheme": "per_neuron"},
        {"n_bins": 3, "scheme": "adaptive"},
    ],
)
@pytest.mark.parametrize("d", [2, 6])
def test_entropies_equal_brute_force_on_the_cells(generator, arguments, d):
    # joint information of cells and labels by the chain rule: I = H(B) + H(Y) - H(B, Y)
    x = np.tanh(generator.normal(size=(150, d)))
    labels = generator.integers(3, size=150)
    result = binned_entropy(x, labels, **arguments)
    edges = {
        "width": lambda: np.floor(x / 0.5),
        "n_bins": lambda: np.minimum(np.floor((x - x.min()) / (np.ptp(x) / 4)), 3),
        "bin_range": lambda: np.digitize(x, np.linspace(-1, 1, 7)),
        "per_neuron": lambda: np.minimum(np.floor((x - x.min(0)) / (np.ptp(x, axis=0) / 3)), 2),
        "adaptive": lambda: np.searchsorted(np.sort(x, axis=None)[[50 * d, 100 * d]], x, side="right"),
    }
    cells = edges[arguments.get("scheme", list(arguments)[-1])]()
    joint = np.concatenate([cells, labels[:, None]], axis=1)
    assert result.H_bin == pytest.approx(brute(cells), rel=1e-12)
    information = brute(cells) + brute(labels[:, None]) - brute(joint)
    assert result.I_y_bin == pytest.approx(information, rel=1e-10)
    assert result.H_bin_given_y == pytest.approx(brute(joint) - brute(labels[:, None]), rel=1e-12)


def test_a_function_of_the_label_tells_all_of_it():
    labels = np.repeat([3, 5, 9], [1, 2, 5])
    result = binned_entropy(labels[:, None] * np.ones(6), labels, width=1.0)
    p = np.array([1, 2, 5]) / 8
    assert result.I_y_bin == pytest.approx(-np.sum(p * np.log(p)), rel=1e-14)
    assert result.H_bin_given_y == 0


def test_several_grids_in_one_pass_equal_one_at_a_time(generator):
    x = generator.normal(size=(100, 5))
    grids = [fixed_grid(width=w) for w in (0.1, 0.5, 2.0)] + [per_neuron_grid(x, 4)]
    together = binned_entropies(x, grids)
    assert [result.grid for result in together] == ["width=0.1", "width=0.5", "width=2", "per_neuron=4"]
    assert together[1] == binned_entropy(x, width=0.5)
    assert together[1].I_y_bin is None
    assert together[0].H_bin >= together[1].H_bin >= together[2].H_bin  # nested bins


@pytest.mark.parametrize("d", [2, 9])
def test_streams_and_merges_equal_the_whole(generator, d):
    x, labels = generator.normal(size=(90, d)), generator.integers(2, size=90)
    grid = fixed_grid(width=1.5)
    whole = CellCounts(grid).update(x, labels)
    streamed = CellCounts(grid).update(x[:31], labels[:31]).update(x[31:], labels[31:])
    parts = CellCounts(grid).update(x[50:], labels[50:]).merge(CellCounts(grid).update(x[:50], labels[:50]))
    for other in (streamed, parts, whole.merge(CellCounts(grid)), CellCounts(grid).merge(whole)):
        # sums over the same counts in another order: a few eps per cell
        assert other.result().H_bin == pytest.approx(whole.result().H_bin, rel=1e-13)
        assert other.result().I_y_bin == pytest.approx(whole.result().I_y_bin, rel=1e-12)
        assert other.result().n_cells == whole.result().n_cells
    # a merged stream remembers what it has seen
    with pytest.raises(ValueError, match="labels must be given in every update"):
        parts.update(x)


def test_a_constant_representation_has_no_entropy():
    for arguments in (
        {"width": 0.1},
        {"n_bins": 30},
        *({"n_bins": 3, "scheme": s} for s in ("per_neuron", "adaptive")),
    ):
        result = binned_entropy(np.full((5, 3), 0.1), [0, 0, 1, 1, 1], **arguments)
        assert (result.H_bin, result.I_y_bin, result.n_cells) == (0, 0, 1)


def test_a_negative_zero_is_zero():
    assert binned_entropy([[0.0], [-0.0]], width=0.1).n_cells == 1


def test_unsuitable_arguments_are_refused(generator):
    x = generator.normal(size=(4, 2))
    with pytest.raises(ValueError, match="scheme must be one of fixed, per_neuron, adaptive, got 'kmeans'"):
        binned_entropy(x, width=1.0, scheme="kmeans")
    with pytest.raises(ValueError, match="scheme 'adaptive' must have n_bins and neither width nor bin_range"):
        binned_entropy(x, width=1.0, scheme="adaptive")
    with pytest.raises(ValueError, match="exactly one of width and n_bins"):
        binned_entropy(x)
    with pytest.raises(ValueError, match="width must be finite and at least"):
        binned_entropy(x, width=1e-300)
    with pytest.raises(NonFiniteError):
        binned_entropy([[np.nan]], width=1.0)
    with pytest.raises(ValueError, match="must see samples"):
        CellCounts(fixed_grid(width=1.0)).result()


def test_unlike_streams_do_not_mix(generator):
    x, labels = generator.normal(size=(4, 2)), [0, 1, 0, 1]
    grid = fixed_grid(width=1.0)
    counts = CellCounts(grid).update(x, labels)
    with pytest.raises(ValueError, match="labels must be given in every update or in none"):
        counts.update(x)
    with pytest.raises(ValueError, match="must have d = 2 as before, got 3"):
        counts.update(np.ones((4, 3)), labels)
    with pytest.raises(ValueError, match="must share one grid"):
        counts.merge(CellCounts(fixed_grid(width=1.0)))
    with pytest.raises(ValueError, match="both labels or neither"):
        counts.merge(CellCounts(grid).update(x))
