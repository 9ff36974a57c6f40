"""Several runs that differ in their seed only: median and range of the information of every layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from infoflow._result import Status
from infoflow.plot import stored, style
from infoflow.runs import Run

_SEEDLESS = ("seed", "threads")
_LOSSES = (("train_loss", "train loss", "-"), ("test_loss", "test loss", "--"))


def seeds_figure(runs: Sequence[Run], *, quantity: str = "I(X;T)", mode: str = "certified") -> Figure:
    """Return the median over several runs of every layer's estimates, with their range, above that of the losses.

    The band goes from the smallest to the largest estimate of any seed, it is no confidence interval. Epochs that not
    all runs have are left out. A hollow mark says that some seed's estimate has a status other than ok.

    Args:
        runs: Runs of one experiment that differ in their seed only.
        quantity: ``"I(X;T)"`` or ``"I(Y;T)"``; nats.
        mode: ``"certified"`` or ``"asymptotic"``.

    Raises:
        ValueError: No run, runs of different settings, a run without such estimates, or no common epoch.
    """
    _check_alike(runs)
    table = _pooled([stored.estimates(run, quantity, mode) for run in runs], len(runs), ["epoch", "layer"])
    if table.empty:
        raise ValueError(f"runs must have an estimated epoch in common, got none for {len(runs)} runs")
    figure = style.new_figure(7.5, 6.5)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1.0))
    _draw_layers(above, table, quantity)
    seeds = ", ".join(str(run.manifest["seed"]) for run in runs)
    title = f"median and range of {len(runs)} runs (seeds {seeds}), {mode}"
    above.set_title(style.run_title(runs[0], title, seed=False), fontsize=10)
    history = _pooled([run.history for run in runs], len(runs), ["epoch"])
    _draw_losses(below, history, style.loss_axis_name(runs[0]))
    style.set_epoch_axis(below, int(max([table["epoch"].max(), *history["epoch"]])))
    below.set_xlabel("epoch (losses without noise)")
    return figure


def _check_alike(runs: Sequence[Run]) -> None:
    if not runs:
        raise ValueError("runs must hold at least one run, got none")
    first = _settings(runs[0])
    for run in runs[1:]:
        own = _settings(run)
        different = sorted(key for key in first.keys() | own.keys() if first.get(key) != own.get(key))
        if different:
            raise ValueError(f"runs must differ in their seed only, got different {', '.join(different)} in {run.path}")
    seeds = [run.manifest["seed"] for run in runs]
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"runs must have different seeds, got {', '.join(str(seed) for seed in seeds)}")


def _settings(run: Run) -> dict[str, Any]:
    config = {key: value for key, value in run.manifest["config"].items() if key not in _SEEDLESS}
    return {"experiment": run.manifest["experiment"], **config}


def _pooled(frames: list[pd.DataFrame], n_runs: int, keys: list[str]) -> pd.DataFrame:
    """Return all rows whose keys are in every run, runs one after another."""
    pooled = pd.concat(frames, ignore_index=True)
    return pooled[pooled.groupby(keys)[keys[0]].transform("size") == n_runs]


def _draw_layers(axes: Axes, table: pd.DataFrame, quantity: str) -> None:
    handles: list[Any] = []
    marked: list[str] = []
    for index, (layer, rows) in enumerate(table.groupby("layer", sort=False)):
        look = style.layer_style(index)
        at_epoch = rows.groupby("epoch")["estimate"]
        x, median = np.array(sorted(rows["epoch"].unique())), at_epoch.median().to_numpy()
        axes.fill_between(x, at_epoch.min(), at_epoch.max(), color=look["color"], alpha=0.22, linewidth=0)
        label = f"{layer} (d = {rows['d'].iloc[0]})"
        handles += axes.plot(x, median, label=label, linewidth=1.3, **style.line_marks(index, len(x)), **look)
        statuses = rows.groupby("epoch")["status"].agg(_worst).tolist()
        marked += style.draw_statuses(axes, x, median, statuses, look["color"])
    style.draw_ceiling(axes, float(table["ceiling"].max()), quantity)
    axes.set_ylabel(f"{style.AXIS_NAMES.get(quantity, quantity)}  [nats]")
    axes.legend(handles=[*handles, *style.status_handles(marked)], fontsize=8, loc="best", framealpha=0.85, ncols=2)
    style.add_grid(axes)


def _worst(statuses: Any) -> str:
    """Return the first status that is not ok, or ok."""
    return next((str(status) for status in statuses if status != Status.OK), str(Status.OK))


def _draw_losses(axes: Axes, history: pd.DataFrame, name: str) -> None:
    for (column, label, dash), colour in zip(_LOSSES, ("#0072B2", "#D55E00"), strict=True):
        at_epoch = history.groupby("epoch")[column]
        x = np.array(sorted(history["epoch"].unique()))
        axes.fill_between(x, at_epoch.min(), at_epoch.max(), color=colour, alpha=0.2, linewidth=0)
        axes.plot(x, at_epoch.median(), color=colour, linestyle=dash, linewidth=1.3, label=label)
    axes.set_ylabel(name)
    axes.set_ylim(bottom=0.0)
    axes.legend(fontsize=8, loc="best", framealpha=0.85)
    style.add_grid(axes)
