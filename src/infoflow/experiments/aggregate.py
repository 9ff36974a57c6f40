"""Several runs that differ in their seed as one table: median and range of every layer's estimate."""

from collections.abc import Sequence

import pandas as pd

from infoflow.runs import Run

_KEYS = ["quantity", "layer", "epoch"]


def aggregated(runs: Sequence[Run], *, mode: str = "certified") -> pd.DataFrame:
    """Return median and range over the runs of every layer's estimate, with the ends that enclose all their intervals.

    Columns: quantity, layer, epoch, n_runs, median, least, most (estimates), lower, upper (smallest lower end, largest
    upper end); nats. The range is that of the seeds, the interval from lower to upper adds what each run leaves open.

    Args:
        runs: Runs of one experiment; epochs that not all of them have are left out.
        mode: ``"certified"`` or ``"asymptotic"``.
    """
    tables = [run.table for run in runs]
    rows = pd.concat([table[table["mode"] == mode] for table in tables], ignore_index=True)
    result = rows.groupby(_KEYS, sort=False).agg(
        n_runs=("estimate", "size"),
        median=("estimate", "median"),
        least=("estimate", "min"),
        most=("estimate", "max"),
        lower=("lower", "min"),
        upper=("upper", "max"),
    )
    return result[result["n_runs"] == len(runs)].reset_index()


def aggregate_lines(runs: Sequence[Run]) -> list[str]:
    """Return lines for a terminal: every layer at its first, its highest and its last epoch, and the final scores.

    Args:
        runs: Finished runs of one experiment.
    """
    lines = [f"{len(runs)} runs: median [range] of the estimates, nats"]
    for (quantity, layer), rows in aggregated(runs).groupby(["quantity", "layer"], sort=False):
        highest = rows.iloc[int(rows["median"].to_numpy().argmax())]
        shown = [("first", rows.iloc[0]), ("highest", highest), ("last", rows.iloc[-1])]
        cells = [
            f"{name} {row['median']:.3f} [{row['least']:.3f}, {row['most']:.3f}] at {row['epoch']}"
            for name, row in shown
        ]
        lines.append(f"{quantity} {layer}: {'; '.join(cells)}")
    last = pd.DataFrame([run.history.iloc[-1] for run in runs])
    for column in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        values = last[column]
        name = column.replace("_", " ")
        lines.append(f"{name}: {values.median():.4f} [{values.min():.4f}, {values.max():.4f}] at the end")
    return lines
