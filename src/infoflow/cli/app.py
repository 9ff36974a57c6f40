"""The application and its entry point: every error of the user is one line on stderr and exit code 2."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from infoflow import __version__
from infoflow._errors import InfoflowError
from infoflow.cli import claims, compare, data, experiment, report, show, trust, view

EXIT_BAD_INPUT = 2
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="infoflow",
    help="Certified measurement of how information flows through deep neural networks during training.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("list")(experiment.list_experiments)
app.command("run")(experiment.run)
app.command("show")(show.show)
app.command("report")(report.report)
app.command("view")(view.view)
app.command("compare")(compare.compare)
app.command("claims")(claims.claims)
app.command("demo")(experiment.demo)
app.command("verify")(trust.verify)
app.command("plan")(trust.plan)
app.command("estimate")(trust.estimate)
app.add_typer(data.app, name="data")


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """Options of infoflow itself."""
    if version:
        print(f"infoflow {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0: done; 130: interrupted; 2: bad input, nothing was run or overwritten; 1: a run that began has failed.

    Args:
        arguments: Without the program's name; ``sys.argv[1:]`` by default.
    """
    try:
        code = app(list(sys.argv[1:] if arguments is None else arguments), prog_name="infoflow", standalone_mode=False)
        sys.stdout.flush()
    except experiment.RunInterrupted as error:
        return _complaint(str(error), EXIT_INTERRUPTED)
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED  # as Typer does where it meets this first
    except experiment.RunFailed as error:
        return _complaint(f"error: {error}", EXIT_FAILED)
    except (InfoflowError, ValueError, TypeError) as error:
        return _complaint(f"error: {error}", EXIT_BAD_INPUT)
    except ImportError as error:  # an optional package that is missing, with its extra; any other is a fault
        if "infoflow[" not in str(error):
            raise
        return _complaint(f"error: {error}", EXIT_BAD_INPUT)
    except Exception as error:
        usage = getattr(error, "format_message", None)  # an error of the command line, from Typer or Click
        if usage is None:
            raise
        return _complaint(f"error: {usage()}", EXIT_BAD_INPUT)
    return code if isinstance(code, int) else 0


def _complaint(text: str, code: int) -> int:
    print(" ".join(text.split()), file=sys.stderr)
    return code
