"""What a validation found: every problem at once, each with its reason and what to do about it."""

from dataclasses import dataclass

from infoflow._errors import IllPosedError


@dataclass(frozen=True)
class Finding:
    """One finding.

    Attributes:
        layer: Name of the submodule, empty for the model as a whole.
        reason: What is the matter, and why it matters.
        remedy: What to do.
        blocking: Whether a measurement would be wrong or impossible; else it is something to know.
    """

    layer: str
    reason: str
    remedy: str
    blocking: bool = True

    def __str__(self) -> str:
        where = f"{self.layer!r}: " if self.layer else ""
        kind = "" if self.blocking else "note: "
        return f"{kind}{where}{self.reason}; {self.remedy}"


@dataclass(frozen=True)
class ValidationReport:
    """All findings about a model, its inputs and the layers chosen.

    Attributes:
        findings: In the order in which they were looked for.
        layers: The layers chosen.
        bypassed: Layers that later layers do not depend on alone: information reaches these past the noise of the
            bypassed one (a skip connection), so that data processing does not order the two, and intervals must not
            be tightened along the layers.
    """

    findings: tuple[Finding, ...]
    layers: tuple[str, ...]
    bypassed: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[Finding, ...]:
        """The blocking findings."""
        return tuple(finding for finding in self.findings if finding.blocking)

    @property
    def notes(self) -> tuple[Finding, ...]:
        """The findings that are only to be known."""
        return tuple(finding for finding in self.findings if not finding.blocking)

    @property
    def ok(self) -> bool:
        """Whether nothing blocks a measurement."""
        return not self.problems

    def raise_if_any(self) -> None:
        """Raise ``IllPosedError`` with a line for every problem, if there is one."""
        if self.problems:
            lines = "\n".join(f"  - {problem}" for problem in self.problems)
            raise IllPosedError(f"model must be fit to be measured, got {len(self.problems)} problems:\n{lines}")

    def __str__(self) -> str:
        if not self.findings:
            return f"no problems in {', '.join(self.layers)}"
        return "\n".join(str(finding) for finding in self.findings)
