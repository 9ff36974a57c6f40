import pytest
import torch
from torch import nn

from infoflow.experiments.images import run_images
from infoflow.experiments.images.alignment import last_network
from infoflow.experiments.images.images import as_batch, load_images
from infoflow.experiments.images.recalibration import recalibrated_errors


@pytest.mark.parametrize("noise", ["gaussian", "dropout"])
def test_only_the_statistics_of_batch_norm_change(noise, image_config, tmp_path):
    config = image_config(epochs=1, noise=noise, beta=0.5, checkpoints=1, measured_inputs=2, kept_inputs=0)
    run = run_images(config, tmp_path / "run")
    data = load_images(config)
    network = last_network(run)
    if network.noisy is not None:
        network.noisy.detach()
    model = network.model.eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.train().momentum = 1.0  # the statistics of one pass of all images take the place of the old ones
    with torch.no_grad():
        model(as_batch(data.train_images))  # 96 images: one chunk
        wrong = model.eval()(as_batch(data.test_images)).argmax(1).numpy() != data.test_labels
    before = run.checkpoint(1)
    assert recalibrated_errors(run) == wrong.sum()
    assert all((run.checkpoint(1)[name] == value).all() for name, value in before.items())


def test_too_few_images(tmp_path):
    with pytest.raises(ValueError, match="n_images must be at least 2, got 1"):
        recalibrated_errors(None, n_images=1)
