"""What ``infoflow run`` does with a run or a study: make it or go on with it, show it, and say what is kept."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from infoflow.cli.cases import holds_cases, table_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from infoflow.experiments.kinds import AnyConfig
    from infoflow.experiments.progress import Listener
    from infoflow.experiments.registry import Experiment
    from infoflow.runs import Run

FIGURE_NAME = "information.png"
STUDY_FIGURE_NAME = "seeds.png"
CASES_FIGURE_NAME = "validation.png"


class RunFailed(Exception):  # noqa: N818 - says what happened to the run
    """A run that had begun has failed; its folder holds what was finished, and the traceback as an event."""


class RunInterrupted(Exception):  # noqa: N818 - likewise
    """The user stopped a run that had begun; its folder holds what was finished."""


def run_and_show(experiment: "Experiment", config: "AnyConfig", target: Path) -> None:
    """Make one run, store its figure, and print its table."""

    def make(listener: "Listener") -> "list[Run]":
        from infoflow.experiments import run_experiment

        return [run_experiment(config, target, name=experiment.name, listener=listener)]

    (run,) = _made(make, target)
    _show_run(run)


def study_and_show(experiment: "Experiment", config: "AnyConfig", target: Path, seeds: range) -> None:
    """Make the runs of a study, store a figure for each value of what is swept, and print what the seeds share."""

    def make(listener: "Listener") -> "list[Run]":
        from infoflow.experiments import run_study

        sweep = experiment.sweep
        return run_study(config, target, seeds, sweep=sweep, name=experiment.name, listener=listener)

    _show_study(target, _made(make, target))


def resume_and_show(target: Path) -> None:
    """Finish a stored run or study, and show it."""

    def make(listener: "Listener") -> "list[Run]":
        from infoflow.experiments import resume_stored

        return resume_stored(target, listener=listener)

    runs = _made(make, target)
    if [run.path for run in runs] == [target]:
        _show_run(runs[0])
    else:
        _show_study(target, runs)


def _made(make: "Callable[[Listener], list[Run]]", target: Path) -> "list[Run]":
    try:
        with _listener(Console(stderr=True)) as listener:
            return make(listener)
    except KeyboardInterrupt:
        if _has_begun(target):
            raise RunInterrupted(
                f"interrupted; what was finished is kept: infoflow show {target}; to go on: "
                f"infoflow run --resume {target}"
            ) from None
        raise
    except Exception as error:
        if _has_begun(target) and not _refused(error):
            raise RunFailed(f"the run failed: {error}; what was finished is kept: infoflow show {target}") from error
        raise


def _refused(error: Exception) -> bool:
    from infoflow._errors import ConfigError, LoadError, RunFolderError

    return isinstance(error, ConfigError | LoadError | RunFolderError)


def _has_begun(target: Path) -> bool:
    return (target / "manifest.json").exists() or (target / "study.json").exists()


def _listener(console: Console) -> "AbstractContextManager[Listener]":
    from infoflow.experiments.progress import Bars, Lines

    return Bars(console) if console.is_terminal else nullcontext(Lines(console))


def _show_run(run: "Run") -> None:
    from infoflow.cli.show import print_run
    from infoflow.plot import information_curves

    print_run(run)
    print(f"\nrun:    {run.path}")
    if holds_cases([run.path]):
        print(f"figure: {_save_cases([run], run.path)}")
    elif not run.table.empty:
        print(f"figure: {_save(information_curves(run), run.path / FIGURE_NAME)}")


def _show_study(target: Path, runs: "Sequence[Run]") -> None:
    from infoflow.experiments.aggregate import aggregate_lines

    for folder in dict.fromkeys(run.path.parent for run in runs):
        finished = [run for run in runs if run.path.parent == folder and run.state == "finished"]
        print(f"{folder}:")
        if holds_cases([run.path for run in finished]):
            print(table_of(finished))
            print(f"  figure: {_save_cases(finished, folder)}")
            continue
        if finished:
            print("\n".join(f"  {line}" for line in aggregate_lines(finished)))
        if finished and not any(run.table.empty for run in finished):
            from infoflow.plot import seeds_figure

            print(f"  figure: {_save(seeds_figure(finished), folder / STUDY_FIGURE_NAME)}")
    print(f"\nstudy:  {target}")
    failed = [run for run in runs if run.state != "finished"]
    if failed:
        names = ", ".join(run.path.relative_to(target).as_posix() for run in failed)
        raise RunFailed(f"{len(failed)} of {len(runs)} runs failed: {names}; infoflow show {failed[0].path} says why")


def _save_cases(runs: "Sequence[Run]", folder: Path) -> Path:
    from infoflow.plot import validation_figure

    return _save(validation_figure(runs), folder / CASES_FIGURE_NAME)


def _save(figure: "Figure", path: Path) -> Path:
    for target in (path, path.with_suffix(".pdf")):
        figure.savefig(target, dpi=150)
    return path
