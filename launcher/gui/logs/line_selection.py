"""Which letters the reader has selected; pure.

Places are remembered by position, so that they stay when older lines are dropped or others shown.
"""

from __future__ import annotations

from collections.abc import Callable

from launcher.core.logs import LogRecord
from launcher.gui.logs.line_index import LineIndex

Place = tuple[int, int]
"""The position of a line, and a letter in it."""
LINE_END = 1 << 30


class LineSelection:
    """From an anchor, where selecting began, to a cursor, where it is now.

    What is selected are letters, or whole lines.
    """

    def __init__(self, index: LineIndex) -> None:
        self._index = index
        self._anchor: Place | None = None
        self._cursor: Place | None = None
        self._whole = True

    @property
    def cursor(self) -> int | None:
        """The position of the line that was selected last; None when none is."""
        return None if self._cursor is None else self._cursor[0]

    @property
    def cursor_letter(self) -> int | None:
        """The letter of that line up to which was selected; None when whole lines are."""
        return None if self._cursor is None or self._whole else self._cursor[1]

    @property
    def span(self) -> tuple[Place, Place] | None:
        """The first selected letter, and the one behind the last."""
        if self._anchor is None or self._cursor is None:
            return None
        first, last = min(self._anchor, self._cursor), max(self._anchor, self._cursor)
        return ((first[0], 0), (last[0], LINE_END)) if self._whole else (first, last)

    @property
    def within_a_line(self) -> bool:
        """Whether it is a part of one line."""
        span = self.span
        return span is not None and not self._whole and span[0][0] == span[1][0]

    def choose(self, position: int, letter: int | None = None, *, extend: bool = False) -> None:
        """Select a line, or begin at one of its letters; with `extend` all from the anchor on."""
        if not extend or self._anchor is None:
            self._whole = letter is None
            self._anchor = (position, letter or 0)
        elif letter is None:
            self._whole = True
        self._cursor = (position, letter or 0)

    def choose_letters(self, position: int, begin: int, end: int) -> None:
        """Select a part of one line."""
        self._whole = False
        self._anchor, self._cursor = (position, begin), (position, end)

    def choose_all(self) -> None:
        """Select every row."""
        if rows := len(self._index):
            self._whole = True
            self._anchor = (self._index.position(0), 0)
            self._cursor = (self._index.position(rows - 1), 0)

    def letters(self, record: LogRecord) -> tuple[int, int] | None:
        """Which letters of a line are selected: the first, and the one behind the last."""
        span = self.span
        if span is None or not span[0][0] <= record.position <= span[1][0]:
            return None
        (first, begin), (last, end) = span
        begin = begin if record.position == first else 0
        end = end if record.position == last else LINE_END
        return None if begin == end else (begin, min(end, len(record.text)))

    def records(self, limit: int) -> tuple[list[LogRecord], bool]:
        """The first `limit` selected lines that are still held, and whether that cut some off."""
        if self.span is None:
            return [], False
        (low, _), (high, _) = self.span
        first, last = self._index.row(low), self._index.row(high)
        wanted = last - first + 1
        records = self._index.records(first, min(wanted, limit))
        # The last one may have been dropped: then its row is the next line's.
        return [record for record in records if record.position <= high], wanted > limit

    def text(
        self, limit: int, told: Callable[[LogRecord], str], *, columns: bool
    ) -> tuple[str, bool]:
        """What is selected, of `limit` lines at most, and whether that cut some off.

        With `columns` a line that is selected from its beginning is `told` whole, a part of a
        single line never. Without a letter selected it is the line where the reader is.
        """
        within = self.within_a_line
        records, cut = self.records(limit)
        lines: list[str] = []
        for record in records:
            begin, end = self.letters(record) or (0, LINE_END if within else 0)
            text = record.text[begin:end]
            empty = within and self._anchor == self._cursor
            if columns and begin == 0 and (empty or not within):
                whole = told(record)
                text = whole[: len(whole) - len(record.text)] + text
            lines.append(text)
        return "\n".join(lines), cut
