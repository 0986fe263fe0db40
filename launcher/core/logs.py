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
    r"\b(?:(CRITICAL|FATAL|ERROR|Error:|Traceback|Exception)|(WARNING|WARN|Warning)|(DEBUG))\b"
    r"|\[(?:(error|critical)|(warning)|(debug))\]"
)


def level_of(text: str) -> Level:
    """The level that a line's own words claim; INFO when it claims none.

    Understands the stdlib's and Celery's upper-case names, Python's tracebacks, and RabbitMQ's
    `[error]` in brackets. Only the first 200 characters count: a level stands at the beginning.
    """
    match = _LEVEL.search(text, 0, 200)
    if match is None:
        return Level.INFO
    error, warning, debug, error2, warning2, debug2 = match.groups()
    if error or error2:
        return Level.ERROR
    if warning or warning2:
        return Level.WARNING
    return Level.DEBUG if debug or debug2 else Level.INFO


_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_SHOWN = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x09} | {
    code: f"\\u{code:04x}"
    for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)
}


def shown(raw: bytes) -> str:
    """Decode a line for showing: nothing in it is obeyed by a terminal or a widget.

    Colour sequences are dropped, other controls and direction overrides are written as escapes,
    bytes that are not UTF-8 as `\\xNN`; a line longer than MAX_LINE ends with a mark that says so.
    """
    mark = ""
    if len(raw) > MAX_LINE:
        mark = f" … [{len(raw) - MAX_LINE} more bytes in the log file]"
        raw = raw[:MAX_LINE]
    text = raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
    if not text.isprintable():
        text = _ANSI.sub("", text).translate(_SHOWN)
    return text + mark
