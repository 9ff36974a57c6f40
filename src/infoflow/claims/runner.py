"""Going through the claims: each measured, decided and stored by itself, a crash recorded and the rest gone on."""

import time
import traceback
from collections.abc import Sequence
from typing import Any, Protocol

from infoflow.claims import decision
from infoflow.claims.claim import Claim, Measurement, Outcome
from infoflow.claims.context import Context
from infoflow.claims.environment import environment
from infoflow.claims.store import VerdictStore
from infoflow.claims.verdict import Verdict


class Listener(Protocol):
    """Hears of the progress."""

    def begin(self, claim: Claim) -> None:
        """A claim is about to be measured."""
        ...

    def done(self, verdict: Verdict, *, stored: bool) -> None:
        """A verdict is there; ``stored`` if it was found in the folder."""
        ...


def run_claims(claims: Sequence[Claim], context: Context, store: VerdictStore, listener: Listener) -> list[Verdict]:
    """Return the verdicts of the claims, in order, each stored as soon as it is known.

    A stored verdict of the same settings and the same rule is taken as it is, unless it crashed.

    Args:
        claims: What to check.
        context: Variant, seeds, data and runs.
        store: Folder of verdicts.
        listener: Hears of the progress.

    Raises:
        LoadError: A stored verdict cannot be read.
    """
    return [_verdict(claim, context, store, listener) for claim in claims]


def settings_of(claim: Claim, context: Context) -> dict[str, Any]:
    """Return what the verdict on a claim depends on besides its rule."""
    return {
        "variant": context.variant,
        "seeds": list(context.seeds) if claim.per_seed else [],
        "data": str(context.data) if claim.needs_data and context.data is not None else "",
    }


def command_of(claim: Claim, context: Context) -> str:
    """Return the command that measures a claim again."""
    parts = ["infoflow claims", f"--only {claim.number}"]
    if context.quick:
        parts.append("--quick")
    if claim.per_seed:
        parts.append(f"--seeds {len(context.seeds)}")
    if claim.needs_data and context.data is not None:
        parts.append("--data DIR")
    return " ".join(parts)


def _verdict(claim: Claim, context: Context, store: VerdictStore, listener: Listener) -> Verdict:
    settings = settings_of(claim, context)
    found = store.load(claim.number, context.variant)
    if found is not None and _reusable(found, claim, settings):
        listener.done(found, stored=True)
        return found
    listener.begin(claim)
    verdict = _measured(claim, context, settings)
    store.save(verdict)
    listener.done(verdict, stored=False)
    return verdict


def _reusable(found: Verdict, claim: Claim, settings: dict[str, Any]) -> bool:
    same_rule = found.rule == decision.rule(claim.criteria)
    return found.settings == settings and same_rule and found.outcome is not Outcome.CRASHED


def _measured(claim: Claim, context: Context, settings: dict[str, Any]) -> Verdict:
    machine = environment()
    start = time.perf_counter()
    trace = ""
    try:
        measurement = claim.check(context)
        findings = decision.findings(claim.criteria, measurement.values)
        outcome = decision.with_stand_in(decision.decided(claim.criteria, findings), measurement.stand_in)
    except Exception as error:  # noqa: BLE001 - whatever one claim raises is its verdict; the others go on
        measurement, findings, outcome = Measurement(values=[], notes=[_one_line(error)]), [], Outcome.CRASHED
        trace = traceback.format_exc()
    return Verdict(
        number=claim.number,
        title=claim.title,
        outcome=outcome,
        claimed=claim.claimed,
        source=claim.source,
        rule=decision.rule(claim.criteria),
        findings=findings,
        settings=settings,
        seeds=list(measurement.seeds),
        seconds=time.perf_counter() - start,
        command=command_of(claim, context),
        notes=_notes(measurement),
        environment=machine,
        traceback=trace,
    )


def _notes(measurement: Measurement) -> list[str]:
    if not measurement.stand_in:
        return measurement.notes
    return [f"Undecided because measured on a stand-in: {measurement.stand_in}.", *measurement.notes]


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
