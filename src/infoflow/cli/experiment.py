"""``infoflow list``, ``infoflow run`` and ``infoflow demo``."""

import os
import shutil
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from infoflow._errors import ConfigError, RunFolderError
from infoflow.cli.view import shown_live
from infoflow.experiments.config import ExperimentConfig
from infoflow.experiments.registry import Experiment, experiment_names, load_experiment
from infoflow.experiments.settings import parsed_settings, parsed_value

if TYPE_CHECKING:
    from infoflow.experiments.progress import Listener
    from infoflow.runs import Run

FIGURE_NAME = "information.png"
_DEMO = "szt-tanh"


class RunFailed(Exception):  # noqa: N818 - says what happened to the run
    """A run that had begun has failed; its folder holds what was finished, and the traceback as an event."""


class RunInterrupted(Exception):  # noqa: N818 - likewise
    """The user stopped a run that had begun; its folder holds what was finished."""


def list_experiments() -> None:
    """List the experiments, a line each."""
    names = experiment_names()
    width = max(len(name) for name in names)
    for name in names:
        print(f"{name:<{width}}  {load_experiment(name).title}")


def run(
    name: Annotated[str, typer.Argument(help="An experiment of 'infoflow list'.")],
    out: Annotated[Path | None, typer.Option(help="New folder for the run; runs/NAME-seedN by default.")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed of everything random.")] = None,
    epochs: Annotated[str | None, typer.Option(metavar="N", help="Epochs of training.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer epochs and estimates, for a first look.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change any setting; may be repeated.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="File or folder of the data, where it is not generated.")] = None,
    view: Annotated[bool, typer.Option("--view", help="Open a page that follows the run.")] = False,
) -> None:
    """Train a noisy network, measure its layers, and store table, figure and everything else in a run folder."""
    experiment = load_experiment(name)
    config = _configured(experiment, quick, seed, epochs, settings or [], data)
    target = _free_folder(name, config.seed) if out is None else _refuse_existing(out)
    with shown_live(target, wanted=view):
        _run_and_show(experiment, config, target)


def demo() -> None:
    """Run a shortened szt-tanh: the same code with fewer epochs and estimates, in a few minutes."""
    experiment = load_experiment(_DEMO)
    config = experiment.quick
    target = Path("runs") / f"demo-{time.strftime('%Y%m%d-%H%M%S')}"
    print(
        f"A 12-10-7-5-4-3-2 tanh network with noise (standard deviation {config.beta:g}) after every layer learns the\n"
        f"12-bit problem for {config.epochs} epochs. I(X;T) and I(Y;T) of every layer are measured at "
        f"{config.checkpoints + 1} of them, with\nintervals that need no assumption about network or data.\n",
        flush=True,
    )
    _run_and_show(experiment, config, _refuse_existing(target))
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
) -> ExperimentConfig:
    options = {"seed": seed, "epochs": epochs, "data": data}
    chosen = {key: parsed_value(key, str(value)) for key, value in options.items() if value is not None}
    config = experiment.quick if quick else experiment.config
    return config.changed(**parsed_settings(settings) | chosen)


def _run_and_show(experiment: Experiment, config: ExperimentConfig, target: Path) -> None:
    from infoflow.cli.show import print_run

    console = Console(stderr=True)
    with _listener(console) as listener:
        result = _run_stored(experiment, config, target, listener)
    figure = _save_figure(result)
    print_run(result)
    print(f"\nrun:    {result.path}\nfigure: {figure}")


def _run_stored(experiment: Experiment, config: ExperimentConfig, target: Path, listener: "Listener") -> "Run":
    from infoflow.experiments.runner import run_experiment

    try:
        return run_experiment(config, target, name=experiment.name, listener=listener)
    except KeyboardInterrupt:
        if _has_begun(target):
            raise RunInterrupted(f"interrupted; what was finished is kept: infoflow show {target}") from None
        raise
    except Exception as error:
        if _has_begun(target):
            raise RunFailed(f"the run failed: {error}; what was finished is kept: infoflow show {target}") from error
        raise


def _has_begun(target: Path) -> bool:
    return (target / "manifest.json").exists()


def _listener(console: Console) -> "AbstractContextManager[Listener]":
    from infoflow.experiments.progress import Bars, Lines

    return Bars(console) if console.is_terminal else nullcontext(Lines(console))


def _save_figure(result: "Run") -> Path:
    from infoflow.plot import information_curves

    path = result.path / FIGURE_NAME
    figure = information_curves(result)
    for target in (path, path.with_suffix(".pdf")):
        figure.savefig(target, dpi=150)
    return path


def _refuse_existing(out: Path) -> Path:
    if out.exists():
        raise RunFolderError(f"--out must be a folder that does not exist yet, got {out} (nothing was overwritten)")
    return out


def _free_folder(name: str, seed: int) -> Path:
    base = Path("runs") / f"{name}-seed{seed}"
    candidates = [base, *(base.with_name(f"{base.name}-{k}") for k in range(2, 10_000))]
    for candidate in candidates:
        if not candidate.exists():
            return candidate
    raise ConfigError(f"runs must have a free name {base}-k with k below 10000, got none: use --out")
