"""Which engine computes a mixture's log-density, and why."""

import importlib.util
import warnings
from dataclasses import dataclass
from functools import cache

from infoflow import _checks
from infoflow._errors import InfoflowWarning

ENGINES = ("auto", "reference", "direct", "pruned", "nufft")
SMALL_PROBLEM = 1_000_000  # pairs; below, loading compiled code costs more than the sum
NEEDS = {"pruned": "numba", "nufft": "finufft"}


@dataclass(frozen=True, kw_only=True)
class EngineReport:
    """What an engine did.

    Attributes:
        engine: One of ``ENGINES`` without ``"auto"``.
        reason: Why it was taken, one sentence.
        visited: Fraction of the query-centre pairs whose kernel was evaluated one by one.
        n_repaired: Queries that missed the tolerance at first and were evaluated again, by ``pruned``.
        compile_s: Seconds spent compiling or loading compiled code; 0 after the first call of a process.
    """

    engine: str
    reason: str
    visited: float = 1.0
    n_repaired: int = 0
    compile_s: float = 0.0


def is_available(engine: str) -> bool:
    """Tell whether the package that ``engine`` needs is installed."""
    return engine not in NEEDS or importlib.util.find_spec(NEEDS[engine]) is not None


def require(engine: str) -> None:
    """Raise ``ValueError`` for an unknown engine, ``ImportError`` naming the extra for one that is not installed."""
    _checks.one_of("engine", engine, ENGINES)
    if not is_available(engine):
        raise ImportError(f"engine {engine!r} needs {NEEDS[engine]}: pip install 'infoflow[fast]'")


@cache
def warn_slow(package: str) -> None:
    """Warn, once in a process, that a fast engine is missing."""
    warnings.warn(
        f"{package} is not installed: log-densities are the same but much slower; pip install 'infoflow[fast]'",
        InfoflowWarning,
        stacklevel=4,
    )
