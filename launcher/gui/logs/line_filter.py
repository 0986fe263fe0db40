"""Which lines the reader wants to see; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from launcher.core.logs import Level, LogRecord


class FilterError(ValueError):
    """The text between the slashes is no regular expression; the message says why."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """A service or all, a lowest level, and a text.

    The text is looked for as it is, capital letters or not; between slashes it is a regular
    expression. An empty text wants every line. Raises FilterError.
    """

    service: str | None = None
    level: Level = Level.DEBUG
    text: str = ""
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", _pattern(self.text))

    @property
    def wants_all(self) -> bool:
        """Whether every line of every service passes, so that none has to be read."""
        return self.service is None and self.level <= Level.DEBUG and self._pattern is None

    def wants(self, record: LogRecord) -> bool:
        """Whether this line passes."""
        return (
            record.level >= self.level
            and (self.service is None or record.service == self.service)
            and (self._pattern is None or self._pattern.search(record.text) is not None)
        )


def _pattern(text: str) -> re.Pattern[str] | None:
    if not text:
        return None
    slashed = len(text) > 2 and text.startswith("/") and text.endswith("/")
    try:
        return re.compile(text[1:-1] if slashed else re.escape(text), re.IGNORECASE)
    except re.error as error:
        raise FilterError(f"Not a regular expression: {error}.") from error
