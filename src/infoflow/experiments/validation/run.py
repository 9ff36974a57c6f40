"""One run of a check of estimators: every case is measured and stored; broken off, it goes on."""

import os
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from infoflow._errors import InfoflowWarning
from infoflow._random import stream
from infoflow.experiments.folder import run_writer, stored_run
from infoflow.experiments.progress import Listener, Silent
from infoflow.experiments.threads import threads
from infoflow.experiments.validation.case import Case, Found
from infoflow.experiments.validation.config import ValidationConfig
from infoflow.experiments.validation.corners import corner_cases
from infoflow.experiments.validation.monte_carlo import monte_carlo_cases
from infoflow.experiments.validation.reed_muller import reed_muller_cases
from infoflow.experiments.validation.spiral_entropy import spiral_entropy_cases
from infoflow.runs import Run, RunWriter, load_run
from infoflow.runs.cases import measured_cases

_CASES: dict[str, Callable[[Any], list[Case]]] = {
    "corners": corner_cases,
    "monte-carlo": monte_carlo_cases,
    "reed-muller": reed_muller_cases,
    "spiral-entropy": spiral_entropy_cases,
}


def run_validation(
    config: ValidationConfig,
    out: str | Path,
    *,
    name: str = "custom",
    command: Sequence[str] | None = None,
    listener: Listener | None = None,
    resume: bool = False,
) -> Run:
    """Measure all cases of an experiment, and return the stored run.

    Equal settings give equal numbers, whether or not the run was broken off and resumed: a case is a function of the
    settings, and of nothing that was measured before it. What is stored of a case is said in
    :mod:`infoflow.runs.cases`, which also reads it: ``case_frame(run)``.

    Args:
        config: The settings.
        out: The run folder; it must not exist, unless ``resume``.
        name: Name of the experiment, for the manifest.
        command: The command line, for the manifest; ``sys.argv`` by default.
        listener: Hears of the progress.
        resume: Return the finished run that ``out`` holds, finish an unfinished one, or make it.

    Raises:
        RunFolderError: ``out`` exists; with ``resume``, it holds a run with other settings.
    """
    folder = Path(out)
    stored = stored_run(folder, config) if resume else None
    if stored is not None and stored.state == "finished":
        return stored
    with run_writer(folder, config, stored, name=name, command=command) as writer:
        done = set[str]() if stored is None else measured_cases(stored)
        _measure(validation_cases(config), done, config, writer, listener or Silent())
    return load_run(folder)


def validation_cases(config: ValidationConfig) -> list[Case]:
    """Return the cases of an experiment, shuffled: cheap and dear ones mix, so that the time left can be told."""
    cases = _CASES[config.problem](config)
    return [cases[k] for k in stream(0, "order of the cases").permutation(len(cases))]


def _measure(
    cases: Sequence[Case], done: set[str], config: ValidationConfig, writer: RunWriter, listener: Listener
) -> None:
    labels = [case.label for case in cases]
    left = [case for case in cases if case.label not in done]
    if not done:
        writer.record_event("plan", epochs=0, estimated=[0], layers=labels, cases=labels)
    listener.begin(0, 1, len(left))
    with threads(config.threads or os.cpu_count() or 1):
        for case in left:
            start = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", InfoflowWarning)  # what it says is stored, as status and as note
                found = case.measure()
            _store(writer, case, found, time.perf_counter() - start)
            listener.layer_done(0, case.label)
            listener.estimated(0, _summary(case, found))


def _store(writer: RunWriter, case: Case, found: Found, seconds: float) -> None:
    for note in found.notes:
        writer.record_event("note", note, case=case.label)
    if found.interval is not None:
        writer.record_estimates(0, [(case.label, found.interval)], seconds=seconds)
    # last: a case that has measures is stored wholly
    writer.record_measures(0, [(case.label, name, value) for name, value in found.measures.items()])


def _summary(case: Case, found: Found) -> str:
    values = ", ".join(
        f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in found.measures.items()
        if not name.endswith("_stderr")
    )
    interval = "" if found.interval is None else f", interval {found.interval.lower:.4g} to {found.interval.upper:.4g}"
    return f"{case.label}: {values}{interval}"
