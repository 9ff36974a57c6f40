"""What a check is given: the variant, the seeds, the data, and the runs that claims share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infoflow._errors import RunFolderError

if TYPE_CHECKING:
    from infoflow.experiments.config import ExperimentConfig
    from infoflow.experiments.progress import Listener
    from infoflow.runs import Run

VARIANTS = ("quick", "full")


@dataclass(frozen=True, kw_only=True)
class Context:
    """The setting of a check.

    Attributes:
        quick: Whether minutes are wanted rather than hours.
        seeds: Seeds of the runs, and of everything random.
        runs: Folder in which runs are kept and shared.
        data: Folder of MNIST's IDX files, or None for the user's cache.
        say: Hears a line when runs begin.
        listener: Hears of the progress of each run.
    """

    quick: bool
    seeds: tuple[int, ...]
    runs: Path
    data: Path | None = None
    say: Callable[[str], None] = lambda line: None
    listener: "Listener | None" = None
    _studies: dict[str, "list[Run]"] = field(default_factory=dict[str, "list[Run]"])

    @property
    def variant(self) -> str:
        """``"quick"`` or ``"full"``."""
        return "quick" if self.quick else "full"

    def choose(self, quick: Any, full: Any) -> Any:
        """Return the value of this variant."""
        return quick if self.quick else full

    def study(self, name: str, config: "ExperimentConfig") -> "Sequence[Run]":
        """Return the runs of an experiment, one for each seed, made once and shared by the claims that need them.

        Args:
            name: Name of the runs' folder; the variant is appended.
            config: The settings, the same in every claim that shares the runs.
        """
        from infoflow.experiments.runner import run_study

        if name not in self._studies:
            folder = self.runs / f"{name}-{self.variant}"
            self.say(f"  runs: {folder}, seeds {', '.join(str(seed) for seed in self.seeds)}")
            runs = run_study(config, folder, seeds=self.seeds, name=name, listener=self.listener, resume=True)
            self._studies[name] = [_finished(run) for run in runs]
        return self._studies[name]


def _finished(run: "Run") -> "Run":
    if run.state != "finished":
        raise RunFolderError(f"a claim's runs must be finished, got {run.path} {run.state}: {run.events[-1].message}")
    return run
