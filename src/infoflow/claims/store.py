"""The folder of verdicts: one JSON file each, whole or absent, so that a stopped call goes on where it was."""

import json
from pathlib import Path

from infoflow._errors import LoadError
from infoflow.claims.verdict import Verdict, verdict_as_dict, verdict_from_dict
from infoflow.runs.atomic import write_bytes


class VerdictStore:
    """Verdicts of one results folder, by number and variant."""

    def __init__(self, folder: str | Path) -> None:
        """Use ``folder``, which is made when the first verdict is saved."""
        self.folder = Path(folder)

    def save(self, verdict: Verdict) -> Path:
        """Store a verdict, in the place of an earlier one of the same claim and variant, and return its file."""
        path = self._path(verdict.number, str(verdict.settings["variant"]))
        write_bytes(path, json.dumps(verdict_as_dict(verdict), indent=1, allow_nan=False).encode())
        return path

    def load(self, number: int, variant: str) -> Verdict | None:
        """Return the stored verdict, or None.

        Raises:
            LoadError: The file is not a verdict.
        """
        path = self._path(number, variant)
        try:
            return verdict_from_dict(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, LoadError) as error:
            raise LoadError(f"{path} must be a stored verdict (delete it to measure again): {error}") from None

    def _path(self, number: int, variant: str) -> Path:
        return self.folder / "verdicts" / f"{number:02d}-{variant}.json"
