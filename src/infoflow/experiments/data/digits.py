"""scikit-learn's bundled 8x8 digits, put on a 28x28 canvas: the quick stand-in for MNIST, with no download."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from infoflow._random import stream
from infoflow.experiments.data.mnist import Images

_SCALE = 3
_MARGIN = 2
_BRIGHTEST = 16
N_TEST = 360
"""Test digits: a fifth of the 1797."""


class Digits(NamedTuple):
    """Images (m, 28, 28), uint8, and labels 0..9 (m,), for training and for testing."""

    train_images: Images
    train_labels: npt.NDArray[np.int64]
    test_images: Images
    test_labels: npt.NDArray[np.int64]


def load_digits_28() -> Digits:
    """Return the 1797 digits, 1437 for training and 360 for testing, the same split always.

    Each pixel becomes a 3x3 square, with a margin of 2 around the 24x24 image, and 16, its brightest value, 255: the
    network for MNIST takes them as they are.

    Raises:
        ImportError: scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise ImportError("digits need scikit-learn, got none: pip install infoflow[compare]") from None
    bundle: Any = load_digits()
    images = on_canvas(np.asarray(bundle.images))
    labels = np.asarray(bundle.target).astype(np.int64)
    order = stream(0, "split of the digits").permutation(len(labels))
    train, test = np.sort(order[N_TEST:]), np.sort(order[:N_TEST])
    return Digits(images[train], labels[train], images[test], labels[test])


def on_canvas(images: npt.NDArray[Any]) -> Images:
    """Return 8x8 images with values 0..16, shape (m, 8, 8), as uint8 images of shape (m, 28, 28)."""
    large = images.repeat(_SCALE, axis=1).repeat(_SCALE, axis=2)
    canvas = np.pad(large, ((0, 0), (_MARGIN, _MARGIN), (_MARGIN, _MARGIN)))
    return np.round(canvas * (255 / _BRIGHTEST)).astype(np.uint8)
