import base64
from typing import Any

import numpy as np
import pytest

from infoflow._errors import RunFolderError
from infoflow.report.layer_view import N_BINS, LayerView
from infoflow.runs import RunWriter


@pytest.fixture
def writer(tmp_path):
    with RunWriter.create(tmp_path / "run", experiment="e", config={}, seed=0) as opened:
        yield opened


def view_of(writer: RunWriter, *values: np.ndarray, **options: Any) -> LayerView:
    for epoch, array in enumerate(values):
        writer.save_array("representations/T", array, epoch=epoch)
    return LayerView(writer.folder, "T", **options)


def points_of(view: LayerView, epoch: int) -> np.ndarray:
    frame = view.frame(epoch)
    scale = np.asarray(frame["scale"])
    steps = np.frombuffer(base64.b64decode(frame["points"]["data"]), "<u2").reshape(-1, len(scale)).astype(float)
    steps[steps == 65535] = np.nan
    return scale[:, 0] + steps / 65534 * (scale[:, 1] - scale[:, 0])


def counts_of(view: LayerView, epoch: int) -> np.ndarray:
    array = view.frame(epoch)["counts"]
    return np.frombuffer(base64.b64decode(array["data"]), f"<{array['type']}").reshape(-1, N_BINS)


def draws(m: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(m, d)).astype(np.float32)


def test_up_to_three_units_are_shown_as_they_are(writer) -> None:
    values = draws(50, 3)
    view = view_of(writer, values)
    # rounding to 65534 steps moves a value by at most half a step of the range
    step = np.ptp(values, axis=0) / 65534
    assert (np.abs(points_of(view, 0) - values) <= 0.5 * step + 1e-6).all()
    assert view.description["names"] == ["unit 1", "unit 2", "unit 3"]


def test_more_units_are_shown_in_principal_components_of_all_epochs(writer) -> None:
    base = draws(400, 2) * [3.0, 1.0]
    embedded = base @ np.linalg.qr(draws(7, 7, 1))[0][:2]
    view = view_of(writer, embedded.astype(np.float32), embedded.astype(np.float32))
    assert view.description["share"] == pytest.approx(1.0, abs=1e-9)  # two dimensions hold all of it
    shown = points_of(view, 1)[:, :2]
    # distances survive an orthogonal projection that keeps all variance; float32 and the steps of the scale cost 1e-4
    np.testing.assert_allclose(
        np.linalg.norm(shown[1:] - shown[:-1], axis=1), np.linalg.norm(base[1:] - base[:-1], axis=1), atol=2e-3
    )


def test_histograms_count_every_value_of_every_input(writer) -> None:
    values = draws(90, 4)
    view = view_of(writer, values, values * 2, points=np.arange(10))
    counts = counts_of(view, 0)
    assert counts.shape == (5, N_BINS)
    assert counts[0].sum() == values.size
    assert (counts[1:].sum(axis=1) == 90).all()
    np.testing.assert_array_equal(counts[0], counts[1:].sum(axis=0))
    assert len(points_of(view, 0)) == 10


def test_wide_layers_have_one_histogram(writer) -> None:
    view = view_of(writer, draws(30, 40))
    assert view.description["units"] == 0
    assert counts_of(view, 0).shape == (1, N_BINS)


def test_values_that_are_not_finite_are_missing_not_moved(writer) -> None:
    values = draws(20, 2)
    values[3, 0] = np.nan
    values[4, 1] = np.inf
    view = view_of(writer, values)
    shown = points_of(view, 0)
    assert np.isnan(shown[3, 0])
    assert np.isnan(shown[4, 1])
    assert np.isfinite(shown[5:]).all()
    assert counts_of(view, 0)[0].sum() == 38


def test_constant_and_single_inputs_have_a_place(writer) -> None:
    view = view_of(writer, np.ones((1, 5), np.float32))
    np.testing.assert_allclose(points_of(view, 0), 0.0, atol=1e-12)
    assert counts_of(view, 0)[0].sum() == 5


def test_a_growing_run_keeps_its_projection_until_its_epochs_have_doubled(writer) -> None:
    view = view_of(writer, draws(30, 5))
    before = view.revision
    writer.save_array("representations/T", draws(30, 5, 1), epoch=1)
    view.refresh()
    assert view.revision > before
    assert view.epochs == [0, 1]
    before, inner = view.revision, 0.5 * draws(30, 5)
    writer.save_array("representations/T", inner, epoch=2)
    view.refresh()
    assert view.revision == before
    assert view.epochs == [0, 1, 2]


def test_bins_follow_values_that_leave_them(writer) -> None:
    view = view_of(writer, draws(30, 2), draws(30, 2, 1))
    before = view.revision
    writer.save_array("representations/T", 10 * draws(30, 2), epoch=2)
    view.refresh()
    assert view.revision > before
    assert counts_of(view, 2)[0].sum() == 60


def test_a_half_written_array_is_left_out_and_named(writer) -> None:
    view = view_of(writer, draws(30, 2))
    path = writer.save_array("representations/T", draws(30, 2), epoch=1)
    path.write_bytes(path.read_bytes()[:-40])
    view.refresh()
    assert view.epochs == [0]
    assert "00000001.npy must be a whole .npy file" in view.damaged[1]


def test_representations_of_another_type_are_left_out(writer) -> None:
    view = view_of(writer, np.array(["a", "b"]))
    assert view.epochs == []
    assert "must be numbers" in view.damaged[0]
    assert view.n_bytes == (0, 0)


def test_an_epoch_that_was_not_stored_is_refused(writer) -> None:
    view = view_of(writer, draws(30, 2))
    with pytest.raises(RunFolderError, match="got 'representations/T' at epoch 9"):
        view.frame(9)


def test_a_link_out_of_the_run_folder_is_not_followed(writer, tmp_path) -> None:
    np.save(tmp_path / "secret.npy", draws(30, 2))
    view = view_of(writer, draws(30, 2))
    (writer.folder / "arrays/representations/T/00000005.npy").symlink_to(tmp_path / "secret.npy")
    view.refresh()
    assert view.epochs == [0]
    assert "must lie in its run folder" in view.damaged[5]
