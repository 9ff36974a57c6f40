"""Cases: what a run measured that is no layer of a network, such as an estimator at one dimension and sample size.

A case takes the place of a layer, under a label that says all of it, ``"d=10, beta=0.1, n=1000"``, at epoch 0: nothing
is trained, and no axis but that of epochs is put into the epochs. Intervals of a case are in :attr:`Run.table`, its
other numbers in :attr:`Run.measures`; :func:`case_frame` brings both together with the settings as columns. The run's
``plan`` event lists its cases.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from infoflow.runs.reader import Run

if TYPE_CHECKING:
    import pandas as pd

REPEATED = ("seed", "replicate")
"""Columns of :func:`case_frame` that tell repetitions of one case apart."""

_SETTING = re.compile(r"([A-Za-z_]\w*)=(-?\d+)(\.\d+)?(e[+-]?\d+)?")
_INTERVAL = ("quantity", "lower", "estimate", "upper", "status")


def case_label(settings: Mapping[str, int | float]) -> str:
    """Return the label of a case: ``"name=value, …"`` in the order given; :func:`case_settings` reads it back exactly.

    Raises:
        ValueError: No setting, or a name or a value that a label cannot hold.
    """
    label = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    if not settings or case_settings(label) != dict(settings):
        raise ValueError(f"settings must be finite int or float by name, at least one, got {dict(settings)!r}")
    return label


def case_settings(label: str) -> dict[str, int | float]:
    """Return the settings that a label holds; none where it is not the label of a case, as that of a layer."""
    settings: dict[str, int | float] = {}
    for part in label.split(", "):
        found = _SETTING.fullmatch(part)
        if found is None or found[1] in settings:
            return {}
        settings[found[1]] = int(found[2]) if found[3] is found[4] is None else float(part.partition("=")[2])
    return settings


def planned_cases(run: Run) -> list[str]:
    """Return the labels of the cases that a run measures, in its order; none for a run of a network."""
    plans = [event.data.get("cases", []) for event in run.events if event.kind == "plan"]
    return [str(label) for label in plans[-1]] if plans else []


def measured_cases(run: Run) -> set[str]:
    """Return the labels of the cases that a run has measured; a case's measures are stored last."""
    return set(run.measures["layer"])


def case_frame(runs: Run | Sequence[Run]) -> "pd.DataFrame":
    """Return a row per case and run, in the order of the settings.

    Columns: seed, the settings of the cases (NaN where a case lacks one), their measures, and of their certified
    interval quantity, lower, estimate, upper, status (missing where there is none); nats.

    Args:
        runs: Runs of one experiment.

    Raises:
        ValueError: No case has been measured.
    """
    import pandas as pd

    several = [runs] if isinstance(runs, Run) else list(runs)
    frames = [_frame(run) for run in several]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        raise ValueError(f"run must have measured a case, got none in {', '.join(str(run.path) for run in several)}")
    table = pd.concat(frames, ignore_index=True)
    keys = [name for name in setting_names(several) if name in table]
    return table.sort_values([*keys, "seed"], kind="stable", na_position="first", ignore_index=True)


def setting_names(runs: Sequence[Run]) -> list[str]:
    """Return the names of the settings that tell the runs' cases apart, in the order of their labels."""
    return _in_order(case_settings(label) for run in runs for label in planned_cases(run))


def _frame(run: Run) -> "pd.DataFrame":
    import pandas as pd

    measures, table = run.measures, run.table
    wide = measures.pivot_table(index="layer", columns="measure", values="value", sort=False)
    intervals = table[table["mode"] == "certified"].set_index("layer")[list(_INTERVAL)]
    wide = wide.join(intervals)
    settings = [case_settings(str(label)) for label in wide.index]
    keys = pd.DataFrame(settings, columns=_in_order(settings), index=wide.index)
    frame = pd.concat([keys, wide], axis=1).reset_index(drop=True)
    frame.insert(0, "seed", run.manifest["seed"])
    return frame


def _in_order(settings: Iterable[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for one in settings for name in one))
