"""Reading settings that were written as text: ``key=value`` of the command line."""

from collections.abc import Sequence
from typing import Any

from infoflow._errors import ConfigError
from infoflow.experiments.config import check_names, setting_types, type_phrase


def parsed_settings(assignments: Sequence[str]) -> dict[str, Any]:
    """Return the settings of ``["key=value", …]``, each of its key's type; the last of a repeated key counts.

    Raises:
        ConfigError: No ``=``, an unknown key (the nearest names are given), or a value that cannot be read.
    """
    settings: dict[str, Any] = {}
    for assignment in assignments:
        key, separator, text = assignment.partition("=")
        if not separator:
            raise ConfigError(f"--set must be key=value, got {assignment!r}")
        check_names([key.strip()])
        settings[key.strip()] = parsed_value(key.strip(), text.strip())
    return settings


def parsed_value(key: str, text: str) -> Any:
    """Return ``text`` as a value of the type that the setting ``key`` has.

    Raises:
        ConfigError: It cannot be read as that type.
    """
    kind = setting_types()[key]
    try:
        if kind is str:
            return text
        if kind is int:
            return int(text)
        if kind is float:
            return float(text)
        parts = [part for part in text.strip("[]()").split(",") if part]
        return tuple(int(part) if kind == tuple[int, ...] else float(part) for part in parts)
    except ValueError:
        raise ConfigError(f"{key} must be {type_phrase(kind)}, got {text!r}") from None
