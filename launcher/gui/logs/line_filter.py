"""Which lines the reader wants to see, and where their words stand in a line.

Expressions are those of PCRE2, as Qt has it, with a limit on the steps of one match: one that would
try for ever, such as `(a+)+$` on a long line, finds nothing there instead of stopping the window.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QRegularExpression

from launcher.core.logs import Level, LogRecord

_LIMIT = "(*LIMIT_MATCH=100000)"


class FilterError(ValueError):
    """The text between the slashes is no regular expression; the message says why."""


@dataclass(frozen=True, slots=True)
class LineFilter:
    """A service or all, a lowest level, and a text; `launcher.core.protocols.LineQuery`.

    The text is looked for as it is, capital letters or not; between slashes it is a regular
    expression. An empty text wants every line. Raises FilterError.
    """

    service: str | None = None
    level: Level = Level.DEBUG
    text: str = ""
    _pattern: QRegularExpression | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_pattern", _pattern(self.text))

    @property
    def wants_all(self) -> bool:
        """Whether every line of every service passes, so that none has to be read."""
        return self.service is None and self.level <= Level.DEBUG and self._pattern is None

    @property
    def needle(self) -> bytes:
        """What every wanted text holds, in lower case; b"" when only reading a line can tell."""
        plain = self.text.isascii() and not _is_slashed(self.text)
        return self.text.lower().encode() if plain else b""

    def wants(self, record: LogRecord) -> bool:
        """Whether this line passes."""
        return (
            record.level >= self.level
            and (self.service is None or record.service == self.service)
            and self.wants_text(record.text)
        )

    def wants_text(self, text: str) -> bool:
        """Whether a line of this text passes, service and level apart."""
        return self._pattern is None or self._pattern.match(text).hasMatch()

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where what is looked for stands: first letter and the one behind the last."""
        if self._pattern is None:
            return []
        units = _Units(text)
        found: list[tuple[int, int]] = []
        matches = self._pattern.globalMatch(text)
        while matches.hasNext():
            match = matches.next()
            if match.capturedLength():
                found.append(
                    (units.letter(match.capturedStart()), units.letter(match.capturedEnd()))
                )
        return found


class _Units:
    """Letters by Qt's units of 16 bits, of which some letters take two."""

    def __init__(self, text: str) -> None:
        self._large = [] if text.isascii() else [i for i, c in enumerate(text) if c > "\uffff"]

    def letter(self, unit: int) -> int:
        for index in self._large:
            if index >= unit:
                break
            unit -= 1
        return unit


def _is_slashed(text: str) -> bool:
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


def _pattern(text: str) -> QRegularExpression | None:
    if not text:
        return None
    slashed = _is_slashed(text)
    made = QRegularExpression(
        _LIMIT + (text[1:-1] if slashed else QRegularExpression.escape(text)),
        QRegularExpression.PatternOption.CaseInsensitiveOption
        | QRegularExpression.PatternOption.UseUnicodePropertiesOption,
    )
    if not made.isValid():
        place = max(0, made.patternErrorOffset() - len(_LIMIT))
        raise FilterError(f"Not a regular expression: {made.errorString()}, at letter {place + 1}.")
    return made
