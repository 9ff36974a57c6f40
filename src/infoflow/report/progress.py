"""How far a run is, and how long it still takes, from its records alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from infoflow.runs import Event

if TYPE_CHECKING:
    import pandas as pd


def run_progress(state: str, events: Sequence[Event], table: "pd.DataFrame", history: "pd.DataFrame") -> dict[str, Any]:
    """Return the progress of a run: epochs trained and estimated, how many were planned, and the seconds left.

    The rest is extrapolated from the mean pace so far, of training and of estimation apart; None where one of them
    has not begun, or where the run stated no plan.

    Args:
        state: State of the run.
        events: Its events; the last ``plan`` counts.
        table: Its estimates.
        history: Its losses, with the seconds of training.
    """
    plan: dict[str, Any] = next((event.data for event in reversed(events) if event.kind == "plan"), {})
    epochs, estimated = plan.get("epochs"), plan.get("estimated")
    done = {int(epoch) for epoch in table["epoch"].unique()}
    trained = int(history["epoch"].max()) if len(history) else 0
    return {
        "trained": trained,
        "epochs": epochs,
        "estimated": len(done),
        "planned": len(estimated) if isinstance(estimated, list) else None,
        "seconds_left": _seconds_left(epochs, estimated, trained, table, history) if state == "running" else None,
    }


def _seconds_left(
    epochs: Any, estimated: Any, trained: int, table: "pd.DataFrame", history: "pd.DataFrame"
) -> float | None:
    if not isinstance(epochs, int) or not isinstance(estimated, list):
        return None
    training = _mean_left(float(history["seconds"].max()) if len(history) else 0.0, trained, epochs - trained)
    costs = table.drop_duplicates("epoch")["seconds"].dropna()
    estimation = _mean_left(float(costs.sum()), len(costs), len(estimated) - len(costs))
    return None if training is None or estimation is None else training + estimation


def _mean_left(seconds: float, done: int, left: int) -> float | None:
    if left <= 0:
        return 0.0
    return seconds / done * left if done > 0 and seconds > 0 else None
