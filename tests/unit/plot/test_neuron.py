import io
from shutil import copytree

import numpy as np
import pytest

from infoflow._errors import RunFolderError
from infoflow.plot import neuron_trajectory
from infoflow.plot.neuron import neuron_paths, single_neurons
from infoflow.runs import RunWriter, load_run
from infoflow.truths import single_neuron
from infoflow.truths.surface import neuron_surface


def test_the_path_is_that_of_the_checkpoints(neuron_run):
    epochs, path = neuron_paths(neuron_run)["T1"]
    np.testing.assert_array_equal(epochs, [0, 10, 100, 1000])
    np.testing.assert_array_equal(path, [[0, 0], [1, -2], [2, -4], [3, -6]])
    axes = neuron_trajectory(neuron_run).axes[0]
    np.testing.assert_array_equal(axes.lines[0].get_xydata(), path)


def test_the_surface_around_the_path_has_a_bar_in_nats(neuron_run):
    figure = neuron_trajectory(neuron_run)
    assert "exact $I(X;T)$  [nats]" in [axes.get_ylabel() for axes in figure.axes]
    figure.savefig(io.BytesIO(), format="pdf")


def test_a_surface_can_be_given_and_a_deeper_neuron_has_none(neuron_run):
    surface = neuron_surface("tanh", w=[0.0, 1.0, 2.0], b=[-1.0, 0.0], beta=0.05)
    assert neuron_trajectory(neuron_run, surface=surface).axes[0].get_xlim()[1] >= 2.0
    assert len(neuron_trajectory(neuron_run, layer="T2").axes) == 2  # the plane and the bar of epochs
    values = neuron_trajectory(neuron_run, inputs=[0.0, 1.0])
    assert len(values.axes) == 3


def test_only_units_with_one_input_are_neurons():
    shapes = {"T1": (1, 1), "T2": (2, 1), "T3": (1, 2)}
    state = {f"model.{name}.0.weight": np.zeros(shape) for name, shape in shapes.items()}
    state |= {f"model.{name}.0.bias": np.zeros(shape[0]) for name, shape in shapes.items()}
    assert single_neurons(state) == {"T1": ("model.T1.0.weight", "model.T1.0.bias")}


def test_measured_weights_come_before_checkpoints(neuron_run, tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.record_event("plan", layers=["T1", "T2"])
        for epoch in (0, 5):
            writer.record_measures(epoch, [("T2", "w", 0.5 * epoch), ("T2", "b", 1.0), ("T1", "w", 1.0)])
    paths = neuron_paths(load_run(tmp_path / "run"))
    assert list(paths) == ["T2"]
    np.testing.assert_array_equal(paths["T2"][0], [0, 5])
    np.testing.assert_array_equal(paths["T2"][1], [[0.0, 1.0], [2.5, 1.0]])
    assert len(neuron_trajectory(load_run(tmp_path / "run")).axes) == 2  # a deeper layer has no surface


def test_runs_without_such_a_path_are_one_line(run, neuron_run, tmp_path):
    with pytest.raises(RunFolderError, match="a layer of one unit with one input"):
        neuron_trajectory(run)
    with pytest.raises(ValueError, match="layer must be one of T1, T2, got 'T3'"):
        neuron_trajectory(neuron_run, layer="T3")


def test_a_run_without_neurons_is_one_line(tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="x", config={}, seed=0) as writer:
        writer.save_checkpoint(0, {"model.T1.0.weight": np.zeros((3, 2), np.float32)})
    with pytest.raises(RunFolderError, match="a layer of one unit with one input"):
        neuron_trajectory(load_run(tmp_path / "run"))


def test_the_inputs_must_be_stored_or_given(neuron_run, tmp_path):
    copytree(neuron_run.path, tmp_path / "run")
    (tmp_path / "run" / "arrays" / "inputs" / "static.npy").unlink()
    with pytest.raises(RunFolderError, match="'inputs' without epoch"):
        neuron_trajectory(load_run(tmp_path / "run"))


def test_the_surface_agrees_with_the_exact_neuron():
    single = single_neuron("tanh", w=0.1, b=-0.2, beta=0.05)
    surface = neuron_surface("tanh", w=[0.1], b=[-0.2], beta=0.05)
    assert surface.information[0, 0] == pytest.approx(single.information, abs=surface.tolerance + single.tolerance)
