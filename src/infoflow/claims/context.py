"""What a check is given: the variant, the seeds, the data, and the runs that claims share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
        say: Hears a line of progress.
    """

    quick: bool
    seeds: tuple[int, ...]
    runs: Path
    data: Path | None = None
    say: Any = field(default=lambda line: None)
    _studies: dict[str, "list[Run]"] = field(default_factory=dict[str, "list[Run]"])

    @property
    def variant(self) -> str:
        """``"quick"`` or ``"full"``."""
        return "quick" if self.quick else "full"

    def choose(self, quick: Any, full: Any) -> Any:
        """Return the value of this variant."""
        return quick if self.quick else full

    def study(self, name: str, **changes: Any) -> "Sequence[Run]":
        """Return the runs of an experiment over all seeds, made once and shared by the claims that need them.

        Args:
            name: An experiment of ``infoflow list``.
            **changes: Settings that differ from its full variant; the same in every claim that shares the runs.
        """
        from infoflow.experiments.registry import load_experiment
        from infoflow.experiments.runner import run_study

        if name not in self._studies:
            config = load_experiment(name).config.changed(**changes)
            folder = self.runs / f"{name}-{self.variant}"
            self._studies[name] = run_study(config, folder, seeds=self.seeds, resume=True)
        return self._studies[name]
