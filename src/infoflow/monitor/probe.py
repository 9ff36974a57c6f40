"""Measure a network as it is: I(X;T_l) and I(Y;T_l) with intervals, and clustering, for every chosen layer."""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from torch import nn

from infoflow import _checks
from infoflow._errors import ConfigError, IllPosedError
from infoflow._types import Mode
from infoflow.estimators import Budget, LayerInterval
from infoflow.estimators.information import MODES
from infoflow.monitor.cuts import cuts
from infoflow.monitor.draws import DrawSource
from infoflow.monitor.inputs import InputRows
from infoflow.monitor.result import ProbeResult
from infoflow.monitor.rounds import Effort, LayerRounds, Rounds
from infoflow.monitor.standing import in_order
from infoflow.monitor.twins import clustering_table
from infoflow.monitor.undisturbed import undisturbed
from infoflow.networks import NoisyNetwork, make_noisy

_WIDTH = 0.1
_CALIBRATION_INPUTS = 512


class Probe:
    """Measures the layers of a model, at any moment of its training, and leaves it as it was.

    For each layer with output S_l, ``T_l = S_l + beta Z`` is what the information is about. A model as it is gets the
    noise for the time of a measurement and loses it again; a :class:`NoisyNetwork` is measured with the noise that it
    trains with. A layer too wide for sums over all pairs of draws gets its certified lower end from a decoder that
    works in a few principal directions, and the ceiling as upper end; ``standing`` in the table says so.

    A measurement runs in ``eval()`` mode, without gradients, with noise of its own. Weights, buffers, gradients, modes,
    the network's noise and the global generators of ``random``, numpy and torch are afterwards what they were. (A hook
    of the user's own on the model runs with it.)

    Args:
        model: A ``torch.nn.Module``, or what :func:`infoflow.make_noisy` returned.
        inputs: m inputs, X uniform on them: an array or tensor (m, ...), a tuple (positional arguments of the model), a
            mapping (keyword arguments), or a ``DataLoader``, which is read once.
        labels: Class of each input, shape (m,); those of the loader by default. Without: no I(Y;T).
        layers: As in :func:`infoflow.make_noisy`; for a noisy network names of its noisy layers.
        beta: Noise standard deviation, as in :func:`infoflow.make_noisy`; not to be given for a noisy network.
        relative: Whether ``beta`` is in units of each layer's scale, which is measured once, here.
        n: Centres per input of the first round; None: 4, or 2 for more than 4096 inputs.
        r: Fresh draws per input of the first round; None: as many as ``n``.
        confidence: Probability with which all intervals of one quantity and mode hold together.
        seed: Seed of a measurement; the same seed, network and number of draws give the same numbers.
        width: Width of interval to draw for, nats; None: 0.1.
        budget: Seconds, or a :class:`infoflow.Budget`, of one measurement; None: 60 seconds and 2 GiB. The first round
            is always done. With ``n`` or ``r`` and neither ``width`` nor ``budget``, the first round is all.
        max_inputs: Measure on a fixed random subset of this size where there are more inputs; X is then uniform on the
            subset, and the result says so.
        modes: Any of ``"certified"`` and ``"asymptotic"``.

    Raises:
        TypeError: An argument is of the wrong type.
        ValueError: Empty inputs or loader, labels that do not match, or a setting out of range.
        ConfigError: An unknown layer (the nearest names are given), or one that is never called.
        IllPosedError: ``beta`` is missing or not positive.
        NonFiniteError: NaN or infinity in the first input or what becomes of it.
    """

    def __init__(
        self,
        model: nn.Module | NoisyNetwork,
        inputs: Any,
        labels: Any | None = None,
        layers: Any = "auto",
        beta: float | Mapping[str, float] | None = None,
        *,
        n: int | None = None,
        r: int | None = None,
        confidence: float = 0.95,
        seed: int = 0,
        width: float | None = None,
        budget: Budget | float | None = None,
        max_inputs: int | None = None,
        modes: Sequence[Mode] = MODES,
        relative: bool = False,
    ):
        _check_noise(model, beta, relative)
        self.model: nn.Module = model.model if isinstance(model, NoisyNetwork) else model
        self._noisy = model if isinstance(model, NoisyNetwork) else None
        self._layers, self._beta = layers, beta
        self.confidence = _checks.probability("confidence", confidence)
        self.seed = _checks.as_count("seed", seed, minimum=0)
        for mode in modes:
            _checks.one_of("modes", mode, MODES)
        self._modes = tuple(modes)
        self._rows = InputRows(inputs, labels, limit=max_inputs, seed=seed)
        self._effort = _effort(self._rows.m, n, r, width, budget)
        if relative:
            self._fix_scale()
        with undisturbed(self.model), self._noise() as (noisy, wanted):
            source = DrawSource(noisy, self._rows, seed=seed, memory=self._effort.memory)
            self.layers: tuple[str, ...] = tuple(layer.key for layer in source.layers(wanted))

    @property
    def m(self) -> int:
        """Inputs measured on."""
        return self._rows.m

    @property
    def n_inputs(self) -> int:
        """Inputs given."""
        return self._rows.total

    def measure(
        self, *, budget: Budget | float | None = None, clustering: bool = True, seed: int | None = None
    ) -> ProbeResult:
        """Measure the network as it is now.

        Args:
            budget: For this measurement, in the place of the probe's.
            clustering: Whether to measure clustering too, noisy and deterministic.
            seed: For this measurement, in the place of the probe's.

        Raises:
            CrossingError: Certified intervals contradict data processing.
            NonFiniteError: NaN or infinity in a layer.
            IllPosedError: The noise of the noisy network was detached.
        """
        start = time.monotonic()
        key = self.seed if seed is None else _checks.as_count("seed", seed, minimum=0)
        effort = self._effort if budget is None else _with_budget(self._effort, budget)
        with undisturbed(self.model), self._noise() as (noisy, wanted):
            source = DrawSource(noisy, self._rows, seed=key, memory=effort.memory)
            infos = source.layers(wanted)
            rounds = Rounds(source, self._rows.labels, effort, confidence=self.confidence, modes=self._modes, seed=key)
            measured, reason = rounds.run(infos, self._rows.m)
            order = cuts(noisy, self._rows, infos)
            before_clustering = time.monotonic()
            summaries = clustering_table(noisy, self._rows, infos, seed=key) if clustering else None
        end = time.monotonic()
        return ProbeResult(
            intervals=_ordered(measured, order),
            clustering=summaries,
            layer_seconds={layer.info.key: layer.total_seconds for layer in measured},
            seconds=end - start,
            clustering_seconds=end - before_clustering,
            reason=reason,
            m=self._rows.m,
            n_inputs=self._rows.total,
        )

    def _fix_scale(self) -> None:
        calibration = self._rows.part(0, min(self._rows.m, _CALIBRATION_INPUTS))
        with undisturbed(self.model):
            noisy = make_noisy(self.model, self._beta or 0.0, self._layers, relative_to=calibration)
            self._beta, self._layers = noisy.betas, noisy.layers
            noisy.detach()

    @contextmanager
    def _noise(self) -> Generator[tuple[NoisyNetwork, tuple[str, ...]]]:
        """Give the noisy network and the modules asked for; take the noise off again where it was put on here."""
        if self._noisy is not None:
            self._noisy.check_attached()
            yield self._noisy, _chosen(self._noisy, self._layers)
            return
        noisy = make_noisy(self.model, self._beta or 0.0, self._layers, seed=self.seed)
        try:
            yield noisy, noisy.layers
        finally:
            noisy.detach()


