import pytest

from infoflow import ConfigError
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.registry import experiment_names, load_experiment, parsed_experiment


def test_every_experiment_loads_and_says_where_it_comes_from():
    assert "szt-tanh" in experiment_names()
    for name in experiment_names():
        experiment = load_experiment(name)
        for word in ("Source:", "Command:", "Expected:", "Time:"):
            assert word in experiment.notes, (name, word)
        assert f"infoflow run {name}" in experiment.notes
        assert experiment.title
        full, quick = experiment.config.as_dict(), experiment.quick.as_dict()
        assert quick.get("epochs", 0) <= full.get("epochs", 0)  # a check of estimators has no epochs


def test_szt_tanh_is_the_published_run():
    config = load_experiment("szt-tanh").config
    # the draws are infoflow's own choice: as many as make the intervals narrow
    assert config.changed(n=64, r=10, queries_per_input=0) == ExperimentConfig()


def test_an_unknown_experiment_gets_the_nearest_name():
    with pytest.raises(ConfigError, match=r"got 'szt-tan' \(nearest: szt-tanh"):
        load_experiment("szt-tan")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = ", "must be a TOML file"),
        ("[settings]\nbeta = 0.1", "must hold a title"),
        ('title = "x"\n[other]\n', "at most"),
        ('title = "x"\nsettings = 3', "settings as a table, got 3"),
        ('title = "x"\n[settings]\nbeta = "x"', "beta must be a finite number, got 'x'"),
        ('title = "x"\n[sweep]\nbeta = 0.1', "must sweep beta over a list of values, got 0.1"),
        ('title = "x"\n[sweep]\nbeta = [0.1, "x"]', "beta must be a finite number, got 'x'"),
        ('title = "x"\n[quick]\nepoch = 3', r"got 'epoch' \(nearest: epochs"),
    ],
)
def test_a_bad_file_is_one_line(text, message):
    with pytest.raises(ConfigError, match=message):
        parsed_experiment("x", text)
