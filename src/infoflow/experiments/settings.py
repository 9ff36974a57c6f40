"""Reading settings that were written as text: ``key=value`` of the command line."""

from collections.abc import Sequence
from typing import Any

from infoflow._errors import ConfigError
from infoflow.experiments.config import check_names, setting_types, type_phrase


def parsed_settings(assignments: Sequence[str], kind: type | None = None) -> dict[str, Any]:
    """Return the settings of ``["key=value", …]``, each of its key's type; the last of a repeated key counts.

    Args:
        assignments: As given on the command line.
        kind: The kind of configuration; :class:`ExperimentConfig` by default.

    Raises:
        ConfigError: No ``=``, an unknown key (the nearest names are given), or a value that cannot be read.
    """
    settings: dict[str, Any] = {}
    for assignment in assignments:
        key, separator, text = assignment.partition("=")
        if not separator:
            raise ConfigError(f"--set must be key=value, got {assignment!r}")
        check_names([key.strip()], kind)
        settings[key.strip()] = parsed_value(key.strip(), text.strip(), kind)
    return settings


def parsed_value(key: str, text: str, kind: type | None = None) -> Any:
    """Return ``text`` as a value of the type that the setting ``key`` has.

    Raises:
        ConfigError: It cannot be read as that type.
    """
    wanted = setting_types(kind)[key]
    try:
        if wanted is str:
            return text
        if wanted is int:
            return int(text)
        if wanted is float:
            return float(text)
        parts = [part for part in text.strip("[]()").split(",") if part]
        return tuple(int(part) if wanted == tuple[int, ...] else float(part) for part in parts)
    except ValueError:
        raise ConfigError(f"{key} must be {type_phrase(wanted)}, got {text!r}") from None