def _check_noise(model: Any, beta: Any, relative: bool) -> None:
    if isinstance(model, NoisyNetwork):
        if beta is not None or relative:
            raise ConfigError(f"beta must not be given for a noisy network, which has its own, got {beta!r}")
        if model.noise != "additive":
            raise IllPosedError(
                f"model must have additive noise, got {model.noise}: the intervals are for T = S + beta Z with one "
                "beta per layer"
            )
        model.check_attached()
        return
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module or a noisy network, got {type(model).__name__}")
    if beta is None:
        raise IllPosedError(
            "beta must be given: the information of a layer is about its noisy value, and a model as it is has no noise"
        )
    meta = [name for name, tensor in model.named_parameters() if tensor.device.type == "meta"]
    if meta:
        raise ValueError(f"model must have its weights in memory, got {len(meta)} on the meta device ({meta[0]} ...)")


def _chosen(noisy: NoisyNetwork, layers: Any) -> tuple[str, ...]:
    if isinstance(layers, str):
        return noisy.layers if layers == "auto" else (layers,)
    try:
        return tuple(layers)
    except TypeError:
        raise TypeError(f"layers must be names of noisy layers, got {layers!r}") from None


def _effort(m: int, n: int | None, r: int | None, width: float | None, budget: Budget | float | None) -> Effort:
    fixed = not (n is None and r is None) and width is None and budget is None
    automatic = 4 if m <= 4096 else 2
    centres = _checks.as_count("n", automatic if n is None else n)
    target = _WIDTH if width is None else _checks.as_number("width", width)
    if target <= 0:
        raise ValueError(f"width must be > 0, got {target:g}")
    draws = centres if r is None else _checks.as_count("r", r)
    effort = Effort(n=centres, r=draws, fixed=fixed, width=target, budget=Budget())
    return effort if budget is None else _with_budget(effort, budget)


def _with_budget(effort: Effort, budget: Budget | float) -> Effort:
    if not isinstance(budget, Budget):
        seconds = _checks.as_number("budget", budget)
        if seconds <= 0:
            raise ValueError(f"budget must be > 0 seconds, got {seconds:g}")
        budget = Budget(seconds=seconds)
    return Effort(n=effort.n, r=effort.r, fixed=False, width=effort.width, budget=budget)


def _ordered(measured: Sequence[LayerRounds], order: Mapping[str, frozenset[str]]) -> tuple[LayerInterval, ...]:
    names = [layer.info.key for layer in measured]
    result: list[LayerInterval] = []
    for kind in measured[0].intervals:
        chain = in_order(names, [layer.intervals[kind] for layer in measured], order)
        result += [LayerInterval(name, interval) for name, interval in zip(names, chain, strict=True)]
    return tuple(result)
