import math

import numpy as np
import pytest
import torch
from torch import Tensor

from infoflow.experiments.data.augment import Augmentation
from infoflow.experiments.data.digits import load_digits_28, on_canvas


def test_digits_on_the_canvas():
    data = load_digits_28()
    assert data.train_images.shape == (1437, 28, 28)
    assert data.test_images.shape == (360, 28, 28)
    assert data.train_images.dtype == np.uint8
    assert data.train_images.max() == 255
    assert sorted(set(data.test_labels.tolist())) == list(range(10))
    assert np.array_equal(load_digits_28().train_labels, data.train_labels)


def test_each_pixel_becomes_a_square():
    image = np.zeros((1, 8, 8))
    image[0, 2, 5] = 16
    canvas = on_canvas(image)[0]
    assert np.argwhere(canvas == 255).tolist() == [[y, x] for y in (8, 9, 10) for x in (17, 18, 19)]
    assert canvas.sum() == 9 * 255


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def random_images(k: int = 3) -> Tensor:
    return torch.rand((k, 1, 28, 28), generator=generator())


def test_no_change_is_the_identity():
    images = random_images()
    out = Augmentation(shift=0, degrees=0, shear_degrees=0)(images, generator())
    torch.testing.assert_close(out, images, rtol=0, atol=1e-5)  # float32 coordinates: 28 pixels x 2^-24 x slope 1, x10


def test_repeats_for_a_seed_and_keeps_range_and_shape():
    images = random_images()
    first, again = (Augmentation()(images, generator()) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == images.shape
    assert not torch.equal(first, images)
    assert 0 <= float(first.min()) <= float(first.max()) <= 1 + 1e-6  # bilinear weights sum to 1 up to rounding


@pytest.fixture
def drawn(monkeypatch):
    """Make every drawn amount the given one, in units of its largest."""

    def put(*amounts):
        u = torch.tensor([amounts]) / 2 + 0.5
        monkeypatch.setattr(torch, "rand", lambda *args, **settings: u)

    return put


def test_a_whole_shift_moves_pixels(drawn):
    images = random_images(1)
    drawn(0, 0, 1, -0.5)  # samples 2 pixels further right and 1 further up: the image moves 2 left and 1 down
    out = Augmentation()(images, generator())
    torch.testing.assert_close(out[0, 0, 1:, :-2], images[0, 0, :-1, 2:], rtol=0, atol=1e-5)
    assert float(out[0, 0, 0].abs().max()) < 1e-5
    assert float(out[0, 0, :, -2:].abs().max()) < 1e-5


def test_a_quarter_turn_is_exact(drawn):
    images = random_images(1)
    drawn(1, 0, 0, 0)
    out = Augmentation(degrees=90)(images, generator())
    # output (x, y) shows input (-y, x): the counter-clockwise quarter turn of torch.rot90
    torch.testing.assert_close(out, torch.rot90(images, 1, dims=(2, 3)), rtol=0, atol=1e-5)


def test_amounts_are_within_their_bounds(monkeypatch):
    augmentation = Augmentation(shift=2, degrees=10, shear_degrees=10)
    maps = augmentation.maps(torch.zeros(4000, 1, 28, 28), generator()).double()
    angle = torch.atan2(maps[:, 1, 0], maps[:, 0, 0]).rad2deg()
    # R(a)^-1 A = [[1, tan s], [0, 1]]
    lean = torch.cos(angle.deg2rad()) * maps[:, 0, 1] + torch.sin(angle.deg2rad()) * maps[:, 1, 1]
    shift = maps[:, :, 2] * 14
    for amounts, bound in ((angle, 10), (torch.atan(lean).rad2deg(), 10), (shift[:, 0], 2), (shift[:, 1], 2)):
        assert float(amounts.abs().max()) <= bound * (1 + 1e-5)
        # uniform on [-b, b]: the mean has standard error b / sqrt(3 x 4000); 5 of them
        assert abs(float(amounts.mean())) < 5 * bound / math.sqrt(3 * 4000)
        # P(no amount beyond 99 % of the bound) = .99^4000 < 1e-17
        assert float(amounts.abs().max()) > 0.99 * bound
    assert torch.linalg.det(maps[:, :, :2]) == pytest.approx(np.ones(4000), abs=1e-5)  # rotation and shear keep areas
