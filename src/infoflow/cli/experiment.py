"""``infoflow list``, ``infoflow run`` and ``infoflow demo``."""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from infoflow._errors import ConfigError, RunFolderError
from infoflow.cli.storing import RunFailed as RunFailed
from infoflow.cli.storing import RunInterrupted as RunInterrupted
from infoflow.cli.storing import resume_and_show, run_and_show, study_and_show
from infoflow.cli.view import shown_live
from infoflow.experiments.config import check_names
from infoflow.experiments.kinds import AnyConfig
from infoflow.experiments.registry import Experiment, experiment_names, load_experiment
from infoflow.experiments.settings import parsed_settings, parsed_value
from infoflow.experiments.validation.config import ValidationConfig

if TYPE_CHECKING:
    from infoflow.experiments.config import ExperimentConfig

_DEMO = "szt-tanh"


def list_experiments() -> None:
    """List the experiments, a line each."""
    names = experiment_names()
    width = max(len(name) for name in names)
    for name in names:
        print(f"{name:<{width}}  {load_experiment(name).title}")


def run(
    name: Annotated[str | None, typer.Argument(help="An experiment of 'infoflow list'.")] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for the run; runs/NAME-seedN by default.")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed of everything random.")] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="K", help="Make a study of K runs with the seeds N, N+1, ….")
    ] = None,
    epochs: Annotated[str | None, typer.Option(metavar="N", help="Epochs of training.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer epochs and estimates, for a first look.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change any setting; may be repeated.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="File or folder of the data, where it is not generated.")] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Finish a run or a study that was broken off.")
    ] = None,
    view: Annotated[bool, typer.Option("--view", help="Open a page that follows the run.")] = False,
) -> None:
    """Train a noisy network, measure its layers, and store table, figure and everything else in a run folder.

    With --seeds, and for an experiment that sweeps a setting, the runs lie in folders of a study: seed0, seed1, ….
    """
    if resume is not None:
        given = {"NAME": name, "--out": out, "--seed": seed, "--seeds": seeds, "--epochs": epochs, "--data": data}
        _refuse_more(given | {"--quick": quick or None, "--set": settings})
        with shown_live(resume, wanted=view):
            resume_and_show(resume)
        return
    experiment = load_experiment(_named(name))
    config = _configured(experiment, quick, seed, epochs, settings or [], data)
    if view and isinstance(config, ValidationConfig):
        raise ConfigError("--view must be of an experiment that trains a network, got a check of estimators")
    n_seeds = 1 if seeds is None else _parsed_count("--seeds", seeds)
    several = seeds is not None or bool(experiment.sweep)
    target = _free_folder(experiment.name, config.seed, several) if out is None else _refuse_existing(out)
    with shown_live(target, wanted=view):
        if several:
            study_and_show(experiment, config, target, range(config.seed, config.seed + n_seeds))
        else:
            run_and_show(experiment, config, target)


def demo() -> None:
    """Run a shortened szt-tanh: the same code with fewer epochs and estimates, in a few minutes."""
    experiment = load_experiment(_DEMO)
    config = cast("ExperimentConfig", experiment.quick)
    target = Path("runs") / f"demo-{time.strftime('%Y%m%d-%H%M%S')}"
    print(
        f"A 12-10-7-5-4-3-2 tanh network with noise (standard deviation {config.beta:g}) after every layer learns the\n"
        f"12-bit problem for {config.epochs} epochs. I(X;T) and I(Y;T) of every layer are measured at "
        f"{config.checkpoints + 1} of them, with\nintervals that need no assumption about network or data.\n",
        flush=True,
    )
    run_and_show(experiment, config, _refuse_existing(target))
    command = _own_command()
    print(
        "\nWhat to try next:\n"
        f"  {command} show {target} --figure again.pdf\n"
        "      the stored run once more; nothing is recomputed\n"
        f"  {command} run szt-tanh\n"
        "      the paper's full run: I(X;T) of the last layers falls again, late\n"
        f"  {command} run szt-tanh --quick --set beta=0.05 --seed 1\n"
        f"  {command} verify\n"
        "      the intervals against problems with known answers\n"
        f"  {command} list"
    )


def _own_command() -> str:
    """Return how to call this program again: by name where it is on the path, else as it was called."""
    called = Path(sys.argv[0])
    if called.stem != "infoflow" or shutil.which("infoflow") is not None:
        return "infoflow"
    return os.path.relpath(called)


def _configured(
    experiment: Experiment, quick: bool, seed: str | None, epochs: str | None, settings: list[str], data: Path | None
) -> AnyConfig:
    config = experiment.quick if quick else experiment.config
    kind = type(config)
    options = {"seed": seed, "epochs": epochs, "data": data}
    check_names([key for key, value in options.items() if value is not None], kind)
    chosen = {key: parsed_value(key, str(value), kind) for key, value in options.items() if value is not None}
    changes = parsed_settings(settings, kind) | chosen
    swept = [key for key in changes if key in experiment.sweep]
    if swept:
        raise ConfigError(f"--set must leave {swept[0]} alone, which {experiment.name} sweeps, got a value for it")
    return config.changed(**changes)


def _named(name: str | None) -> str:
    if name is None:
        raise ConfigError("Missing argument 'NAME': an experiment of 'infoflow list', or --resume RUN")
    return name


def _parsed_count(option: str, text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"{option} must be an integer of at least 1, got {text!r}")
    return int(text)


def _refuse_more(given: dict[str, Any]) -> None:
    more = [option for option, value in given.items() if value is not None]
    if more:
        raise ConfigError(f"--resume must come alone, the settings are those of the stored run; got also {more[0]}")


def _refuse_existing(out: Path) -> Path:
    if out.exists():
        raise RunFolderError(f"--out must be a folder that does not exist yet, got {out} (nothing was overwritten)")
    return out


def _free_folder(name: str, seed: int, several: bool) -> Path:
    base = Path("runs") / (f"{name}-study" if several else f"{name}-seed{seed}")
    candidates = [base, *(base.with_name(f"{base.name}-{k}") for k in range(2, 10_000))]
    for candidate in candidates:
        if not candidate.exists():
            return candidate
    raise ConfigError(f"runs must have a free name {base}-k with k below 10000, got none: use --out")
