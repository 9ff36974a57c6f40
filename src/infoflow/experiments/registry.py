"""The experiments by name: one TOML file each in ``configs/``, with its source and expected numbers in the header."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from infoflow._errors import ConfigError
from infoflow.experiments.config import nearest
from infoflow.experiments.kinds import AnyConfig, configured

_TABLES = ("title", "settings", "quick", "sweep")


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment that ``infoflow run`` knows.

    Attributes:
        name: Its name, that of its file.
        title: A line that says what it shows.
        config: Its settings.
        quick: Its settings for a first look, minutes instead of hours.
        sweep: Settings that take several values, by name; empty for most experiments.
        notes: The header of its file: source, command, time, expected numbers.
    """

    name: str
    title: str
    config: AnyConfig
    quick: AnyConfig
    sweep: dict[str, list[Any]]
    notes: str


def experiment_names() -> list[str]:
    """Return the names of all experiments."""
    files = resources.files("infoflow.experiments").joinpath("configs").iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def load_experiment(name: str) -> Experiment:
    """Return the experiment called ``name``.

    Raises:
        ConfigError: There is no such experiment; the nearest names are given.
    """
    names = experiment_names()
    if name not in names:
        raise ConfigError(f"experiment must be one that exists, got {name!r}{nearest(name, names)}")
    text = resources.files("infoflow.experiments").joinpath("configs", f"{name}.toml").read_text(encoding="utf-8")
    return parsed_experiment(name, text)


def parsed_experiment(name: str, text: str) -> Experiment:
    """Return the experiment that a TOML file describes: ``title``, ``[settings]``, ``[quick]`` and ``[sweep]``.

    Raises:
        ConfigError: The text is not TOML, or holds something else.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} must be a TOML file: {error}") from None
    unknown = [key for key in content if key not in _TABLES]
    if unknown or not isinstance(content.get("title"), str):
        allowed = "a title and at most [settings], [quick] and [sweep]"
        raise ConfigError(f"{name} must hold {allowed}, got {', '.join(content)}")
    config = configured(_table(name, content, "settings"))
    return Experiment(
        name=name,
        title=content["title"],
        config=config,
        quick=config.changed(**_table(name, content, "quick")),
        sweep=_sweep(name, content, config),
        notes=_header(text),
    )


def _table(name: str, content: dict[str, Any], key: str) -> dict[str, Any]:
    table = content.get(key, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{name} must hold {key} as a table, got {table!r}")
    return table


def _sweep(name: str, content: dict[str, Any], config: AnyConfig) -> dict[str, list[Any]]:
    sweep = _table(name, content, "sweep")
    for key, values in sweep.items():
        if not isinstance(values, list) or not values:
            raise ConfigError(f"{name} must sweep {key} over a list of values, got {values!r}")
        for value in values:
            config.changed(**{key: value})
    return sweep


def _header(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(lines)
