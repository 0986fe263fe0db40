"""Which lines the reader wants to see, and where their words stand in a line.

Expressions are those of PCRE2, as Qt has it, with a limit on the steps of one match: one that would
try for ever, such as `(a+)+$` on a long line, finds nothing there instead of stopping the window.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field

from PySide6.QtCore import QRegularExpression

from launcher.core.logs import Level, LogRecord

_LIMIT = "(*LIMIT_MATCH=100000)"
_MANY_LIMIT = "(*LIMIT_MATCH=2000)"
_PIECE = 8192
_PIECE_SECONDS = 0.003
"""An expression that takes longer for a piece is asked line by line, which can be interrupted."""
_LOOKS_AROUND = re.compile(r"\(\?|\(\*|\\[AZzGKQ]")
"""Groups with an extra meaning, verbs, and what only holds at the ends of a whole text."""


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
    _many: QRegularExpression | None = field(init=False, repr=False, compare=False)
    """The same for many lines at once, where it would find there whatever it finds in one."""

    def __post_init__(self) -> None:
        pattern = _pattern(self.text)
        object.__setattr__(self, "_pattern", pattern)
        object.__setattr__(self, "_many", _for_many_lines(pattern))

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

    def may_be_in(self, lines: str) -> bool:
        """False when certainly none of these lines, joined by newlines, has a wanted text."""
        if self._many is None:
            return True
        begin = 0
        while begin < len(lines):
            # In pieces: one call can be neither stopped nor divided.
            cut = lines.find("\n", begin + _PIECE)
            end = len(lines) if cut < 0 else cut
            began = time.thread_time()
            match = self._many.match(lines[begin:end])
            if time.thread_time() - began > _PIECE_SECONDS or not match.isValid():
                object.__setattr__(self, "_many", None)
                return True
            if match.hasMatch():
                return True
            begin = end + 1
        return False

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


def _for_many_lines(pattern: QRegularExpression | None) -> QRegularExpression | None:
    """None where what stands around a line could change what is found in it.

    Also for one that fits an empty line: PCRE2 sees none behind the last newline.
    """
    bare = "" if pattern is None else pattern.pattern()[len(_LIMIT) :]
    if pattern is None or _LOOKS_AROUND.search(bare) or pattern.match("").hasMatch():
        return None
    many = QRegularExpression.PatternOption.MultilineOption
    return QRegularExpression(_MANY_LIMIT + bare, pattern.patternOptions() | many)
