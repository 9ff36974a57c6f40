"""``infoflow claims``: the paper's checklist, each claim measured and decided on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from infoflow._errors import ConfigError, RunFolderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infoflow.claims.claim import Claim
    from infoflow.claims.verdict import Verdict

EXIT_CRASHED = 1
_QUICK_SEEDS = 1
_FULL_SEEDS = 3


def claims(
    quick: Annotated[bool, typer.Option("--quick", help="Minutes in all: fewer samples, seeds and epochs.")] = False,
    only: Annotated[str | None, typer.Option(metavar="1,2,7", help="Numbers of the claims to check.")] = None,
    out: Annotated[
        Path, typer.Option(help="Folder of verdicts and runs; what is there already is not measured again.")
    ] = Path("claims"),
    seeds: Annotated[
        int | None, typer.Option(help="Seeds of every training run; 3 by default, 1 with --quick.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of MNIST's IDX files; the user's cache by default.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Write the verdicts into this Markdown file.")] = None,
) -> int:
    """Check the claims of the paper, and say of each whether it holds, differs or could not be decided."""
    numbers = _numbers(only)
    count = _seed_count(seeds, quick)
    from infoflow.claims.context import Context
    from infoflow.claims.registry import claims as load_claims
    from infoflow.claims.runner import run_claims
    from infoflow.claims.store import VerdictStore
    from infoflow.experiments.progress import Lines

    console = Console(stderr=True)
    context = Context(
        quick=quick,
        seeds=tuple(range(count)),
        runs=out / "runs",
        data=data,
        say=lambda line: console.print(line, highlight=False, markup=False),
        listener=Lines(console),
    )
    verdicts = run_claims(load_claims(numbers), context, VerdictStore(out), _Lines(console))
    _print(verdicts)
    if markdown is not None:
        _write(markdown, verdicts, _command(quick, only, seeds, data, markdown))
    return EXIT_CRASHED if any(verdict.outcome == "crashed" for verdict in verdicts) else 0


class _Lines:
    """Says what is measured, a line per claim."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def begin(self, claim: "Claim") -> None:
        self._console.print(f"{claim.number} {claim.title} …", highlight=False, markup=False)

    def done(self, verdict: "Verdict", *, stored: bool) -> None:
        how = "as stored" if stored else f"{verdict.seconds:.1f} s"
        self._console.print(
            f"{verdict.number} {verdict.title}: {verdict.outcome} ({how})", highlight=False, markup=False
        )


def _print(verdicts: "Sequence[Verdict]") -> None:
    from infoflow.claims.rendering import counted
    from infoflow.claims.text import details_text, verdicts_rich, verdicts_text

    for verdict in verdicts:
        print(details_text(verdict) + "\n")
    console = Console()
    if console.is_terminal:
        console.print(verdicts_rich(verdicts))
        print(counted(verdicts))
    else:
        print(verdicts_text(verdicts))


def _write(path: Path, verdicts: "Sequence[Verdict]", command: str) -> None:
    from infoflow.claims.markdown import markdown_page

    try:
        path.write_text(markdown_page(verdicts, command=command), encoding="utf-8")
    except OSError as error:
        raise RunFolderError(f"--markdown must be a file that can be written, got {path}: {error.strerror}") from None
    print(f"\nwritten: {path}")


def _command(quick: bool, only: str | None, seeds: int | None, data: Path | None, markdown: Path) -> str:
    parts = ["infoflow claims"]
    parts += ["--quick"] if quick else []
    parts += [f"--only {only}"] if only else []
    parts += [f"--seeds {seeds}"] if seeds is not None else []
    parts += ["--data DIR"] if data is not None else []
    return " ".join([*parts, f"--markdown {markdown.name if markdown.is_absolute() else markdown}"])


def _numbers(only: str | None) -> list[int] | None:
    if only is None:
        return None
    try:
        return [int(part) for part in only.split(",")]
    except ValueError:
        raise ConfigError(f"--only must be numbers separated by commas, got {only!r}") from None


def _seed_count(seeds: int | None, quick: bool) -> int:
    if seeds is None:
        return _QUICK_SEEDS if quick else _FULL_SEEDS
    if seeds < 1:
        raise ConfigError(f"--seeds must be at least 1, got {seeds}")
    return seeds
