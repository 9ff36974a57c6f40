import subprocess
import sys

import pytest

from infoflow import experiments
from infoflow.experiments import images
from infoflow.experiments.images.config import ImageConfig
from infoflow.experiments.kinds import configured
from infoflow.experiments.learned import learned_measures
from infoflow.experiments.models import build_network


def test_neurons_with_one_input_give_their_point_in_the_plane(config):
    network = build_network(
        config.changed(hidden=(1, 1, 2), start=(0.5, -1.0, 2.0, 3.0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), 1, 2
    )
    assert learned_measures(network) == [("T1", "w", 0.5), ("T1", "b", -1.0), ("T2", "w", 2.0), ("T2", "b", 3.0)]
    assert learned_measures(build_network(config, 5, 2)) == []


def test_the_problem_tells_the_kind_of_settings():
    assert isinstance(configured({"problem": "digits"}), ImageConfig)
    assert configured({"problem": "neuron"}).problem == "neuron"
    assert configured({}).problem == "szt"


@pytest.mark.parametrize("module", [experiments, images])
def test_only_what_is_public_is_found(module):
    with pytest.raises(AttributeError, match="no attribute 'run_everything'"):
        module.run_everything  # noqa: B018


def test_settings_are_read_without_torch():
    code = "import sys; from infoflow.experiments.registry import load_experiment as l; l('szt-beta'); l('mnist-cnn'); "
    done = subprocess.run([sys.executable, "-c", code + "sys.exit('torch' in sys.modules)"], check=False)
    assert done.returncode == 0
