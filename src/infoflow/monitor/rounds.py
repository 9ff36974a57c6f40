"""Rounds of draws over all layers: double what the widest interval calls for, until the budget ends.

Every layer has the share ``δ/L`` of the error; its round k uses ``2δ/(L k²(k+1)²)`` of it for each of the
``k(k+1)/2`` pairs of sizes it could have come to, and the shares add up, so the
intervals of all layers hold together at the confidence asked for wherever the rounds stop. With a fixed number of draws
there is one round, with all of ``δ/L``.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from infoflow._random import derived_seed
from infoflow._result import Interval
from infoflow._types import Array, IntArray, Mode
from infoflow.estimators import Budget, layered_information
from infoflow.monitor.draws import DrawSource, LayerInfo
from infoflow.monitor.standing import lower_end_only

DIRECTIONS = 64
"""Principal directions that a wide layer is reduced to."""
COPIES = 5
"""Working arrays of the estimators, of the size of the draws they work on."""
_WIDE_COST = 2e11  # multiplications of one pass over all pairs in full dimension: some ten seconds
_EXACT_POINTS = 32_768
_EXACT_COST = 1e8  # multiplications of the first round of an exact layer: some tenth of a second
_GAIN = 0.95  # a doubling that leaves more of the width than this has gained nothing
_PATIENCE = 2


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is drawn, and when to stop.

    Attributes:
        n: Centres per input of the first round.
        r: Fresh draws per input of the first round.
        fixed: Whether that is all.
        width: Width to stop at, nats.
        budget: What may be spent.
    """

    n: int
    r: int
    fixed: bool
    width: float
    budget: Budget

    @property
    def memory(self) -> int:
        """Bytes for draws and what the estimators make of them."""
        return 2 * 2**30 if self.budget.memory is None else self.budget.memory


@dataclass
class LayerRounds:
    """One layer: its draws so far and its intervals by (quantity, mode)."""

    info: LayerInfo
    centres: Array
    fresh: Array | None
    r: int
    directions: int | None
    intervals: dict[tuple[str, Mode], Interval] = field(default_factory=dict[tuple[str, Mode], Interval])
    n_rounds: int = 0
    n_idle: int = 0
    sampling_seconds: float = 0.0
    evaluation_seconds: float = 0.0
    total_seconds: float = 0.0

    @property
    def n(self) -> int:
        """Centres per input."""
        return self.centres.shape[1]

    @property
    def k(self) -> int:
        """Numbers kept of one representation."""
        return self.centres.shape[2]

    @property
    def width(self) -> float:
        """Largest certified width (of any mode, without one), nats."""
        certified = [value.width for (_, mode), value in self.intervals.items() if mode == "certified"]
        return max(certified or [value.width for value in self.intervals.values()])

    def samples_at(self, n: int, r: int) -> int:
        """Return the draws of S at n and r draws per input; the points of an exact layer need none."""
        return len(self.centres) * (n if self.fresh is None else n + r)

    def bytes_at(self, n: int, r: int) -> int:
        """Return the memory of the estimators at n and r draws per input."""
        return COPIES * 8 * len(self.centres) * (n + r) * self.k


