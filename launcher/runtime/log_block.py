"""Whole lines of one service as they were read, and which of them a query wants.

A block is searched as bytes first, so that one without a hit costs next to nothing; only lines that
may be wanted are decoded.
"""

from __future__ import annotations

from launcher.core.logs import MAX_LINE, Level, level_of, shown
from launcher.core.protocols import LineQuery
from launcher.runtime.byte_ring import ByteRing

_ERROR_WORDS = (
    *(b"ERROR", b"CRITICAL", b"FATAL", b"Traceback", b"Exception", b"Error:"),
    *(b"[error]", b"[critical]", b"[E "),
)
_WARNING_WORDS = (b"WARN", b"Warning:", b"[warn", b"[W ")
_CONTROLS = bytes(code for code in (*range(0x20), 0x7F) if code not in b"\t\n\r")
_LEVEL_BYTES = 800
"""Enough of a line for the letters in which `level_of` looks for a level."""


class Block:
    """Some lines of one service: `first` is the position of the first, `at` when they were read.

    What it holds is in a ring, joined by newlines and without one at its end; once that has been
    overwritten, the block has no lines that anybody could want.
    """

    __slots__ = (
        *("_answer", "_errors", "_place", "_plain", "_ring"),
        *("at", "count", "first", "service", "size"),
    )

    def __init__(self, first: int, at: float, service: str, data: bytes, ring: ByteRing) -> None:
        self.first = first
        self.count = data.count(b"\n") + 1
        self.at = at
        self.service = service
        self.size = len(data)
        self._ring = ring
        self._place = ring.put(data)
        self._plain: bool | None = None
        self._errors: int | None = None
        self._answer: tuple[LineQuery | None, bool] = (None, False)

    @property
    def end(self) -> int:
        """The position after the last line."""
        return self.first + self.count

    @property
    def data(self) -> bytes | None:
        """Its bytes, None once they are gone. A copy: ask once."""
        return self._ring.get(self._place, self.size)

    @property
    def errors(self) -> int:
        """How many of its lines claim to be errors; counted when it is first asked for."""
        if self._errors is None:
            self._errors = _errors_in(self.data or b"")
        return self._errors

    def lines(self) -> list[bytes]:
        """Its lines; none once they are gone."""
        data = self.data
        return [] if data is None else data.split(b"\n")

    def needs_lines(self, query: LineQuery) -> bool:
        """Whether its lines must be looked at one by one."""
        data = self.data
        if data is None or (query.needle and self._is_plain(data)):
            return False
        return self._may_have(query, data)

    def find(self, query: LineQuery, low: int, high: int) -> list[int]:
        """The positions of its lines between two positions that the query wants."""
        data = self.data
        if data is None or not self._may_have(query, data):
            return []
        low, high = max(0, low - self.first), min(self.count, high - self.first)
        plain = self._is_plain(data)
        if query.needle and plain:
            return self._find_needle(query, data, low, high)
        if plain:
            texts = (text.rstrip("\r") for text in data.decode("ascii").split("\n")[low:high])
        else:
            texts = (shown(raw) for raw in data.split(b"\n")[low:high])
        return [
            number
            for number, text in enumerate(texts, self.first + low)
            if query.wants_text(text) and _serious(query, text)
        ]

    def _may_have(self, query: LineQuery, data: bytes) -> bool:
        """False when it certainly has no line that the query wants; the last answer is kept."""
        asked, answer = self._answer
        if asked is not query:
            answer = self._look_for(query, data)
            self._answer = (query, answer)
        return answer

    def _look_for(self, query: LineQuery, data: bytes) -> bool:
        if query.service is not None and query.service != self.service:
            return False
        if query.level >= Level.WARNING and not self.errors:
            if query.level >= Level.ERROR:
                return False
            if not any(word in data for word in _WARNING_WORDS):
                return False
        if not self._is_plain(data):
            return True
        if query.needle:
            return query.needle in data.lower()
        return b"\r" in data or query.may_be_in(data.decode("ascii"))

    def _find_needle(self, query: LineQuery, data: bytes, low: int, high: int) -> list[int]:
        """As `find`, by jumping from hit to hit."""
        lower, needle = data.lower(), query.needle
        found: list[int] = []
        number = begin = 0
        while (hit := lower.find(needle, begin)) >= 0:
            number += data.count(b"\n", begin, hit)
            if number >= high:
                break
            begin = data.rfind(b"\n", 0, hit) + 1
            end = data.find(b"\n", hit)
            end = len(data) if end < 0 else end
            if number >= low:
                text = shown(data[begin:end])
                if query.wants_text(text) and _serious(query, text):
                    found.append(self.first + number)
            begin, number = end + 1, number + 1
        return found

    def _is_plain(self, data: bytes) -> bool:
        """Whether every line is shown just as its bytes are."""
        if self._plain is None:
            self._plain = (
                data.isascii()
                and len(data.translate(None, _CONTROLS)) == len(data)
                and (b"\r" not in data or data.count(b"\r") == data.count(b"\r\n"))
                and not _has_long_line(data)
            )
        return self._plain


def _errors_in(lines: bytes) -> int:
    if not any(word in lines for word in _ERROR_WORDS):
        return 0
    return sum(
        level_of(shown(line[:_LEVEL_BYTES])) is Level.ERROR
        for line in lines.split(b"\n")
        if any(word in line for word in _ERROR_WORDS)
    )


def _serious(query: LineQuery, text: str) -> bool:
    return query.level <= Level.DEBUG or level_of(text) >= query.level


def _has_long_line(data: bytes) -> bool:
    begin = 0
    while len(data) - begin > MAX_LINE:
        newline = data.rfind(b"\n", begin, begin + MAX_LINE + 1)
        if newline < 0:
            return True
        begin = newline + 1
    return False
