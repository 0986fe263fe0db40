"""Which lines the reader has selected; pure.

They are remembered by position, so that they stay when older lines are dropped.
"""

from __future__ import annotations

from launcher.core.logs import LogRecord
from launcher.gui.logs.line_index import LineIndex


class LineSelection:
    """From an anchor, where selecting began, to a cursor, where it is now."""

    def __init__(self, index: LineIndex) -> None:
        self._index = index
        self._anchor: int | None = None
        self._cursor: int | None = None

    @property
    def cursor(self) -> int | None:
        """The position of the line that was selected last; None when none is."""
        return self._cursor

    @property
    def span(self) -> tuple[int, int] | None:
        """The first and the last selected position."""
        if self._anchor is None or self._cursor is None:
            return None
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    def clear(self) -> None:
        """Select nothing."""
        self._anchor = self._cursor = None

    def choose(self, position: int, *, extend: bool = False) -> None:
        """Select the line at this position; with `extend` all from the anchor to it."""
        self._cursor = position
        if not extend or self._anchor is None:
            self._anchor = position

    def choose_all(self) -> None:
        """Select every row."""
        if rows := len(self._index):
            self._anchor = self._index.position(0)
            self._cursor = self._index.position(rows - 1)

    def records(self, limit: int) -> tuple[list[LogRecord], bool]:
        """The first `limit` selected lines that are still held, and whether that cut some off."""
        if self.span is None:
            return [], False
        low, high = self.span
        first, last = self._index.row(low), self._index.row(high)
        wanted = last - first + 1
        records = self._index.records(first, min(wanted, limit))
        # The last one may have been dropped: then its row is the next line's.
        return [record for record in records if record.position <= high], wanted > limit
