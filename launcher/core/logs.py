"""A line of output, and what its level is read from."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class Level(enum.IntEnum):
    """How serious a line is; comparable, so that "warning and up" is a comparison."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40

    @property
    def word(self) -> str:
        """The lower-case name, as JSON and the filter show it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One line of one service.

    `position` counts all lines of all services of this run from 0, so it is both an order and a
    place to go on reading from. `at` is the wall time in seconds since 1970 (UTC) when the line was
    read; `text` is decoded, cut at `MAX_LINE` bytes and holds no control characters.
    """

    position: int
    at: float
    service: str
    level: Level
    text: str


MAX_LINE = 8192
"""Bytes of a line that are kept for showing; the file on disk has all of it."""

_LEVEL = re.compile(
    r"\[(?:[DIWE] \d{6} |(?:debug|info|notice|warning|warn|error|critical)\])"
    r"|(?:Error|Exception|Warning):"
    r"|(?:DEBUG|INFO|NOTICE|WARNING|WARN|ERROR|CRITICAL|FATAL|Traceback|Exception)\b"
)
"""Every alternative begins with a letter of its own, which makes the search ten times quicker than
a leading word border would; that border is looked at afterwards."""
_LEVELS = {"d": Level.DEBUG, "i": Level.INFO, "n": Level.INFO, "w": Level.WARNING}


_COLOUR = re.compile(r"\\x1b\[[0-9;]*m")
"""ECMA-48's colours, as `shown` has written them."""


def level_of(text: str) -> Level:
    """The level that a shown line's own words claim; INFO when it claims none.

    Understands the stdlib's and Celery's upper-case names, Python's tracebacks, RabbitMQ's
    `[error]` and Tornado's `[E 250101`, coloured or not. The first word counts, so that an INFO
    line may speak of an ERROR, and only the first 200 characters: a level stands at the beginning.
    """
    if "\\x1b[" in text[:200]:
        text = _COLOUR.sub("", text[:400])
    for match in _LEVEL.finditer(text, 0, 200):
        claim, begin = match.group(), match.start()
        whole = claim[0] == "[" or claim[-1] == ":" or begin == 0 or not text[begin - 1].isalnum()
        if whole:
            # Whatever does not begin with one of these letters is an error.
            return _LEVELS.get(claim.lstrip("[")[0].lower(), Level.ERROR)
    return Level.INFO


_SHOWN = {0xDC00 + byte: f"\\x{byte:02x}" for byte in range(0x80, 0x100)} | {
    code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    for code in (
        *(code for code in range(0x20) if code != 0x09),
        *range(0x7F, 0xA0),
        0x061C,
        0x180E,
        0x200B,
        0x200E,
        0x200F,
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2065),
        *range(0x2066, 0x2070),
        0xFEFF,
        *range(0xFFF9, 0xFFFC),
    )
}
"""Bytes that are not UTF-8, as Python decodes them, controls, what turns the direction of writing,
what breaks a line, and what cannot be seen."""


def shown(raw: bytes) -> str:
    """Decode a line for showing: nothing in it is obeyed by a terminal or a widget.

    Controls, those of colours among them, direction overrides and invisible letters are written as
    escapes, bytes that are not UTF-8 as `\\xNN`; a line longer than MAX_LINE ends with a mark that
    says so.
    """
    mark = ""
    raw = raw.rstrip(b"\r\n")
    if len(raw) > MAX_LINE:
        cut = _before_letter(raw, MAX_LINE)
        mark = f" … [{len(raw) - cut} more bytes in the log file]"
        raw = raw[:cut]
    # Three times as quick as "backslashreplace" where there are many.
    text = raw.decode("utf-8", "surrogateescape")
    if not text.isprintable():
        text = text.translate(_SHOWN)
    return text + mark


def _before_letter(raw: bytes, cut: int) -> int:
    """`cut`, or the begin of the UTF-8 letter that it would split (at most 3 bytes earlier)."""
    for begin in range(cut, cut - 4, -1):
        if raw[begin] & 0xC0 != 0x80:
            return begin
    return cut
