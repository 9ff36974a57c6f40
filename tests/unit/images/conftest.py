import pytest

from infoflow.experiments.images.config import ImageConfig


def make_image_config(**changes) -> ImageConfig:
    return ImageConfig(
        problem="digits",
        n_train=96,
        n_test=60,
        epochs=3,
        lr=0.05,
        checkpoints=1,
        history=2,
        measured_inputs=20,
        kept_inputs=5,
        information_inputs=0,
    ).changed(**changes)


@pytest.fixture
def image_config():
    return make_image_config
