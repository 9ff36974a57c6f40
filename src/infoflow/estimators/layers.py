"""Several layers at once: a shared error budget, and tightening by the data-processing inequality.

For ``X -> T_1 -> T_2 -> ...`` (and ``Y -> X``) information falls along the layers, so an upper end holds for every
later layer and a lower end for every earlier one. All intervals of one quantity and mode hold together with the
confidence asked for: each layer gets an equal share of the error.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from infoflow import _checks
from infoflow._errors import CrossingError
from infoflow._result import Interval, Status
from infoflow._types import ArrayLike, Mode
from infoflow.estimators.information import MODES, Problem
from infoflow.estimators.interval import ESTIMATORS, assemble, interval_status


class LayerInterval(NamedTuple):
    """The interval of one quantity in one mode for one layer."""

    layer: str
    interval: Interval


def layered_information(
    centres: Mapping[str, ArrayLike],
    fresh: Mapping[str, ArrayLike],
    *,
    beta: float | Mapping[str, float],
    labels: Any | None = None,
    weights: ArrayLike | None = None,
    confidence: float = 0.95,
    modes: Sequence[Mode] = ("certified", "asymptotic"),
    exact: Collection[str] = (),
    queries_per_input: int | None = None,
    estimator: str = "midpoint",
    tighten: bool = True,
    seed: int = 0,
    tol: float = 1e-9,
    engine: str = "auto",
    progress: Callable[[str], None] | None = None,
) -> list[LayerInterval]:
    """Return intervals of I(X;T_l), and of I(Y;T_l) where labels are given, for all layers in network order.

    Args:
        centres: Noiseless draws per layer, in network order, each (m, n, d).
        fresh: Independent draws per layer, each (m, r, d); layers in ``exact`` may be missing.
        beta: Noise standard deviation, one for all layers or one per layer.
        labels: Class of each input, shape (m,).
        weights: Probabilities of the inputs, shape (m,).
        confidence: Probability with which all intervals of one quantity and mode hold together.
        modes: Any of ``"certified"`` and ``"asymptotic"``; both come from the same evaluations.
        exact: Layers whose S is deterministic given x.
        queries_per_input: As in :func:`infoflow.input_information`.
        estimator: As in :func:`infoflow.input_information`.
        tighten: Whether certified intervals are intersected by data processing; raw ends are kept.
        seed: Seed of the noise; every layer has its own streams.
        tol: As in :func:`infoflow.input_information`.
        engine: As in :func:`infoflow.input_information`.
        progress: Called with a layer's name when its evaluation is done.

    Returns:
        One entry per quantity, mode and layer, in nats.

    Raises:
        CrossingError: Two certified intervals contradict data processing: the sampler is at fault.
        TypeError: As in :func:`infoflow.input_information`.
        ValueError: As in :func:`infoflow.input_information`; or an unknown layer in ``exact``, no layer, or no mode.
    """
    names = list(centres)
    level = _check_layers(names, exact, modes, estimator, confidence)
    share = 1.0 - (1.0 - level) / len(names)
    quantities = ["I(X;T)"] if labels is None else ["I(X;T)", "I(Y;T)"]
    chains: dict[tuple[str, Mode], list[Interval]] = {(q, mode): [] for q in quantities for mode in modes}
    for index, name in enumerate(names):
        scale = beta[name] if isinstance(beta, Mapping) else beta
        problem = Problem(centres[name], fresh.get(name), labels, scale, weights, name in exact, tol, engine)
        evaluation = problem.evaluate(quantities, queries_per_input, estimator, seed + index)
        for (quantity, mode), chain in chains.items():
            interval = assemble(
                evaluation,
                problem.questions[quantity],
                problem.mixtures.weights,
                confidence=share,
                mode=mode,
                estimator=estimator,
            )
            chain.append(replace(interval, confidence=level))
        if progress is not None:
            progress(name)
    result: list[LayerInterval] = []
    for (_, mode), chain in chains.items():
        final = tightened(names, chain) if mode == "certified" and tighten else _flag_crossings(names, chain)
        result += [LayerInterval(name, interval) for name, interval in zip(names, final, strict=True)]
    return result


def tightened(names: Sequence[str], chain: Sequence[Interval]) -> list[Interval]:
    """Return the intervals of a chain of layers, each intersected with what data processing says of it.

    Args:
        names: Layers in network order.
        chain: Their intervals, which hold simultaneously.

    Raises:
        CrossingError: ``lower`` of a layer exceeds ``upper`` of an earlier one.
    """
    uppers = [interval.upper for interval in chain]
    lowers = [interval.lower for interval in chain]
    for later in range(len(chain)):
        for earlier in range(later):
            if lowers[later] > uppers[earlier]:
                raise CrossingError(
                    f"{chain[later].quantity} must not grow along the layers, got at least {lowers[later]:.4f} in "
                    f"{names[later]} after at most {uppers[earlier]:.4f} in {names[earlier]}: the draws are not of one "
                    "network with one noise, or inputs were resampled"
                )
    return [_within(interval, max(lowers[index:]), min(uppers[: index + 1])) for index, interval in enumerate(chain)]


def _within(interval: Interval, lower: float, upper: float) -> Interval:
    status, message = interval_status(lower, upper, interval.ceiling)
    return replace(interval, lower=lower, upper=upper, status=status, message=message)


def _flag_crossings(names: Sequence[str], chain: Sequence[Interval]) -> list[Interval]:
    """Mark asymptotic intervals that lie above an earlier layer's; they carry no guarantee, so nothing is raised."""
    flagged: list[Interval] = []
    for index, interval in enumerate(chain):
        below = [names[j] for j in range(index) if chain[j].upper < interval.lower]
        if below:
            message = f"lies above {', '.join(below)}, which data processing forbids: draw more samples"
            interval = replace(interval, status=Status.CROSSING, message=message)
        flagged.append(interval)
    return flagged


def _check_layers(
    names: Sequence[str], exact: Collection[str], modes: Sequence[str], estimator: str, confidence: float
) -> float:
    if not names:
        raise ValueError("centres must name at least one layer, got none")
    unknown = [name for name in exact if name not in names]
    if unknown:
        raise ValueError(f"exact must name layers of centres ({', '.join(names)}), got {', '.join(unknown)}")
    if not modes:
        raise ValueError(f"modes must name at least one of {', '.join(MODES)}, got none")
    for mode in modes:
        _checks.one_of("modes", mode, MODES)
    _checks.one_of("estimator", estimator, ESTIMATORS)
    return _checks.probability("confidence", confidence)
