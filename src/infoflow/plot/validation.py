"""Figures of the runs that check estimators, each problem its own."""

from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from infoflow import _checks
from infoflow._errors import RunFolderError
from infoflow.plot.codes import code_figure
from infoflow.plot.corners import corner_figure
from infoflow.plot.integral import integral_figure
from infoflow.plot.network_entropy import network_entropy_figure
from infoflow.runs import Run
from infoflow.runs.cases import case_frame

_FIGURES: dict[str, Callable[[pd.DataFrame, str], Figure]] = {
    "corners": corner_figure,
    "monte-carlo": integral_figure,
    "reed-muller": code_figure,
    "spiral-entropy": network_entropy_figure,
}


def validation_figure(runs: Run | Sequence[Run]) -> Figure:
    """Return the figure of a run that checked estimators case by case, or of several that differ in their seed.

    Corner mixtures: estimates of h(T) against n beside the exact value, a panel per dimension and noise. Monte Carlo:
    root-mean-square error against n_mc, with the slope fitted and both bounds. Reed-Muller: I(X;T) against the noise
    beside the exact curve. The spiral's network: estimates of h(T) against n, a panel per seed. Repetitions
    (replicates, and otherwise seeds) are drawn as their mean with their range.

    Args:
        runs: One run, or runs of equal settings with different seeds.

    Raises:
        RunFolderError: A run of a network, or runs of different problems.
        ValueError: No run, or no case has been measured yet.
    """
    several = [runs] if isinstance(runs, Run) else list(runs)
    if not several:
        raise ValueError("runs must hold at least one run, got none")
    problems = {str(run.manifest["config"].get("problem")) for run in several}
    if not problems <= _FIGURES.keys() or len(problems) > 1:
        raise RunFolderError(
            f"run must be one that checks estimators ({', '.join(_FIGURES)}) for this figure, got {', '.join(problems)}"
        )
    seeds = ", ".join(str(run.manifest["seed"]) for run in several)
    title = f"{several[0].manifest['experiment']}, seed{'s' * (len(several) > 1)} {seeds}"
    return _FIGURES[_checks.one_of("problem", problems.pop(), tuple(_FIGURES))](case_frame(several), title)
