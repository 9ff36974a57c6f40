"""How often intervals covered known truths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import beta as beta_distribution

from infoflow import _checks
from infoflow._errors import LoadError
from infoflow._types import Array
from infoflow.plot import style
from infoflow.verification import Coverage

_COLUMNS = ("name", "quantity", "mode", "replicates", "covered")
_LOOKS: dict[str, dict[str, Any]] = {
    "certified": {"marker": "o", "color": "#0072B2", "markerfacecolor": "#0072B2"},
    "asymptotic": {"marker": "D", "color": "#D55E00", "markerfacecolor": "white"},
}
_OFFSET = 0.17
_SURE = 0.95


def coverage_figure(rows: Sequence[Coverage] | pd.DataFrame | str | Path, *, nominal: float = 0.95) -> Figure:
    """Return the coverage of known truths: a line per truth, a panel per quantity, certified and asymptotic intervals.

    A whisker is the exact binomial 95 % interval of a rate (Clopper and Pearson), given the number of replicates; the
    dotted line is the nominal rate. Truths are sorted by their lowest rate.

    Args:
        rows: Results of :func:`infoflow.verification.coverage`, a table with the columns name, quantity, mode,
            replicates and covered, or the path of such a ``.csv`` file.
        nominal: The confidence that was asked of the intervals.

    Raises:
        LoadError: The file cannot be read as such a table.
        ValueError: No rows, a missing column, or counts that do not fit.
    """
    table = _table(rows)
    _checks.probability("nominal", nominal)
    quantities = list(dict.fromkeys(table["quantity"]))
    rate = table["covered"] / table["replicates"]
    names = list(rate.groupby(table["name"]).min().sort_values(kind="stable", ascending=False).index)
    figure = style.new_figure(3.4 + 3.0 * len(quantities), 1.3 + 0.24 * len(names))
    panels = figure.subplots(1, len(quantities), sharey=True, squeeze=False)[0]
    least = _lowest(table)
    for panel, quantity in zip(panels, quantities, strict=True):
        _draw_quantity(panel, table[table["quantity"] == quantity], names)
        panel.axvline(nominal, **style.REFERENCE)
        panel.set_title(quantity, fontsize=10)
        panel.set_xlabel("part of the intervals that cover")
        panel.set_xlim(least - 0.02, 1.01)
        panel.set_ylim(-0.8, len(names) - 0.2)
        style.add_grid(panel)
    panels[0].set_yticks(range(len(names)), [name.replace("$", r"\$") for name in names], fontsize=8)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, fontsize=8)
    figure.suptitle(f"coverage of known truths, nominal {nominal:.0%} (dotted)", fontsize=10)
    return figure


def _table(rows: Sequence[Coverage] | pd.DataFrame | str | Path) -> pd.DataFrame:
    if isinstance(rows, str | Path):
        table = _read(Path(rows))
    elif isinstance(rows, pd.DataFrame):
        table = rows
    else:
        table = pd.DataFrame([{name: getattr(row, name) for name in _COLUMNS} for row in rows], columns=list(_COLUMNS))
    missing = [name for name in _COLUMNS if name not in table.columns]
    if missing or table.empty:
        found = f"no {', '.join(missing)}" if missing else "no rows"
        raise ValueError(f"rows must hold {', '.join(_COLUMNS)}, got {found}")
    if not ((table["replicates"] >= 1) & (table["covered"] >= 0) & (table["covered"] <= table["replicates"])).all():
        raise ValueError("rows must hold 0 <= covered <= replicates and replicates >= 1, got counts that do not")
    unknown = sorted(set(table["mode"]) - set(_LOOKS))
    if unknown:
        raise ValueError(f"mode must be one of {', '.join(_LOOKS)}, got {', '.join(map(str, unknown))}")
    return table


def _read(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise LoadError(f"coverage must be a readable .csv table, got {path}: {error}") from None


def _binomial_ends(covered: Array, replicates: Array) -> tuple[Array, Array]:
    """Return the exact interval of a rate: quantiles of beta distributions (Clopper and Pearson 1934)."""
    tail = (1 - _SURE) / 2
    lower = np.where(covered > 0, beta_distribution.ppf(tail, covered, replicates - covered + 1), 0.0)
    failed = replicates - covered
    upper = np.where(failed > 0, beta_distribution.ppf(1 - tail, covered + 1, np.maximum(failed, 1)), 1.0)
    return lower, upper


def _lowest(table: pd.DataFrame) -> float:
    lower, _ = _binomial_ends(table["covered"].to_numpy(np.float64), table["replicates"].to_numpy(np.float64))
    return float(np.min(lower))


def _draw_quantity(axes: Axes, table: pd.DataFrame, names: list[str]) -> None:
    place = {name: index for index, name in enumerate(names)}
    for side, (mode, look) in zip((1, -1), _LOOKS.items(), strict=True):
        rows = table[table["mode"] == mode]
        covered, replicates = rows["covered"].to_numpy(np.float64), rows["replicates"].to_numpy(np.float64)
        y = np.array([place[name] for name in rows["name"]], dtype=np.float64) + side * _OFFSET
        lower, upper = _binomial_ends(np.maximum(covered, 0), replicates)
        axes.hlines(y, lower, upper, color=look["color"], linewidth=1.0, alpha=0.7)
        axes.plot(covered / replicates, y, linestyle="none", markersize=4.5, label=mode, **look)
