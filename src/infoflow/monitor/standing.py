"""Where a layer stands: what is known of its information, and what of the structure of the network it follows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from infoflow._errors import CrossingError
from infoflow._result import Interval, Parts, Status
from infoflow.estimators.interval import interval_status

_NARROW = 0.1  # of the ceiling, as in the status of an interval


def standing(interval: Interval) -> str:
    """Return where an interval stands, for the table.

    ``"closed"``: both ends inform, or they are close together. ``"saturated at ln m"`` (``"saturated at H(Y)"``): the
    upper end is the ceiling and the lower end within a tenth of it: every input (class) can be told from T.
    ``"lower bound only"``, ``"upper bound only"``, ``"vacuous"``: one end, or both, is the trivial one. ``"crossing"``:
    an asymptotic interval that data processing contradicts.
    """
    if interval.status is Status.CROSSING:
        return "crossing"
    trivial_upper, trivial_lower = interval.upper >= interval.ceiling, interval.lower <= 0.0
    if trivial_upper and interval.width <= _NARROW * interval.ceiling:
        return "saturated at ln m" if interval.quantity == "I(X;T)" else "saturated at H(Y)"
    if trivial_upper and trivial_lower:
        return "vacuous"
    if interval.width <= _NARROW * interval.ceiling or not (trivial_upper or trivial_lower):
        return "closed"
    return "lower bound only" if trivial_upper else "upper bound only"


def lower_end_only(interval: Interval, *, d: int, k: int) -> Interval:
    """Return what the interval of k numbers P T says of the layer T of d: its lower end, and the ceiling above.

    Args:
        interval: Interval for P T with ``estimator="lower"``.
        d: Dimension of the layer.
        k: Directions.
    """
    mean = interval.raw_lower + interval.parts.monte_carlo_lower
    status, message = interval_status(interval.lower, interval.ceiling, interval.ceiling)
    if status is not Status.OK:
        message = f"d = {d}: the lower end is a decoder's in {k} directions, the upper end the ceiling"
    return replace(
        interval,
        d=d,
        upper=interval.ceiling,
        raw_upper=interval.ceiling,
        decoder=f"{interval.decoder}, in {k} principal directions",
        parts=Parts(
            bias_gap=interval.ceiling - mean,
            centre_fluctuation=0.0,
            monte_carlo_upper=0.0,
            monte_carlo_lower=interval.parts.monte_carlo_lower,
        ),
        status=status,
        message=message,
    )


def in_order(names: Sequence[str], intervals: Sequence[Interval], cuts: Mapping[str, frozenset[str]]) -> list[Interval]:
    """Return certified intervals intersected with what data processing says, asymptotic ones marked where they cross.

    Args:
        names: Layers in the order of the network.
        intervals: Their intervals of one quantity and mode, which hold simultaneously.
        cuts: For each layer the later ones that depend on the input through it alone; others are not compared.

    Raises:
        CrossingError: A certified lower end exceeds the upper end of a layer that cuts it off.
    """
    by_name = dict(zip(names, intervals, strict=True))
    return [_placed(name, interval, by_name, cuts) for name, interval in by_name.items()]


def _placed(
    name: str, interval: Interval, by_name: Mapping[str, Interval], cuts: Mapping[str, frozenset[str]]
) -> Interval:
    earlier = [other for other in by_name if name in cuts[other]]
    crossed = [other for other in earlier if by_name[other].upper < interval.lower]
    if interval.mode == "asymptotic":
        if not crossed:
            return interval
        message = f"lies above {', '.join(crossed)}, which data processing forbids: draw more samples"
        return replace(interval, status=Status.CROSSING, message=message)
    if crossed:
        raise CrossingError(
            f"{interval.quantity} must not grow along the layers, got at least {interval.lower:.4f} in {name} after "
            f"at most {by_name[crossed[0]].upper:.4f} in {crossed[0]}: the draws are not of one network with one noise"
        )
    lower = max([interval.lower, *(by_name[other].lower for other in by_name if other in cuts[name])])
    upper = min([interval.upper, *(by_name[other].upper for other in earlier)])
    if (lower, upper) == (interval.lower, interval.upper):
        return interval
    status, message = interval_status(lower, upper, interval.ceiling)
    return replace(interval, lower=lower, upper=upper, status=status, message=message)
