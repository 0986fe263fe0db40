"""What stands in the form, as data: for the API, and for the file that keeps what is unsent."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Hashable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Writing:
    """Every word of the form, invalid addresses too. `draft_id` is the draft it is kept as."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    draft_id: int | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was written."""
        return not any((self.to, self.cc, self.bcc, self.subject, self.text, self.html))


class UnsentFile:
    """Keeps what is unsent on disk, readable by the user alone, so that no end loses a word.

    The folder is not made: where there is none, the program has no home yet and nothing is kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, writing: Writing) -> None:
        """Keep this, or nothing when it is blank. Raises OSError."""
        if writing.blank and writing.draft_id is None:
            self._path.unlink(missing_ok=True)
            return
        if not self._path.parent.is_dir():
            return
        beside = self._path.with_suffix(".new")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(writing), file)
        beside.replace(self._path)

    def read(self) -> Writing:
        """What was kept; blank when there is nothing that can be read."""
        with contextlib.suppress(OSError, ValueError, TypeError, LookupError):
            given: dict[str, Any] = json.loads(self._path.read_text("utf-8"))
            for name in ("to", "cc", "bcc"):
                given[name] = tuple(map(str, given[name]))
            return Writing(**given)
        return Writing()


class SubmitKey:
    """The idempotency key of what is being written.

    The same mail, or letter to many, submitted again after a lost answer keeps its key, so it is
    saved once; another one, or a changed one, gets a new key.
    """

    def __init__(self) -> None:
        self._of: Hashable = None
        self._key = ""

    def of(self, what: Hashable) -> str:
        """The key to submit this with."""
        if what != self._of:
            self._of, self._key = what, uuid.uuid4().hex
        return self._key

    def spent(self) -> None:
        """It was accepted: the next one is another, even with the same words."""
        self._of = None
