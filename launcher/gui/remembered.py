"""Small habits of the window that outlive a run, such as what was folded away.

Not settings: nobody edits them, and losing them costs a click. So a file that cannot be read or
written is no error.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any


class Remembered:
    """A JSON object in one file, read once and written at every change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(path.read_text(encoding="utf-8"))
            self._values = found if isinstance(found, dict) else {}

    def flag(self, name: str, *, usual: bool) -> bool:
        """What was put last, else `usual`."""
        value = self._values.get(name)
        return value if isinstance(value, bool) else usual

    def put(self, name: str, value: bool) -> None:  # noqa: FBT001 - a value like any other
        """Remember it."""
        self._values[name] = value
        with contextlib.suppress(OSError):
            self._path.write_text(json.dumps(self._values, indent=1) + "\n", encoding="utf-8")
