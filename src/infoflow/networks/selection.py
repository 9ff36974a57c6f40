"""Which submodules of a model get noise, and how much: names, globs, types, predicates, or a default choice."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TypeAlias

from torch import nn

from infoflow import _checks
from infoflow._errors import ConfigError, IllPosedError

Selector: TypeAlias = str | type[nn.Module]
LayerSpec: TypeAlias = Selector | Iterable[Selector] | Callable[[str, nn.Module], bool]

ACTIVATIONS = (
    *(nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.RReLU, nn.Threshold, nn.Hardtanh),
    *(nn.ELU, nn.CELU, nn.SELU, nn.GELU, nn.GLU, nn.SiLU, nn.Mish, nn.Softplus, nn.Softshrink, nn.Hardshrink),
    *(nn.Tanh, nn.Tanhshrink, nn.Hardswish, nn.Hardsigmoid, nn.Sigmoid, nn.LogSigmoid, nn.Softsign),
)
"""The module types that ``layers="auto"`` looks for."""


def select_layers(model: nn.Module, layers: LayerSpec) -> tuple[str, ...]:
    """Return the names of the chosen submodules, in the order in which the model registers them.

    Args:
        model: The network.
        layers: ``"auto"`` for every activation module but a last one that makes the model's output; a name, a glob
            (``"act*"``), a module type, or several of these; or ``predicate(name, module) -> bool``.

    Raises:
        TypeError: ``layers`` is none of these.
        ConfigError: A name, glob or type matches nothing (the message gives the nearest names), or nothing is chosen.
    """
    named = {name: module for name, module in model.named_modules(remove_duplicate=False) if name}
    if isinstance(layers, str) and layers == "auto":
        return _unaliased(named, _activations(named))
    if callable(layers) and not isinstance(layers, type):
        chosen = {name for name, module in named.items() if layers(name, module)}
        if not chosen:
            raise ConfigError(
                f"layers must choose at least one submodule, got a predicate true for none of {len(named)}"
            )
        return _unaliased(named, chosen)
    selectors = [layers] if isinstance(layers, str | type) else _as_list(layers)
    if not selectors:
        raise ConfigError("layers must name at least one submodule, got none")
    return _unaliased(named, set[str]().union(*(_matches(named, selector) for selector in selectors)))


def layer_betas(model: nn.Module, beta: float | Mapping[str, float], layers: LayerSpec) -> dict[str, float]:
    """Return the noise standard deviation of each chosen layer, in registration order.

    Args:
        model: The network.
        beta: One standard deviation for all layers, or one by name. With a mapping and ``layers="auto"`` the layers
            are the mapping's keys.
        layers: See :func:`select_layers`.

    Raises:
        ConfigError: A key of ``beta`` is not a chosen layer, or a chosen layer has no key.
        IllPosedError: A standard deviation is not positive and finite.
    """
    if not isinstance(beta, Mapping):
        value = _checks.positive_beta(beta)
        return dict.fromkeys(select_layers(model, layers), value)
    names = select_layers(model, tuple(beta) if isinstance(layers, str) and layers == "auto" else layers)
    check_known("beta", beta, names)
    missing = [name for name in names if name not in beta]
    if missing:
        raise ConfigError(f"beta must give a value for every chosen layer, got none for {', '.join(missing)}")
    return {name: _positive_beta_of(name, beta[name]) for name in names}


def check_known(argument: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise ``ConfigError`` naming the nearest names if one of ``names`` is not among ``known``."""
    choices = list(known)
    for name in names:
        if name not in choices:
            raise ConfigError(f"{argument} must name layers of the model, got {name!r}{_nearest(str(name), choices)}")


def _positive_beta_of(name: str, beta: float) -> float:
    try:
        return _checks.positive_beta(beta)
    except IllPosedError as error:
        raise IllPosedError(f"layer {name!r}: {error}") from None


def _as_list(layers: object) -> list[Selector]:
    items = list(layers) if isinstance(layers, Iterable) else None
    if items is None or not all(isinstance(item, str | type) for item in items):
        raise TypeError(
            f'layers must be "auto", names, globs, module types or a predicate(name, module), got {layers!r}'
        )
    return items


def _matches(named: Mapping[str, nn.Module], selector: Selector) -> set[str]:
    if isinstance(selector, type):
        found = {name for name, module in named.items() if isinstance(module, selector)}
        if not found:
            present = sorted({type(module).__name__ for module in named.values()})
            raise ConfigError(
                f"layers must match a submodule, got type {selector.__name__}; types: {', '.join(present)}"
            )
        return found
    if selector in named:
        return {selector}
    found = {name for name in named if fnmatchcase(name, selector)}
    if not found:
        raise ConfigError(f"layers must name layers of the model, got {selector!r}{_nearest(selector, list(named))}")
    return found


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.3)
    if near:
        return f"; nearest: {', '.join(near)}"
    shown = ", ".join(known[:8]) + (", …" if len(known) > 8 else "")
    return f"; layers: {shown}" if known else "; the model has no submodules"


def _activations(named: Mapping[str, nn.Module]) -> set[str]:
    leaves = [name for name, module in named.items() if next(module.children(), None) is None]
    chosen = {name for name in leaves[:-1] if isinstance(named[name], ACTIVATIONS)}
    if not chosen:
        raise ConfigError(
            'layers="auto" needs activation modules before the output layer, got none; name the layers to make noisy '
            "(a functional activation is inside its module: name the module whose output it is)"
        )
    return chosen


def _unaliased(named: Mapping[str, nn.Module], chosen: set[str]) -> tuple[str, ...]:
    """Keep one name, the first, of a module that is registered under several."""
    first: dict[int, str] = {}
    for name, module in named.items():
        if name in chosen:
            first.setdefault(id(module), name)
    return tuple(first.values())