class Rounds:
    """The rounds of one measurement.

    Args:
        source: Where draws come from.
        labels: Classes of the inputs, or None.
        effort: See :class:`Effort`.
        confidence: Over all layers together.
        modes: Kinds of intervals.
        seed: Seed of the estimators' noise.
    """

    def __init__(
        self,
        source: DrawSource,
        labels: IntArray | None,
        effort: Effort,
        *,
        confidence: float,
        modes: Sequence[Mode],
        seed: int,
    ):
        self._source = source
        self._labels = labels
        self._effort = effort
        self._confidence = confidence
        self._modes = tuple(modes)
        self._seed = seed

    def run(self, infos: Sequence[LayerInfo], m: int) -> tuple[list[LayerRounds], str]:
        """Measure all layers and return them with the reason for which the rounds stopped."""
        start = time.monotonic()
        wide = wide_layers(infos, m, self._effort)
        self._source.project(wide, DIRECTIONS)
        layers = self._first_draws(infos, m)
        for layer in layers:
            self._evaluate(layer, len(layers))
        if self._effort.fixed:
            return layers, "draws as asked for"
        seconds = self._effort.budget.seconds
        deadline = None if seconds is None else start + seconds
        reasons: dict[str, str] = {}
        while pending := [layer for layer in layers if layer.info.key not in reasons]:
            layer = max(pending, key=lambda one: one.width / max(self._ceiling(one), 1e-12))
            reason = self._grow(layer, layers, deadline)
            if reason:
                reasons[layer.info.key] = reason
            else:
                self._evaluate(layer, len(layers))
        return layers, ", ".join(dict.fromkeys(reasons.values()))

    def _first_draws(self, infos: Sequence[LayerInfo], m: int) -> list[LayerRounds]:
        effort = self._effort
        began = time.monotonic()
        centres = self._source.draw("centres", infos, effort.n)
        inexact = [info for info in infos if not info.exact]
        fresh = self._source.draw("fresh draws", inexact, effort.r) if inexact else {}
        share = (time.monotonic() - began) / len(infos)
        layers: list[LayerRounds] = []
        for info in infos:
            first = LayerRounds(
                info, centres[info.key], fresh.get(info.key), effort.r, self._source.directions(info.key)
            )
            first.sampling_seconds = first.total_seconds = share
            if info.exact:
                first.r = self._exact_points(first, m)
            layers.append(first)
        return layers

    def _exact_points(self, layer: LayerRounds, m: int) -> int:
        """Return the points per input of an exact layer: they are cheap, but not in high dimension."""
        affordable = min(_EXACT_COST / (m * m * layer.k), self._effort.memory / (2 * COPIES * 8 * m * layer.k))
        return max(2, self._effort.r, min(-(-_EXACT_POINTS // m), int(affordable)))

    def _evaluate(self, layer: LayerRounds, n_layers: int) -> None:
        began = time.monotonic()
        info = layer.info
        before = layer.width if layer.intervals else np.inf
        layer.n_rounds += 1
        share = (1.0 - self._confidence) / n_layers
        if not self._effort.fixed:
            share *= 2.0 / (layer.n_rounds * (layer.n_rounds + 1)) ** 2
        found = layered_information(
            {info.key: layer.centres},
            {} if layer.fresh is None else {info.key: layer.fresh},
            beta=info.beta,
            labels=self._labels,
            confidence=1.0 - share,
            modes=self._modes,
            exact={info.key} if info.exact else (),
            queries_per_input=layer.r,
            estimator="midpoint" if layer.directions is None else "lower",
            tighten=False,
            seed=derived_seed(self._seed, f"noise of the estimator in {info.key}", layer.n_rounds),
        )
        for _, interval in found:
            final = replace(interval, confidence=self._confidence)
            if layer.directions is not None:
                final = lower_end_only(final, d=info.d, k=layer.directions)
            layer.intervals[interval.quantity, interval.mode] = final
        layer.evaluation_seconds = time.monotonic() - began
        layer.total_seconds += layer.evaluation_seconds
        layer.n_idle = layer.n_idle + 1 if layer.width > _GAIN * before else 0

    def _grow(self, layer: LayerRounds, layers: Sequence[LayerRounds], deadline: float | None) -> str:
        """Double what the layer's parts call for, or return why not."""
        if layer.width <= self._effort.width:
            return "width reached"
        if layer.n_idle >= _PATIENCE:
            return "no gain from more draws"
        n, r = _wanted(layer)
        limits = self._effort.budget
        samples = sum(other.samples_at(other.n, other.r) for other in layers if other is not layer)
        samples += layer.samples_at(n, r)
        if limits.samples is not None and samples > limits.samples:
            return "samples"
        stored = sum(other.centres.nbytes + (0 if other.fresh is None else other.fresh.nbytes) for other in layers)
        if stored + layer.bytes_at(n, r) > self._effort.memory:
            return "memory"
        predicted = layer.evaluation_seconds * (n * r) / (layer.n * layer.r)
        predicted += layer.sampling_seconds * (n + r - layer.n - layer.r) / (layer.n + layer.r)
        if deadline is not None and time.monotonic() + predicted > deadline:
            return "seconds"
        self._draw_more(layer, n, r)
        return ""

    def _draw_more(self, layer: LayerRounds, n: int, r: int) -> None:
        began = time.monotonic()
        key, info = layer.info.key, layer.info
        if n > layer.n:
            more = self._source.draw("centres", [info], n - layer.n, first=layer.n)[key]
            layer.centres = np.concatenate([layer.centres, more], axis=1)
        if layer.fresh is not None and r > layer.r:
            more = self._source.draw("fresh draws", [info], r - layer.r, first=layer.r)[key]
            layer.fresh = np.concatenate([layer.fresh, more], axis=1)
        layer.r = r
        layer.sampling_seconds += time.monotonic() - began
        layer.total_seconds += time.monotonic() - began

    def _ceiling(self, layer: LayerRounds) -> float:
        return max(interval.ceiling for interval in layer.intervals.values())


def wide_layers(infos: Sequence[LayerInfo], m: int, effort: Effort) -> list[LayerInfo]:
    """Return the layers that are too wide for a pass over all pairs, or for memory, in full dimension."""
    wide: list[LayerInfo] = []
    stored = 0
    for info in sorted(infos, key=lambda one: one.d):
        n, r = (1, 2) if info.exact else (effort.n, effort.r)
        cost = float(m * n) * float(m * r) * info.d
        size = 8 * m * (n + r) * info.d
        too_big = stored + COPIES * size > effort.memory
        if info.d > DIRECTIONS and (cost > _WIDE_COST or too_big):
            wide.append(info)
        else:
            stored += size
    return wide


def _wanted(layer: LayerRounds) -> tuple[int, int]:
    """Return the draws per input of the next round."""
    if layer.info.exact:
        return layer.n, 2 * layer.r
    if layer.directions is not None:
        return 2 * layer.n, 2 * layer.r
    widest = max(layer.intervals.values(), key=lambda interval: interval.width)
    by_centres = max(widest.parts.bias_gap, 0.0) + widest.parts.centre_fluctuation
    by_points = widest.parts.monte_carlo_upper + widest.parts.monte_carlo_lower
    more_n = 2 if by_centres >= 0.5 * by_points else 1
    more_r = 2 if by_points >= 0.5 * by_centres else 1
    return more_n * layer.n, more_r * layer.r
