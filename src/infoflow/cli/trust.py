"""``infoflow verify``, ``plan`` and ``estimate``: how far numbers can be trusted, and numbers from a file."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from infoflow._result import Interval
    from infoflow.verification import Check

EXIT_FAILED_CHECK = 1


def verify(
    replicates: Annotated[int, typer.Option(help="Independent intervals per truth.")] = 2,
    samples: Annotated[int, typer.Option(help="Centres of all inputs together, and as many fresh draws.")] = 4000,
    seed: Annotated[int, typer.Option(help="Seed of all draws.")] = 0,
) -> int:
    """Check the intervals against every problem with a known answer, on this machine, in under two minutes."""
    from infoflow.truths import catalogue
    from infoflow.verification import verify as run_verification

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("known truths", total=len(catalogue()))
        outcome = run_verification(
            replicates=replicates, samples=samples, seed=seed, progress=lambda _: bar.advance(task)
        )
    rows = [_check_row(check) for check in outcome.checks if check.interval.mode == "certified"]
    _print_table(("truth", "quantity", "exact", "lower", "estimate", "upper", "covers"), rows)
    certified = f"certified: {outcome.certified_covered} of {outcome.certified_count} intervals cover the truth"
    asymptotic = (
        f"asymptotic: {outcome.asymptotic_covered} of {outcome.asymptotic_count} cover it "
        f"(at least {outcome.asymptotic_least} should)"
    )
    print(f"\n{certified}\n{asymptotic}\n{'passed' if outcome.passed else 'FAILED'}")
    return 0 if outcome.passed else EXIT_FAILED_CHECK


def plan(
    d: Annotated[int, typer.Option("--d", help="Dimension of the layer.")],
    beta: Annotated[float, typer.Option(help="Standard deviation of the noise.")],
    m: Annotated[int, typer.Option("--m", help="Number of inputs.")],
    width: Annotated[float, typer.Option(help="Width of the interval wanted, in nats.")] = 0.1,
    confidence: Annotated[float, typer.Option(help="Probability that the interval covers the truth.")] = 0.95,
    seed: Annotated[int, typer.Option(help="Seed of the pilot.")] = 0,
) -> None:
    """Say what a measurement will need: what the a-priori theory demands, and what a pilot run suggests."""
    from infoflow.estimators import plan as make_plan

    found = make_plan(d, beta, m, width, confidence=confidence, seed=seed)
    pilot = found.pilot
    lines = [
        f"I(X;T) to a width of {found.width:g} nats: d = {d}, beta = {found.beta:g}, m = {m}",
        "",
        "a priori, for the worst distribution on [-1, 1]^d, samples per entropy",
        f"  enough by the published bound   {found.a_priori_n:.3g}",
        f"  needed for the bias alone       {found.a_priori_least_n:.3g}",
        "",
        f"pilot on a synthetic tanh layer, {pilot.n} centres and {pilot.r} fresh draws: {found.pilot_seconds:.1f} s",
        f"  I(X;T) in [{pilot.lower:.3f}, {pilot.upper:.3f}], width {pilot.width:.3f}:"
        f" bias gap {pilot.parts.bias_gap:.3f}, centres {pilot.parts.centre_fluctuation:.3f},"
        f" Monte Carlo {pilot.parts.monte_carlo_upper:.3f} + {pilot.parts.monte_carlo_lower:.3f}",
        "",
        f"{'suggests' if found.reachable else 'does not reach the width even with'}",
        f"  n = {found.n} centres and r = {found.r} fresh draws per input",
        f"  memory about {found.memory / 2**20:.0f} MiB, time up to {found.seconds:.0f} s on this machine",
    ]
    print("\n".join(lines))


def estimate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Saved activations: .npz, .pt or .safetensors.")],
    beta: Annotated[float, typer.Option(help="Standard deviation of the noise added to each layer.")],
    confidence: Annotated[float, typer.Option(help="Probability that all intervals of a quantity hold.")] = 0.95,
    mode: Annotated[str, typer.Option(help="certified or asymptotic.")] = "certified",
    seed: Annotated[int, typer.Option(help="Seed of the noise.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure I(X;T), and I(Y;T) where the file has labels, of every layer of a file of saved activations."""
    from infoflow.estimators.information import MODES
    from infoflow.experiments.activations import estimate_file

    if mode not in MODES:
        raise ValueError(f"--mode must be one of {', '.join(MODES)}, got {mode!r}")
    rows = estimate_file(file, beta, confidence=confidence, mode=mode, seed=seed)
    if as_json:
        print(json.dumps([{"layer": layer, **_interval_fields(interval)} for layer, interval in rows], indent=1))
        return
    cells = [(layer, i.quantity, *_numbers(i.lower, i.estimate, i.upper), str(i.status)) for layer, i in rows]
    _print_table(("layer", "quantity", "lower", "estimate", "upper", "status"), cells)
    print(f"\nnats; {mode}, confidence {confidence:g}")


def _interval_fields(interval: "Interval") -> dict[str, object]:
    names = ("quantity", "lower", "estimate", "upper", "width", "ceiling", "confidence", "mode", "m", "n", "r", "d")
    return {**{name: getattr(interval, name) for name in names}, "status": str(interval.status)}


def _check_row(check: "Check") -> tuple[str, ...]:
    interval = check.interval
    numbers = _numbers(check.truth, interval.lower, interval.estimate, interval.upper)
    return (check.name, interval.quantity, *numbers, "yes" if check.covered else "NO")


def _numbers(*values: float) -> tuple[str, ...]:
    return tuple(f"{value:.4f}" for value in values)


def _print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    console = Console()
    lines = list(rows)
    if console.is_terminal:
        table = Table(*header)
        for line in lines:
            table.add_row(*line)
        console.print(table)
        return
    widths = [max(len(line[k]) for line in [header, *lines]) for k in range(len(header))]
    for line in [header, *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
